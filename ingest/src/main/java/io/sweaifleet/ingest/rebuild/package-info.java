/** Making anew what follows from the topics. */
@NullMarked
package io.sweaifleet.ingest.rebuild;

import org.jspecify.annotations.NullMarked;
