package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.agent.kafka.ConsumerThread;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads fleet.roles from its beginning and follows it. Whatever is there at first is collapsed to the latest definition of each role. */
public final class RoleReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoleReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Consumer<String, byte[]> consumer;
    private final Deserializer<RoleDefinition> deserializer;
    private final BiConsumer<String, @Nullable RoleDefinition> roles;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private volatile boolean known;
    private final ConsumerThread thread;

    /** Ends of the partitions when reading began; empty before. Only the reading thread uses this and {@link #first}. */
    private Map<TopicPartition, Long> ends = Map.of();
    /** The latest definition of each role of those that were there at first. */
    private final Map<String, ConsumerRecord<String, byte[]>> first = new LinkedHashMap<>();

    /** @param roles takes a role's name and definition; null for a role that was removed */
    public RoleReader(
            Consumer<String, byte[]> consumer,
            Deserializer<RoleDefinition> deserializer,
            BiConsumer<String, @Nullable RoleDefinition> roles) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.roles = roles;
        this.thread = new ConsumerThread(consumer, "worker-roles", FleetTopic.ROLES.topicName(), RETRY, CLOSE_TIMEOUT);
    }

    /** Configuration of the consumer. */
    public static Map<String, Object> config(Map<String, Object> client) {
        Map<String, Object> config = new LinkedHashMap<>(client);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }

    /** Begins to read. */
    public void start() {
        thread.start(this::read);
    }

    /** Waits until what was there at first has been applied; false when the time ran out before. */
    public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
        return caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether what was there at first is known, and is applied now or was already. */
    public boolean hasRead() {
        return known;
    }

    private void read() {
        if (ends.isEmpty()) {
            open();
        }
        if (caughtUp.getCount() == 0) {
            consumer.poll(POLL).forEach(this::apply);
            return;
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            first.remove(record.key());
            first.put(record.key(), record);
        }
        if (ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            known = true;
            first.values().forEach(this::apply);
            first.clear();
            caughtUp.countDown();
        }
    }

    private void open() {
        List<TopicPartition> partitions = consumer.partitionsFor(FleetTopic.ROLES.topicName()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException(FleetTopic.ROLES.topicName() + " has no partitions yet");
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        ends = Map.copyOf(consumer.endOffsets(partitions));
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            roles.accept(record.key(), null);
            return;
        }
        try {
            thread.decode(record, deserializer).ifPresent(role -> apply(record.key(), role));
        } catch (SerializationException e) {
            LOG.error("the definition of role {} cannot be read; the one before stays", record.key(), e);
        }
    }

    /** Intake refuses a role under another's name. To take it here would offer core a role that core does not know. */
    private void apply(String key, RoleDefinition role) {
        if (role.getRole().equals(key)) {
            roles.accept(key, role);
        } else {
            LOG.error(
                    "the definition under key {} is of role {}: it is refused, and the one before stays",
                    key,
                    role.getRole());
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
