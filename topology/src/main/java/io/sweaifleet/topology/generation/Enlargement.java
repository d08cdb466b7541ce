package io.sweaifleet.topology.generation;

import static io.sweaifleet.topology.generation.CoreGeneration.get;

import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicClass;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.intake.IntakeTopology;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives the keyed topics more partitions, and moves core into its next generation: under another application id, with a
 * changelog of that many partitions that has all the state of the one before, each pool in its new partition. Nothing is
 * decided: tasks that wait, run or have ended keep their ids, ages, numbers, leases and tombstones.
 *
 * <p>Neither topology nor workers may run meanwhile; submissions wait in their topics. From the first change on, neither
 * intake nor core starts until it is finished. May be cut short anywhere and repeated: the copy of the state is begun anew
 * until it is whole; then what core had not read yet moves to its new partitions together with the offsets of the new
 * generation, in one transaction; then the new generation is declared whole.
 */
public final class Enlargement {

    private final Map<String, Object> client;
    private final Map<String, ?> serdes;
    private final String suffix;
    private final TopicSettings settings;
    private final Consumer<String> told;

    /**
     * @param client settings of every Kafka client
     * @param serdes configuration of serdes, as {@code FleetSerdes} takes it
     * @param suffix what follows the application ids of this fleet
     * @param settings how topics are created
     * @param told told of each step, for people
     */
    public Enlargement(
            Map<String, Object> client,
            Map<String, ?> serdes,
            String suffix,
            TopicSettings settings,
            Consumer<String> told) {
        this.client = Map.copyOf(client);
        this.serdes = Map.copyOf(serdes);
        this.suffix = suffix;
        this.settings = settings;
        this.told = told;
    }

    /**
     * Enlarges the topics, or finishes what was begun.
     *
     * @param partitions number of partitions to come
     * @return number of core's generation from now on
     * @throws EnlargementException when it cannot be done, or not now
     * @throws org.apache.kafka.common.KafkaException when the brokers are away
     */
    public int run(int partitions) {
        try (Admin admin = Admin.create(client);
                InputMove inputs = new InputMove(client, serdes, suffix)) {
            CoreGeneration current = CoreGeneration.current(admin, suffix);
            int have = TopicAdmin.partitions(admin);
            refuse(admin, current, have, partitions);
            Idleness idleness = new Idleness(admin, List.of(current.applicationId(), intakeId()), told);
            idleness.await();
            idleness.refuseIfWorkersWrite();
            enlarge(admin, partitions);
            if (current.partitions() == 0) {
                return current.number();
            }
            // What had begun to start before it saw the change would be in its group by now.
            idleness.await();
            CoreGeneration next = current.next(suffix, partitions);
            if (offsets(admin, next.applicationId()).isEmpty()) {
                move(admin, current, next, inputs);
            }
            readDefinitionsAgain(admin);
            new Changelog(client, admin, settings).finish(current, next);
            told.accept("generation " + next.number() + " of core is whole: start the topology and the workers");
            return next.number();
        }
    }

    private String intakeId() {
        return IntakeTopology.APPLICATION + suffix;
    }

    private void refuse(Admin admin, CoreGeneration current, int have, int partitions) {
        boolean begun = current.partitions() != 0 && have != current.partitions();
        if (begun && partitions != have) {
            throw new EnlargementException(
                    "an enlargement to " + have + " partitions was begun and is not finished",
                    "finish it first: fleet topics enlarge --partitions " + have);
        }
        if (partitions < have) {
            throw new EnlargementException(
                    "the topics have " + have + " partitions, and Kafka cannot take partitions away",
                    "give more than " + have);
        }
        boolean uneven = Arrays.stream(FleetTopic.values())
                .filter(FleetTopic::keyed)
                .anyMatch(topic -> count(admin, topic) != have);
        if (partitions == have && !begun && !uneven) {
            throw new EnlargementException("the topics have " + have + " partitions already", "give more than " + have);
        }
        if (current.partitions() == 0 && ends(admin, have).values().stream().anyMatch(end -> end > 0)) {
            throw new EnlargementException(
                    "core has never run, but it has inputs", "start the topology once, stop it, and repeat");
        }
    }

