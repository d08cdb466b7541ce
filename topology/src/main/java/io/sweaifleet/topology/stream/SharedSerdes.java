package io.sweaifleet.topology.stream;

import io.sweaifleet.schemas.serde.FleetSerdes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The serdes of a topology, one of each type for all its processors. What one partition's processor asked the registry, all
 * know: a registry that goes away later stops no partition that happened to be quiet before.
 */
public final class SharedSerdes {

    private final Map<String, ?> config;
    private final Map<Class<?>, Serde<?>> serdes = new ConcurrentHashMap<>();

    /**
     * @param config as {@link FleetSerdes} takes it
     */
    public SharedSerdes(Map<String, ?> config) {
        this.config = config;
    }

    /** Writes records of a type, from any thread. */
    public <T extends SpecificRecord> Serializer<T> writer(Class<T> type) {
        return serde(type).serializer();
    }

    /** Reads records of a type, from any thread. */
    public <T extends SpecificRecord> WireReader<T> reader(Class<T> type) {
        Deserializer<T> deserializer = serde(type).deserializer();
        return new WireReader<>(deserializer);
    }

    private <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        @SuppressWarnings("unchecked") // put under its type
        Serde<T> serde = (Serde<T>) serdes.computeIfAbsent(type, name -> FleetSerdes.value(type, config));
        return serde;
    }
}
