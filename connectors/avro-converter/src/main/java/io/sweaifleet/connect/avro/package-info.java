/** Kafka Connect converter for Avro in Confluent's wire format. */
@NullMarked
package io.sweaifleet.connect.avro;

import org.jspecify.annotations.NullMarked;
