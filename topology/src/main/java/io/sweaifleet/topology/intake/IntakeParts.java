package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.serde.FleetSerdes;
import java.time.InstantSource;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What intake's processors share.
 *
 * @param serdes configuration of the serdes, as {@link FleetSerdes} takes it
 * @param topicIds ids that the broker gave the topics, by name
 */
record IntakeParts(Map<String, ?> serdes, Map<String, String> topicIds, InstantSource clock, Patience patience) {

    <T extends SpecificRecord> Serializer<T> writer(Class<T> type) {
        return FleetSerdes.value(type, serdes).serializer();
    }
}
