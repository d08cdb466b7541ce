package io.sweaifleet.agent.branch;

import io.sweaifleet.agent.kafka.ConsumerThread;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows fleet.results on a host and brings finished branches into the repositories there. Its places are kept by the
 * broker under its own group and stored only after the branch and its fact are done, so a crash repeats at most what is
 * harmless to repeat. It assigns itself every partition: one follower per group, no rebalance, no poll deadline while
 * git works.
 */
public final class BranchFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BranchFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    /** Tries on a repository that git cannot be run on, before that is recorded. */
    private static final int TRIES = 3;

    /** Where facts go. */
    public interface Facts {
        /** Sends a fact. */
        void send(KnowledgeFact fact);

        /** Waits until every fact sent so far has arrived. */
        void flush();
    }

    private final Consumer<String, byte[]> consumer;
    private final Deserializer<TaskOutcome> deserializer;
    private final BranchCreator creator;
    private final Facts facts;
    private final InstantSource clock;
    private final ConsumerThread thread;

    public BranchFollower(
            Consumer<String, byte[]> consumer,
            Deserializer<TaskOutcome> deserializer,
            BranchCreator creator,
            Facts facts,
            InstantSource clock) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.creator = creator;
        this.facts = facts;
        this.clock = clock;
        this.thread =
                new ConsumerThread(consumer, "branch-follower", FleetTopic.RESULTS.topicName(), RETRY, CLOSE_TIMEOUT);
    }

    /**
     * Configuration of the consumer.
     *
     * @param group group under which the broker keeps the places; one for each follower
     */
    public static Map<String, Object> config(Map<String, Object> client, String group) {
        Map<String, Object> config = new LinkedHashMap<>(client);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Only where records were deleted since the place was stored.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
        // A branch may come a quarter of a second later; a fetch for every commit of core would cost more than its
        // worth.
        config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 256 * 1024);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
        return config;
    }

    /**
     * Takes its places, blocking until the broker told them: where it stored them last, or, the first time, the end.
     * Done before the worker takes work, so that no outcome of its tasks lies before.
     */
    public void open() {
        thread.untilTaken(() -> {
            List<TopicPartition> partitions = consumer.partitionsFor(FleetTopic.RESULTS.topicName()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new UnknownTopicOrPartitionException(FleetTopic.RESULTS.topicName() + " has no partitions yet");
            }
            consumer.assign(partitions);
            keepPlaces(partitions);
        });
    }

    private void keepPlaces(List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> stored = consumer.committed(Set.copyOf(partitions));
        List<TopicPartition> fresh = partitions.stream()
                .filter(partition -> stored.get(partition) == null)
                .toList();
        stored.forEach((partition, place) -> {
            if (place != null) {
                consumer.seek(partition, place.offset());
            }
        });
        if (!fresh.isEmpty()) {
            Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
            consumer.endOffsets(fresh).forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
            consumer.commitSync(ends);
            ends.forEach((partition, end) -> consumer.seek(partition, end.offset()));
        }
    }

    /** Begins to follow. */
    public void start() {
        thread.start(this::follow);
    }

    /** One round; for tests that own the consumer's thread. */
    void followOnce() throws InterruptedException {
        thread.once(this::follow);
    }

    private void follow() throws InterruptedException {
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        boolean any = false;
        for (ConsumerRecord<String, byte[]> record : records) {
            any |= bringBack(record);
        }
        if (any) {
            facts.flush();
        }
        if (!records.isEmpty() && !thread.isClosed()) {
            consumer.commitSync();
        }
    }

    private boolean bringBack(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        Optional<TaskOutcome> outcome = read(record);
        Optional<FinishedBranch> branch = outcome.flatMap(FinishedBranch::of);
        if (outcome.isEmpty() || branch.isEmpty()) {
            return false;
        }
        BranchArrival arrival = arrival(branch.get());
        if (arrival instanceof BranchArrival.Refused refused) {
            LOG.warn("branch {}: {}", branch.get().branch(), refused.reason());
        }
        facts.send(BranchFacts.of(outcome.get(), branch.get(), arrival, clock.instant()));
        return true;
    }

    private BranchArrival arrival(FinishedBranch branch) throws InterruptedException {
        String last = "";
        for (int i = 0; i < TRIES; i++) {
            try {
                return creator.bringBack(branch);
            } catch (IOException e) {
                LOG.warn("branch {} could not be brought back: {}", branch.branch(), e.toString());
                last = e.toString();
                thread.pause();
            }
        }
        return new BranchArrival.Refused("git could not be used: " + last, "Check git, then fetch the bundle.");
    }

    private Optional<TaskOutcome> read(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return thread.decode(record, deserializer);
        } catch (SerializationException e) {
            LOG.error(
                    "outcome of {} at {}-{}@{} cannot be read; its branch is not brought back",
                    record.key(),
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
