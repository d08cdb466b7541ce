package io.sweaifleet.topology.generation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is committed of partitions, without a group. */
final class CommittedRecords implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration STALLED = Duration.ofMinutes(2);

    private final KafkaConsumer<byte[], byte[]> consumer;

    CommittedRecords(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "none");
        config.put("allow.auto.create.topics", "false");
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Hands over the records of partitions, each partition's in their order.
     *
     * @param begins first offsets; what was deleted before them is not missed
     * @param ends offsets after the last ones. That they are committed is waited for: a transaction that was open when core was
     *     stopped is over when its timeout is
     */
    void read(
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        consumer.assign(begins.keySet());
        Map<TopicPartition, Long> earliest = consumer.beginningOffsets(begins.keySet());
        begins.forEach(
                (partition, begin) -> consumer.seek(partition, Math.max(begin, earliest.getOrDefault(partition, 0L))));
        long since = System.nanoTime();
        while (!begins.keySet().stream()
                .allMatch(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                    reader.accept(record);
                }
                since = System.nanoTime();
            }
            if (System.nanoTime() - since > STALLED.toNanos()) {
                throw new EnlargementException(
                        "nothing was read for " + STALLED.toSeconds() + " s of what core had written",
                        "look at the brokers (a transaction that core left open is over when its timeout is), and repeat the"
                                + " command: it goes on where it was");
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
