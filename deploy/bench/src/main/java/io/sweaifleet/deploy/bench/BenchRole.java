package io.sweaifleet.deploy.bench;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The role and the pools that only the benchmark uses. */
final class BenchRole {

    static final String NAME = "bench";
    static final String KIND = "bench.noop";

    /** Agents of the role per worker; no-op attempts take no time, so the queue before each agent hides the commit interval. */
    private static final int AGENTS = 8;

    private static final int SLOTS_PER_AGENT = 128;

    private BenchRole() {}

    static void declare(Settings settings, List<String> pools) {
        Instant now = Instant.now();
        RoleDefinition role = RoleDefinition.newBuilder()
                .setRole(NAME)
                .setVersion(1)
                .setDescription("No-op attempts for the benchmark")
                .setPlaybooks(List.of(KIND))
                .setAgents(AGENTS)
                .setSlotsPerAgent(SLOTS_PER_AGENT)
                .setResources(Resources.newBuilder().setCpu(0.1).build())
                .setUpdatedAt(now)
                .build();
        write(settings, RoleDefinition.class, FleetTopic.ROLES, Map.of(NAME, role));
        for (String pool : pools) {
            PoolDefinition definition = PoolDefinition.newBuilder()
                    .setPool(pool)
                    .setVersion(1)
                    .setDescription("Pool of the benchmark")
                    .setUpdatedAt(now)
                    .build();
            write(settings, PoolDefinition.class, FleetTopic.POOLS, Map.of(pool, definition));
        }
    }

    private static <T extends SpecificRecord> void write(
            Settings settings, Class<T> type, FleetTopic topic, Map<String, T> values) {
        try (var producer = new KafkaProducer<String, T>(
                FleetSettings.kafkaClient(settings),
                new StringSerializer(),
                FleetSerdes.value(type, settings).serializer())) {
            values.forEach((key, value) -> {
                var unused = producer.send(new ProducerRecord<>(topic.topicName(), key, value));
            });
            producer.flush();
        }
    }
}
