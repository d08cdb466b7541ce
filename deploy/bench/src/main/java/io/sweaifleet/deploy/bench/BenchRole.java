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
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The roles and the pools that only the benchmark uses. */
final class BenchRole {

    /** Its attempts take no time, so the queue before each agent hides the commit interval. */
    static final String NAME = "bench";

    /** Many agents with attempts that take their time. Each has its next attempt at hand while it does one. */
    static final String CROWD = "bench-crowd";

    static final String KIND = "bench.noop";

    private static final int AGENTS = 8;
    private static final int SLOTS_PER_AGENT = 512;
    private static final int SLOTS_IN_CROWD = 2;

    /** Of each agent, so that a Ray cluster has room for many. */
    private static final long MEMORY_BYTES = 1 << 22;

    private BenchRole() {}

    /** Declares {@link #NAME}. */
    static void declare(Settings settings) {
        role(settings, NAME, AGENTS, SLOTS_PER_AGENT, 0.1);
    }

    /** Declares {@link #CROWD}, with so many agents in each worker that serves it. */
    static void declareCrowd(Settings settings, int agents) {
        role(settings, CROWD, agents, SLOTS_IN_CROWD, 0.001);
    }

    private static void role(Settings settings, String name, int agents, int slotsPerAgent, double cpu) {
        RoleDefinition role = RoleDefinition.newBuilder()
                .setRole(name)
                .setVersion(1)
                .setDescription("No-op attempts for the benchmark")
                .setPlaybooks(List.of(KIND))
                .setAgents(agents)
                .setSlotsPerAgent(slotsPerAgent)
                .setResources(Resources.newBuilder()
                        .setCpu(cpu)
                        .setMemoryBytes(MEMORY_BYTES)
                        .build())
                .setUpdatedAt(Instant.now())
                .build();
        write(settings, RoleDefinition.class, FleetTopic.ROLES, name, role);
    }

    static void declarePool(Settings settings, String pool) {
        PoolDefinition definition = PoolDefinition.newBuilder()
                .setPool(pool)
                .setVersion(1)
                .setDescription("Pool of the benchmark")
                .setUpdatedAt(Instant.now())
                .build();
        write(settings, PoolDefinition.class, FleetTopic.POOLS, pool, definition);
    }

    private static <T extends SpecificRecord> void write(
            Settings settings, Class<T> type, FleetTopic topic, String key, T value) {
        try (var producer = new KafkaProducer<String, T>(
                FleetSettings.kafkaClient(settings),
                new StringSerializer(),
                FleetSerdes.value(type, settings).serializer())) {
            var unused = producer.send(new ProducerRecord<>(topic.topicName(), key, value));
            producer.flush();
        }
    }
}
