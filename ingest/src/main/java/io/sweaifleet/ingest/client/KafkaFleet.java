package io.sweaifleet.ingest.client;

import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** A fleet behind a real broker and registry. Connects when first needed. Not thread-safe. */
public final class KafkaFleet implements Fleet {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final Map<Class<?>, Serde<?>> serdes = new HashMap<>();
    private @Nullable Producer<byte[], byte[]> producer;

    /** @param settings addresses of broker and registry */
    public KafkaFleet(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public TopicReader reader() {
        return new KafkaTopicReader(clientConfig());
    }

    @Override
    public <T extends SpecificRecord> T decode(Class<T> type, ConsumerRecord<byte[], byte[]> record) {
        return serde(type).deserializer().deserialize(record.topic(), record.headers(), record.value());
    }

    @Override
    public Appended send(FleetTopic topic, String key, SpecificRecord value) {
        byte[] bytes = encode(topic, value);
        return sendRaw(new ProducerRecord<>(topic.topicName(), key.getBytes(StandardCharsets.UTF_8), bytes));
    }

    @Override
    public byte[] encode(FleetTopic topic, SpecificRecord value) {
        return serialize(topic.topicName(), value);
    }

    private <T extends SpecificRecord> byte[] serialize(String topic, T value) {
        @SuppressWarnings("unchecked") // A record's class is the class it is a record of.
        Class<T> type = (Class<T>) value.getClass();
        return serde(type).serializer().serialize(topic, value);
    }

    @Override
    public Appended sendTombstone(FleetTopic topic, String key) {
        return sendRaw(new ProducerRecord<>(topic.topicName(), key.getBytes(StandardCharsets.UTF_8), null));
    }

    @Override
    public Appended sendRaw(ProducerRecord<byte[], byte[]> record) {
        try {
            RecordMetadata metadata = producer().send(record).get();
            return new Appended(new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    @Override
    public String topicId(FleetTopic topic) {
        try (Admin admin = Admin.create(clientConfig())) {
            return Archiver.topicIds(admin, List.of(topic)).getOrDefault(topic.topicName(), "");
        }
    }

    @Override
    public Map<String, Object> clientConfig() {
        return FleetSettings.kafkaClient(settings);
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_TIMEOUT);
        }
        serdes.values().forEach(Serde::close);
    }

    @SuppressWarnings("unchecked") // Each class is kept with its own serde.
    private <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        return (Serde<T>) serdes.computeIfAbsent(type, ignored -> FleetSerdes.value(type, settings));
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            Map<String, Object> config = clientConfig();
            config.put("acks", "all");
            config.put("linger.ms", "0");
            config.putIfAbsent("max.block.ms", "15000");
            config.putIfAbsent("request.timeout.ms", "15000");
            config.putIfAbsent("delivery.timeout.ms", "30000");
            producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }
}
