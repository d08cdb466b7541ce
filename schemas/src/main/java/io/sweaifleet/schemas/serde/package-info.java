/** Avro in Confluent's wire format: magic byte 0, the schema's id in four bytes, Avro binary. */
@NullMarked
package io.sweaifleet.schemas.serde;

import org.jspecify.annotations.NullMarked;
