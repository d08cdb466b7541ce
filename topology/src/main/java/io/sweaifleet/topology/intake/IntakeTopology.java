package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.stream.Payload;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;

/**
 * Intake: one processor without state. It is at least once: a record that is read again after a crash gives the same
 * inputs of core, which core recognises.
 */
public final class IntakeTopology {

    /** Id of the application; a suffix may follow. */
    public static final String APPLICATION = "fleet-intake";

    /** Topics that intake reads. */
    public static final List<FleetTopic> INPUTS = List.of(
            FleetTopic.TASKS,
            FleetTopic.WORKFLOWS,
            FleetTopic.TASK_CONTROL,
            FleetTopic.APPROVALS,
            FleetTopic.ROLES,
            FleetTopic.POOLS,
            FleetTopic.SCHEDULES,
            FleetTopic.WORKFLOW_DEFINITIONS);

    private static final String PROCESSOR = "check-and-key-by-pool";

    private IntakeTopology() {}

    /**
     * Builds the topology.
     *
     * @param serdes configuration of the serdes, as {@code FleetSerdes} takes it
     * @param topicIds ids that the broker gave the topics, by name: ids that intake makes follow from them
     * @param clock wall clock
     * @param patience how to wait for the registry
     * @param approvals whose answers to what agents ask are taken; empty takes nobody's
     */
    public static Topology build(
            Map<String, ?> serdes,
            Map<String, String> topicIds,
            InstantSource clock,
            Patience patience,
            Optional<ApprovalKey> approvals) {
        IntakeParts parts = new IntakeParts(new SharedSerdes(serdes), topicIds, clock, patience, approvals);
        Topology topology = new Topology();
        for (FleetTopic input : INPUTS) {
            topology.addSource(
                    AutoOffsetReset.none(),
                    "read-" + plain(input),
                    new UsePartitionTimeOnInvalidTimestamp(),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer(),
                    input.topicName());
        }
        topology.addProcessor(
                PROCESSOR,
                () -> new IntakeProcessor(parts),
                INPUTS.stream().map(input -> "read-" + plain(input)).toArray(String[]::new));
        for (FleetTopic output : List.of(FleetTopic.CORE_INPUTS, FleetTopic.DEAD_LETTERS)) {
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

    static String sinkOf(FleetTopic topic) {
        return "write-" + plain(topic);
    }

    private static String plain(FleetTopic topic) {
        return topic.topicName().substring("fleet.".length());
    }
}
