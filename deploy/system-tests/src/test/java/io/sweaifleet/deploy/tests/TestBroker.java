package io.sweaifleet.deploy.tests;

import io.sweaifleet.deploy.kafka.KafkaServer;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker with the fleet's topics, and clients for it. */
final class TestBroker implements AutoCloseable {

    static final Map<String, Object> SERDES = Map.of("fleet.serde.class", FixedIdSerde.class.getName());

    private final KafkaServer server;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<FleetTopic, Serializer<SpecificRecord>> serializers = new ConcurrentHashMap<>();

    TestBroker(Path directory) {
        this(directory, FleetTopic.CORE_INPUTS.partitions());
    }

    /** With another number of partitions of keyed topics. */
    TestBroker(Path directory, int partitions) {
        server = KafkaServer.start(directory);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers()))) {
            TopicAdmin.ensure(admin, TopicSettings.replicated(1).withPartitions(partitions));
        }
        producer = producer();
    }

    String bootstrap() {
        return server.bootstrapServers();
    }

    <T extends SpecificRecord> byte[] encode(FleetTopic topic, T value) {
        return serializers.computeIfAbsent(topic, TestBroker::serializerOf).serialize(topic.topicName(), value);
    }

    @SuppressWarnings("unchecked") // the catalogue knows the type of a topic's values
    private static Serializer<SpecificRecord> serializerOf(FleetTopic topic) {
        return FleetSerdes.value((Class<SpecificRecord>) topic.valueType(), SERDES)
                .serializer();
    }

    KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(), "linger.ms", "1"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** Reads what is committed, from the beginning, without a group. */
    <T extends SpecificRecord> KafkaConsumer<String, T> consumer(Class<T> type) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap());
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(
                config,
                new StringDeserializer(),
                FleetSerdes.value(type, SERDES).deserializer());
    }

    /** Follows a topic from its beginning. */
    <T extends SpecificRecord> Follower<T> follow(FleetTopic topic, Class<T> type) {
        return new Follower<>(consumer(type), topic);
    }

    <T extends SpecificRecord> void send(FleetTopic topic, Integer partition, String key, T value) {
        producer.send(new ProducerRecord<>(topic.topicName(), partition, key, encode(topic, value)));
    }

    void define(String... pools) {
        for (String pool : pools) {
            send(
                    FleetTopic.POOLS,
                    null,
                    pool,
                    PoolDefinition.newBuilder()
                            .setPool(pool)
                            .setVersion(1)
                            .setLeaseMs(10_000)
                            .setLeaseGraceMs(5_000)
                            .setUpdatedAt(Instant.now())
                            .build());
        }
        send(
                FleetTopic.ROLES,
                null,
                "bench",
                RoleDefinition.newBuilder()
                        .setRole("bench")
                        .setVersion(1)
                        .setUpdatedAt(Instant.now())
                        .build());
        producer.flush();
    }

    void flush() {
        producer.flush();
    }

    static final class Follower<T> implements AutoCloseable {
        private final KafkaConsumer<String, T> consumer;
        private final List<ConsumerRecord<String, T>> seen = new ArrayList<>();

        private Follower(KafkaConsumer<String, T> consumer, FleetTopic topic) {
            this.consumer = consumer;
            List<TopicPartition> partitions = consumer.partitionsFor(topic.topicName()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** Everything that was committed so far. */
        List<ConsumerRecord<String, T>> read() {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
            return seen;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        server.close();
    }
}
