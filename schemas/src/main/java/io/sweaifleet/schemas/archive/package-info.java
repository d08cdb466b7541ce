/** Archives of topics: Avro container files with the records of partitions as they were written. */
@NullMarked
package io.sweaifleet.schemas.archive;

import org.jspecify.annotations.NullMarked;
