package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.agent.ChaosPlaybook;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The pools and roles that only chaos uses: short leases, few slots, every rule in use. */
final class Definitions {

    /** Roles of the tasks. */
    static final List<String> ROLES = List.of("chaos", "mayhem");

    /** Tenants, who share by the weights 3, 1 and 1. */
    static final List<String> TENANTS = List.of("anna", "boris", "carla");

    /** Beginning of the rate keys that have a rate. */
    static final String RATED = "api-";

    /** A lease lasts so long without renewal, in ms: two missed heartbeats are no harm. */
    static final long LEASE_MS = 5_000;

    private static final long GRACE_MS = 3_000;
    private static final int AGENTS = 2;
    private static final int SLOTS_PER_AGENT = 2;

    private Definitions() {}

    static void declare(Settings settings, Collection<String> pools) {
        Instant now = Instant.now();
        Map<String, RoleDefinition> roles = new HashMap<>();
        for (String role : ROLES) {
            roles.put(
                    role,
                    RoleDefinition.newBuilder()
                            .setRole(role)
                            .setVersion(1)
                            .setDescription("Attempts that take a while, for chaos")
                            .setPlaybooks(List.of(ChaosPlaybook.KIND))
                            .setAgents(AGENTS)
                            .setSlotsPerAgent(SLOTS_PER_AGENT)
                            .setResources(Resources.newBuilder().setCpu(0.1).build())
                            .setAttemptTimeoutMs(60_000)
                            .setUpdatedAt(now)
                            .build());
        }
        write(settings, RoleDefinition.class, FleetTopic.ROLES, roles);
        Map<String, PoolDefinition> definitions = new HashMap<>();
        for (String pool : pools) {
            definitions.put(
                    pool,
                    PoolDefinition.newBuilder()
                            .setPool(pool)
                            .setVersion(1)
                            .setDescription("Pool of a chaos run")
                            .setLeaseMs(LEASE_MS)
                            .setLeaseGraceMs(GRACE_MS)
                            .setAgingHalfTimeMs(5_000)
                            .setTenants(Map.of(
                                    TENANTS.get(0),
                                    TenantRules.newBuilder().setWeight(3).build()))
                            .setRates(Map.of(
                                    RATED + "*",
                                    RateLimit.newBuilder()
                                            .setPermits(4)
                                            .setIntervalMs(1_000)
                                            .setBurst(3)
                                            .build()))
                            .setUpdatedAt(now)
                            .build());
        }
        write(settings, PoolDefinition.class, FleetTopic.POOLS, definitions);
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
