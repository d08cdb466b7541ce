package io.sweaifleet.topology.generation;

import static io.sweaifleet.topology.generation.CoreGeneration.get;

import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.core.domain.Engine;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** Whether the applications and the workers are stopped. */
final class Idleness {

    /** An instance that was stopped is a member until its session ends: its name is kept for it. */
    private static final Duration SESSION = Duration.ofSeconds(60);

    /** Every worker sends a heartbeat in this time, even where one is late. */
    private static final Duration SILENCE = Duration.ofMillis(3 * Engine.HEARTBEAT_MS);

    private final Admin admin;
    private final List<String> groups;
    private final Consumer<String> told;

    Idleness(Admin admin, List<String> groups, Consumer<String> told) {
        this.admin = admin;
        this.groups = groups;
        this.told = told;
    }

    /**
     * Waits until no instance of the applications is a member of its group.
     *
     * @throws EnlargementException when there still is one after a minute
     */
    void await() {
        for (String group : groups) {
            if (members(group) == 0) {
                continue;
            }
            told.accept("waits until " + group + " has no members");
            if (!Waiting.holdsWithin(SESSION, () -> members(group) == 0)) {
                throw new EnlargementException(
                        "application " + group + " is running", "stop every instance of the topology, and repeat");
            }
        }
    }

    private int members(String group) {
        try {
            return get(admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group))
                    .members()
                    .size();
        } catch (GroupIdNotFoundException neverThere) {
            return 0;
        }
    }

    /**
     * Listens for heartbeats and results for a while.
     *
     * @throws EnlargementException when a worker writes
     */
    void refuseIfWorkersWrite() {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (FleetTopic input : CoreTopology.INPUTS) {
            get(admin.describeTopics(List.of(input.topicName()))
                            .topicNameValues()
                            .get(input.topicName()))
                    .partitions()
                    .forEach(partition -> partitions.put(
                            new TopicPartition(input.topicName(), partition.partition()), OffsetSpec.latest()));
        }
        told.accept("listens for workers for " + SILENCE.toSeconds() + " s");
        Map<TopicPartition, Long> before = ends(partitions);
        if (Waiting.holdsWithin(SILENCE, () -> !ends(partitions).equals(before))) {
            throw new EnlargementException(
                    "a worker is running: something was just written to core's inputs",
                    "stop every worker, and repeat; what it ran is given out again");
        }
    }

    private Map<TopicPartition, Long> ends(Map<TopicPartition, OffsetSpec> partitions) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(partitions).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }
}