    private static int count(Admin admin, FleetTopic topic) {
        return get(admin.describeTopics(List.of(topic.topicName()))
                        .topicNameValues()
                        .get(topic.topicName()))
                .partitions()
                .size();
    }

    private void enlarge(Admin admin, int partitions) {
        Map<String, NewPartitions> wanted = Arrays.stream(FleetTopic.values())
                .filter(FleetTopic::keyed)
                .filter(topic -> count(admin, topic) < partitions)
                .collect(Collectors.toMap(FleetTopic::topicName, topic -> NewPartitions.increaseTo(partitions)));
        if (!wanted.isEmpty()) {
            told.accept("gives " + wanted.size() + " topics " + partitions + " partitions");
            // Core's inputs first: from then on neither intake nor core starts.
            NewPartitions first = wanted.remove(FleetTopic.CORE_INPUTS.topicName());
            if (first != null) {
                get(admin.createPartitions(Map.of(FleetTopic.CORE_INPUTS.topicName(), first))
                        .all());
            }
            get(admin.createPartitions(wanted).all());
        }
        Waiting.until("the brokers know of " + partitions + " partitions of each topic", () -> Arrays.stream(
                        FleetTopic.values())
                .filter(FleetTopic::keyed)
                .allMatch(topic -> count(admin, topic) == partitions));
    }

    private void move(Admin admin, CoreGeneration current, CoreGeneration next, InputMove inputs) {
        Map<TopicPartition, OffsetAndMetadata> consumed = offsets(admin, current.applicationId());
        Map<TopicPartition, Long> ends = ends(admin, next.partitions());
        StateMove state = new StateMove(next.partitions());
        long entries = new Changelog(client, admin, settings).copy(current, next, state, ends);
        told.accept("moved " + entries + " entries of " + state.pools().size() + " pools into " + next.changelog());
        Map<TopicPartition, Long> begins = new HashMap<>();
        consumed.forEach((partition, offset) -> begins.put(partition, offset.offset()));
        if (!ends.equals(ends(admin, next.partitions()))) {
            throw new EnlargementException(
                    "something was written to core's inputs meanwhile", "stop every worker and intake, and repeat");
        }
        long records = inputs.move(current, next, state, begins, ends);
        told.accept("moved " + records + " inputs that core had not read yet");
    }

    /** Next offset of each partition of core's inputs, transactions included. */
    private static Map<TopicPartition, Long> ends(Admin admin, int partitions) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (FleetTopic input : CoreTopology.INPUTS) {
            for (int partition = 0; partition < partitions; partition++) {
                wanted.put(new TopicPartition(input.topicName(), partition), OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(wanted).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group) {
        Map<TopicPartition, OffsetAndMetadata> offsets =
                new HashMap<>(get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()));
        offsets.values().removeIf(offset -> offset == null);
        return offsets;
    }

    /** Partitions that are new need all definitions, which intake copies as it reads them; core takes only what is news. */
    private void readDefinitionsAgain(Admin admin) {
        Map<TopicPartition, OffsetSpec> tables = new HashMap<>();
        offsets(admin, intakeId()).keySet().stream()
                .filter(partition -> FleetTopic.byName(partition.topic())
                        .filter(topic -> topic.topicClass() == TopicClass.COMPACTED)
                        .isPresent())
                .forEach(partition -> tables.put(partition, OffsetSpec.earliest()));
        if (tables.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> earliest =
                get(admin.listOffsets(tables).all());
        earliest.forEach((partition, info) -> beginnings.put(partition, new OffsetAndMetadata(info.offset())));
        get(admin.alterConsumerGroupOffsets(intakeId(), beginnings).all());
    }
}
