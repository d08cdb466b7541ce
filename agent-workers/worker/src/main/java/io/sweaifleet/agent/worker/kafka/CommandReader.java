package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.agent.kafka.ConsumerThread;
import io.sweaifleet.agent.worker.protocol.Worker;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition of fleet.worker-commands, committed records only, from the end that it had when {@link #open} was
 * called. It assigns itself the partition: no consumer group, no rebalance, no poll deadline.
 */
public final class CommandReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final String key;
    private final Deserializer<WorkerCommand> deserializer;
    private final Consumer<WorkerCommand> commands;
    private final Consumer<String> lost;
    private final ConsumerThread thread;

    /**
     * @param key the worker's key, pool/worker: records with another are not even decoded
     * @param deserializer how commands are read
     * @param commands takes the commands; see {@link Worker#onCommand}
     * @param lost told when commands were missed; see {@link Worker#commandsLost}
     */
    public CommandReader(
            org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer,
            int partition,
            String key,
            Deserializer<WorkerCommand> deserializer,
            Consumer<WorkerCommand> commands,
            Consumer<String> lost) {
        this.consumer = consumer;
        this.partition = new TopicPartition(FleetTopic.WORKER_COMMANDS.topicName(), partition);
        this.key = key;
        this.deserializer = deserializer;
        this.commands = commands;
        this.lost = lost;
        this.thread =
                new ConsumerThread(consumer, "worker-commands", String.valueOf(this.partition), RETRY, CLOSE_TIMEOUT);
    }

    /** Configuration of the consumer. */
    public static Map<String, Object> config(Map<String, Object> client) {
        Map<String, Object> config = new LinkedHashMap<>(client);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Never jump silently: a place that is gone means that commands were missed.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        return config;
    }

    /** Takes the partition and its end; blocks until the broker told it. Only then may the worker say hello. */
    public void open() {
        consumer.assign(List.of(partition));
        goToEnd();
    }

    private void goToEnd() {
        thread.untilTaken(() -> {
            consumer.seekToEnd(List.of(partition));
            // Not before this call is the place taken.
            LOG.info("reading commands from {} at offset {}", partition, consumer.position(partition));
        });
    }

    /** Begins to read. */
    public void start() {
        thread.start(this::read);
    }

    /** One round; for tests that own the consumer's thread. */
    void pollOnce() throws InterruptedException {
        thread.once(this::read);
    }

    private void read() {
        try {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (key.equals(record.key())) {
                    apply(record);
                }
            }
        } catch (InvalidOffsetException e) {
            LOG.warn("the place in {} is gone", partition, e);
            goToEnd();
            lost.accept("the place in " + partition + " is gone");
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        try {
            thread.decode(record, deserializer).ifPresent(commands);
        } catch (SerializationException e) {
            LOG.error("command at offset {} of {} cannot be read", record.offset(), partition, e);
            lost.accept("the command at offset " + record.offset() + " cannot be read");
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
