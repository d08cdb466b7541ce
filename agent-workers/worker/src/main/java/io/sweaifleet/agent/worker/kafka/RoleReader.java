package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.serde.RegistryUnavailableException;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads fleet.roles from its beginning and follows it. Whatever is there at first is collapsed to the latest definition of each role. */
public final class RoleReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoleReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final Deserializer<RoleDefinition> deserializer;
    private final BiConsumer<String, @Nullable RoleDefinition> roles;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    /** @param roles takes a role's name and definition; null for a role that was removed */
    public RoleReader(
            Consumer<String, byte[]> consumer,
            Deserializer<RoleDefinition> deserializer,
            BiConsumer<String, @Nullable RoleDefinition> roles) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.roles = roles;
        this.thread = new Thread(this::read, "worker-roles");
        thread.setDaemon(true);
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
        thread.start();
    }

    /** Waits until what was there at first has been applied; false when the time ran out before. */
    public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
        return caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void read() {
        try (consumer) {
            Map<TopicPartition, Long> ends = open();
            Map<String, ConsumerRecord<String, byte[]>> first = new LinkedHashMap<>();
            while (!closed && caughtUp.getCount() > 0) {
                for (ConsumerRecord<String, byte[]> record : poll()) {
                    first.remove(record.key());
                    first.put(record.key(), record);
                }
                if (reached(ends)) {
                    first.values().forEach(this::apply);
                    caughtUp.countDown();
                }
            }
            while (!closed) {
                poll().forEach(this::apply);
            }
        } catch (WakeupException e) {
            LOG.debug("role reader was asked to end");
        }
    }

    private Map<TopicPartition, Long> open() {
        while (!closed) {
            try {
                List<TopicPartition> partitions = consumer.partitionsFor(FleetTopic.ROLES.topicName()).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
                if (!partitions.isEmpty()) {
                    consumer.assign(partitions);
                    consumer.seekToBeginning(partitions);
                    return new HashMap<>(consumer.endOffsets(partitions));
                }
            } catch (WakeupException e) {
                throw e;
            } catch (KafkaException e) {
                LOG.warn("cannot read {} yet: {}; trying on", FleetTopic.ROLES.topicName(), e.toString());
            }
            pause();
        }
        return Map.of();
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        try {
            return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("cannot tell the place in {}: {}", FleetTopic.ROLES.topicName(), e.toString());
            return false;
        }
    }

    private Iterable<ConsumerRecord<String, byte[]>> poll() {
        try {
            return consumer.poll(POLL);
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("cannot read {}: {}; trying on", FleetTopic.ROLES.topicName(), e.toString());
            pause();
            return List.of();
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        while (!closed) {
            try {
                byte[] value = record.value();
                roles.accept(
                        record.key(),
                        value == null ? null : deserializer.deserialize(record.topic(), record.headers(), value));
                return;
            } catch (RegistryUnavailableException e) {
                LOG.warn("role {} waits for the schema registry: {}", record.key(), e.getMessage());
                pause();
            } catch (SerializationException e) {
                LOG.error("the definition of role {} cannot be read; the one before stays", record.key(), e);
                return;
            }
        }
    }

    private void pause() {
        if (!closed) {
            LockSupport.parkNanos(RETRY.toNanos());
        }
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
