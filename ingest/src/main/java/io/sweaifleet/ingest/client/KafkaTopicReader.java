package io.sweaifleet.ingest.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads partitions of topics from a broker: assigned, without a group, committed records only. */
public final class KafkaTopicReader implements TopicReader {

    private static final Duration METADATA_TIMEOUT = Duration.ofSeconds(15);

    private final Consumer<byte[], byte[]> consumer;

    /** @param client settings of every Kafka client */
    public KafkaTopicReader(Map<String, Object> client) {
        this(new KafkaConsumer<>(consumerConfig(client), new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    KafkaTopicReader(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    private static Map<String, Object> consumerConfig(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "none");
        config.put("allow.auto.create.topics", "false");
        config.putIfAbsent("default.api.timeout.ms", String.valueOf(METADATA_TIMEOUT.toMillis()));
        config.putIfAbsent("fetch.max.wait.ms", "100");
        return config;
    }

    @Override
    public List<TopicPartition> partitions(String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic, METADATA_TIMEOUT);
        return infos == null
                ? List.of()
                : infos.stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
                        .toList();
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return new LinkedHashMap<>(consumer.endOffsets(partitions));
    }

    @Override
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        return new LinkedHashMap<>(consumer.beginningOffsets(partitions));
    }

    @Override
    public Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Instant time) {
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(partition -> partition, p -> time.toEpochMilli())));
        Map<TopicPartition, Long> ends = ends(partitions);
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp at = found.get(partition);
            offsets.put(partition, at == null ? ends.getOrDefault(partition, 0L) : (Long) at.offset());
        }
        return offsets;
    }

    @Override
    public void start(Map<TopicPartition, Long> offsets) {
        consumer.assign(offsets.keySet());
        offsets.forEach(consumer::seek);
    }

    @Override
    public List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        consumer.poll(timeout).forEach(records::add);
        return records;
    }

    @Override
    public boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    @Override
    public void only(Collection<TopicPartition> partitions) {
        List<TopicPartition> others = consumer.assignment().stream()
                .filter(partition -> !partitions.contains(partition))
                .toList();
        consumer.resume(partitions);
        consumer.pause(others);
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
