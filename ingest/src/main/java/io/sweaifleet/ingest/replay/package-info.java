/** Reading topics again: a range of records, merged by time. */
@NullMarked
package io.sweaifleet.ingest.replay;

import org.jspecify.annotations.NullMarked;
