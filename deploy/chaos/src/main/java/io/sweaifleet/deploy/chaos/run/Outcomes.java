package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Follows the committed outcomes as any consumer would. Not thread-safe. */
final class Outcomes implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> seen = new HashSet<>();

    Outcomes(Settings settings) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("fetch.min.bytes", "1");
        config.put("reconnect.backoff.max.ms", "500");
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, FleetTopic.RESULTS.partitions())
                .mapToObj(number -> new TopicPartition(FleetTopic.RESULTS.topicName(), number))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Tasks whose outcomes came within a time, as pool/id, each at its first coming. */
    Set<String> poll(Duration within) {
        Set<String> fresh = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(within)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (seen.add(key)) {
                fresh.add(key);
            }
        }
        return fresh;
    }

    /** Tasks of a set that have no outcome yet. */
    Set<String> missing(Set<String> owed) {
        Set<String> missing = new HashSet<>(owed);
        missing.removeAll(seen);
        return missing;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
