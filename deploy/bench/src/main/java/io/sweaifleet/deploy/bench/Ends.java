package io.sweaifleet.deploy.bench;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a topic, committed records from now on, as any consumer would. */
final class Ends<T extends SpecificRecord> implements AutoCloseable {

    private final Consumer<String, T> consumer;

    Ends(Settings settings, FleetTopic topic, Class<T> type) {
        Map<String, Object> reader = FleetSettings.kafkaClient(settings);
        reader.put("isolation.level", "read_committed");
        reader.put("fetch.min.bytes", "1");
        reader.put("max.poll.records", "5000");
        consumer = new KafkaConsumer<>(
                reader,
                new StringDeserializer(),
                FleetSerdes.value(type, settings).deserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic.topicName()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.endOffsets(partitions).forEach(consumer::seek);
    }

    /** What has come, waiting for it at most so long. */
    List<T> poll(Duration atMost) {
        List<T> ended = new ArrayList<>();
        for (ConsumerRecord<String, T> record : consumer.poll(atMost)) {
            ended.add(record.value());
        }
        return ended;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
