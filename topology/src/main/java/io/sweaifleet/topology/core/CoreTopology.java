package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.stream.Payload;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.apache.kafka.streams.state.Stores;

/**
 * Core: one sub-topology, one store. The workflow engine, the scheduler and the leases of a pool live in the partition of
 * its key, so that every promise about them is exact and local.
 */
public final class CoreTopology {

    /** Id of the application; a suffix may follow. */
    public static final String APPLICATION = "fleet-core";

    /** Topics that core reads. */
    public static final List<FleetTopic> INPUTS =
            List.of(FleetTopic.CORE_INPUTS, FleetTopic.AGENT_HEARTBEATS, FleetTopic.AGENT_RESULTS);

    private static final Duration SWEEP_EACH = Duration.ofMinutes(10);

    private static final String PROCESSOR = "decide-in-pool";

    /** Topics that core writes. */
    private static final List<FleetTopic> OUTPUTS = List.of(
            FleetTopic.TASK_EVENTS,
            FleetTopic.RESULTS,
            FleetTopic.WORKFLOW_RESULTS,
            FleetTopic.WORKER_COMMANDS,
            FleetTopic.AGENTS,
            FleetTopic.AGENT_HEARTBEATS,
            FleetTopic.AGENT_RESULTS,
            FleetTopic.DEAD_LETTERS);

    private CoreTopology() {}

    /**
     * Builds the topology.
     *
     * @param serdes configuration of the serdes, as {@code FleetSerdes} takes it
     * @param partitions number of partitions of core's inputs and of the worker commands
     * @param clock wall clock of every decision
     * @param clients those that the topology will run with
     */
    public static Topology build(Map<String, ?> serdes, int partitions, InstantSource clock, CoreClients clients) {
        return build(serdes, partitions, clock, clients, SWEEP_EACH);
    }

    /**
     * As above.
     *
     * @param sweepEach time between two rounds in which core looks over its whole state; zero for never
     */
    public static Topology build(
            Map<String, ?> serdes, int partitions, InstantSource clock, CoreClients clients, Duration sweepEach) {
        CoreParts parts =
                new CoreParts(new SharedSerdes(serdes), partitions, clock, clients, new Engine(sweepEach.toMillis()));
        Topology topology = new Topology(new TopologyConfig(new StreamsConfig(Map.of(
                StreamsConfig.APPLICATION_ID_CONFIG,
                APPLICATION,
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                "unused:0",
                StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                true))));
        TimestampExtractor asAppended = new UsePartitionTimeOnInvalidTimestamp();
        for (FleetTopic input : INPUTS) {
            topology.addSource(
                    AutoOffsetReset.none(),
                    "read-" + plain(input),
                    input == FleetTopic.CORE_INPUTS ? asAppended : new SignsOfLifeFirst(),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer(),
                    input.topicName());
        }
        topology.addProcessor(
                PROCESSOR,
                () -> new CoreProcessor(parts),
                INPUTS.stream().map(input -> "read-" + plain(input)).toArray(String[]::new));
        topology.addStateStore(
                WriteBehindStore.before(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(Layout.STORE), Serdes.Bytes(), Serdes.ByteArray())),
                PROCESSOR);
        for (FleetTopic output : OUTPUTS) {
            topology.addSink(
                    sinkOf(output),
                    output.topicName(),
                    new ByteArraySerializer(),
                    Payload.serializer(),
                    Payload.partitioner(),
                    PROCESSOR);
        }
        return topology;
    }

    /** Topic that has core's state, under an application id. */
    public static String changelogOf(String applicationId) {
        return applicationId + "-" + Layout.STORE + "-changelog";
    }

    static String sinkOf(FleetTopic topic) {
        return "write-" + plain(topic);
    }

    private static String plain(FleetTopic topic) {
        return topic.topicName().substring("fleet.".length());
    }
}
