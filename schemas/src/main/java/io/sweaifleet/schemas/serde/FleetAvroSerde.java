package io.sweaifleet.schemas.serde;

import java.util.Map;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Reads and writes Avro records in Confluent's wire format: the fleet's default serde. See {@link FleetAvroSerializer}
 * and {@link FleetAvroDeserializer} for the configuration.
 *
 * @param <T> type of the records
 */
public final class FleetAvroSerde<T extends IndexedRecord> implements Serde<T> {

    private final FleetAvroSerializer<T> serializer = new FleetAvroSerializer<>();
    private final FleetAvroDeserializer<T> deserializer = new FleetAvroDeserializer<>();

    /** Made by Kafka, which configures it before use. */
    public FleetAvroSerde() {}

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        serializer.configure(configs, isKey);
        deserializer.configure(configs, isKey);
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }

    @Override
    public void close() {
        serializer.close();
        deserializer.close();
    }
}
