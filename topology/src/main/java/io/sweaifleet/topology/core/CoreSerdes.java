package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Heartbeat;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Readers and writers of core's topics.
 *
 * @param config as {@link FleetSerdes} takes it
 */
record CoreSerdes(Map<String, ?> config) {

    Deserializer<CoreInput> coreInputs() {
        return FleetSerdes.value(CoreInput.class, config).deserializer();
    }

    Deserializer<Heartbeat> heartbeats() {
        return FleetSerdes.value(Heartbeat.class, config).deserializer();
    }

    Deserializer<AgentResult> agentResults() {
        return FleetSerdes.value(AgentResult.class, config).deserializer();
    }

    <T extends SpecificRecord> Serializer<T> writer(Class<T> type) {
        return FleetSerdes.value(type, config).serializer();
    }
}
