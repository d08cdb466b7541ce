/** Roles and pools: the definitions on compacted topics. */
@NullMarked
package io.sweaifleet.ingest.definition;

import org.jspecify.annotations.NullMarked;
