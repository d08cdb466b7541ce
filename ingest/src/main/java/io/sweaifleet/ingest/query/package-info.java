/** Asking the topology what stands where. */
@NullMarked
package io.sweaifleet.ingest.query;

import org.jspecify.annotations.NullMarked;
