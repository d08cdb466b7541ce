package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Serdes over a registry inside this process. */
final class Codecs {

    static final Settings SETTINGS = Settings.of(Map.of(
            FleetSettings.REGISTRY_URL.name(),
            "mock://worker-tests",
            "fleet.registry.client.auto.register.schemas",
            "true",
            "fleet.registry.client.use.latest.version",
            "false"));

    static final WorkerCodec CODEC = WorkerCodec.of(SETTINGS);

    private Codecs() {}

    static <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        return FleetSerdes.value(type, SETTINGS);
    }
}
