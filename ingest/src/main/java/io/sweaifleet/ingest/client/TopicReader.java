package io.sweaifleet.ingest.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads partitions of topics without a consumer group, committed records only, as bytes: records whose key is not looked
 * for need not be decoded. Not thread-safe, but for {@link #wakeup}. Every method throws
 * {@link org.apache.kafka.common.KafkaException} when the broker is away.
 */
public interface TopicReader extends AutoCloseable {

    /** Partitions of a topic, in order; empty when there is no such topic. */
    List<TopicPartition> partitions(String topic);

    /** Offsets after the last committed record. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions);

    /** Offsets of the first record that is still there. */
    Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions);

    /** Offsets of the first record at or after a time; the end where there is none. */
    Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Instant time);

    /** Reads from these offsets on, and nothing else. */
    void start(Map<TopicPartition, Long> offsets);

    /**
     * What has arrived, in the order of each partition; waits up to the time for the first.
     *
     * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup}
     */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout);

    /**
     * True when everything before these offsets has been read. Markers of transactions count as read, so it becomes true
     * also where a partition ends in one.
     */
    boolean reached(Map<TopicPartition, Long> ends);

    /** Reads of what was started only these partitions until told otherwise; the others keep their place. */
    void only(Collection<TopicPartition> partitions);

    /** Makes a waiting {@link #poll} throw; from any thread. */
    void wakeup();

    @Override
    void close();
}
