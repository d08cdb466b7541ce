package io.sweaifleet.ingest.definition;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.follow.Scan;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The definitions on a compacted topic: the latest of each name. A changed one gets the next version; an unchanged one is
 * not written, so that applying the same file again changes nothing.
 *
 * @param <T> type of the definitions
 */
public final class Definitions<T extends SpecificRecord> {

    private final Fleet fleet;
    private final FleetTopic topic;
    private final Class<T> type;
    private final Kind<T> kind;

    private record Kind<T>(Function<T, String> name, Function<T, Integer> version, Versioning<T> versioned) {}

    private interface Versioning<T> {
        T apply(T definition, int version, Instant updatedAt);
    }

    private Definitions(Fleet fleet, FleetTopic topic, Class<T> type, Kind<T> kind) {
        this.fleet = fleet;
        this.topic = topic;
        this.type = type;
        this.kind = kind;
    }

    /** Roles. */
    public static Definitions<RoleDefinition> roles(Fleet fleet) {
        return new Definitions<>(
                fleet,
                FleetTopic.ROLES,
                RoleDefinition.class,
                new Kind<>(
                        RoleDefinition::getRole,
                        RoleDefinition::getVersion,
                        (role, version, at) -> RoleDefinition.newBuilder(role)
                                .setVersion(version)
                                .setUpdatedAt(at)
                                .build()));
    }

    /** Pools. */
    public static Definitions<PoolDefinition> pools(Fleet fleet) {
        return new Definitions<>(
                fleet,
                FleetTopic.POOLS,
                PoolDefinition.class,
                new Kind<>(
                        PoolDefinition::getPool,
                        PoolDefinition::getVersion,
                        (pool, version, at) -> PoolDefinition.newBuilder(pool)
                                .setVersion(version)
                                .setUpdatedAt(at)
                                .build()));
    }

    /** Schedules, by pool/id. */
    public static Definitions<Schedule> schedules(Fleet fleet) {
        return new Definitions<>(
                fleet,
                FleetTopic.SCHEDULES,
                Schedule.class,
                new Kind<>(
                        schedule -> Keys.of(schedule.getPool(), schedule.getId()),
                        Schedule::getVersion,
                        (schedule, version, at) -> Schedule.newBuilder(schedule)
                                .setVersion(version)
                                .setUpdatedAt(at)
                                .build()));
    }

    /** Definitions of workflows. */
    public static Definitions<WorkflowDefinition> workflows(Fleet fleet) {
        return new Definitions<>(
                fleet,
                FleetTopic.WORKFLOW_DEFINITIONS,
                WorkflowDefinition.class,
                new Kind<>(
                        WorkflowDefinition::getName,
                        WorkflowDefinition::getVersion,
                        (definition, version, at) -> WorkflowDefinition.newBuilder(definition)
                                .setVersion(version)
                                .build()));
    }

    /** The latest of each name, by name. */
    public Map<String, T> all() {
        Map<String, T> latest = new TreeMap<>();
        try (TopicReader reader = fleet.reader()) {
            List<TopicPartition> partitions = reader.partitions(topic.topicName());
            Scan.read(reader, reader.beginnings(partitions), record -> {
                String name = Fleet.keyOf(record);
                if (name == null) {
                    return;
                }
                if (record.value() == null) {
                    latest.remove(name);
                } else {
                    latest.put(name, fleet.decode(type, record));
                }
            });
        }
        return latest;
    }

    /**
     * Writes a definition unless it says what is there already.
     *
     * @param present what is there, from {@link #all}
     * @param now time of the change
     * @return the version that was written; empty when nothing has changed
     */
    public Optional<Integer> apply(T definition, Map<String, T> present, Instant now) {
        String name = kind.name().apply(definition);
        @Nullable T former = present.get(name);
        if (former != null && bare(former).equals(bare(definition))) {
            return Optional.empty();
        }
        int own = Math.max(1, kind.version().apply(definition));
        int version = former == null ? own : Math.max(own, kind.version().apply(former) + 1);
        fleet.send(topic, name, kind.versioned().apply(definition, version, now));
        return Optional.of(version);
    }

    /**
     * Writes a definition unless one of the same or a newer version is there.
     *
     * @param present what is there, from {@link #all}
     * @return whether it was written
     */
    boolean applyOlder(T definition, Map<String, T> present) {
        String name = kind.name().apply(definition);
        @Nullable T former = present.get(name);
        if (former != null && kind.version().apply(former) >= kind.version().apply(definition)) {
            return false;
        }
        fleet.send(topic, name, definition);
        return true;
    }

    /** Takes a definition away. */
    public void remove(String name) {
        fleet.sendTombstone(topic, name);
    }

    private T bare(T definition) {
        return kind.versioned().apply(definition, 0, Instant.EPOCH);
    }
}
