package io.sweaifleet.deploy.node;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.InvalidRoleException;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes the default pool and the shipped roles, unless a definition of that name and of the same or a newer version is
 * there: what the operator applied stays.
 */
final class Definitions {
    private static final List<String> SHIPPED = List.of("architect", "data", "developer", "devops", "qa");
    private static final int POOL_VERSION = 1;
    private static final Duration READ_WITHIN = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private Definitions() {}

    /** How many definitions were written. */
    static int ensure(Settings settings) throws PartException, InterruptedException, ExecutionException {
        PoolDefinition pool = PoolDefinition.newBuilder()
                .setPool("default")
                .setVersion(POOL_VERSION)
                .setDescription("Made at the first start of the node.")
                .setUpdatedAt(Instant.now())
                .build();
        return write(
                        settings,
                        FleetTopic.POOLS,
                        PoolDefinition.class,
                        Map.of(pool.getPool(), pool),
                        PoolDefinition::getVersion)
                + write(settings, FleetTopic.ROLES, RoleDefinition.class, shipped(), RoleDefinition::getVersion);
    }

    /** The roles that come with the fleet, by name. */
    static Map<String, RoleDefinition> shipped() throws PartException {
        Map<String, RoleDefinition> roles = new HashMap<>();
        for (String name : SHIPPED) {
            String file = "/roles/" + name + ".yaml";
            try (InputStream in = Definitions.class.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IOException("not in the build");
                }
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                RoleYaml.parse(file, text).forEach(role -> roles.put(role.getRole(), role));
            } catch (IOException | InvalidRoleException failure) {
                throw new PartException(
                        "the shipped role " + name + " cannot be used: " + failure.getMessage(),
                        "build the fleet again",
                        failure);
            }
        }
        return roles;
    }

    private static <T extends SpecificRecord> int write(
            Settings settings, FleetTopic topic, Class<T> type, Map<String, T> wanted, ToIntFunction<T> version)
            throws PartException, InterruptedException, ExecutionException {
        try (Serde<T> serde = FleetSerdes.value(type, settings)) {
            Map<String, T> present = read(settings, topic, serde);
            List<Future<?>> sent = new ArrayList<>();
            Map<String, Object> client = FleetSettings.kafkaClient(settings);
            client.put("acks", "all");
            try (Producer<String, T> producer =
                    new KafkaProducer<>(client, new StringSerializer(), serde.serializer())) {
                wanted.forEach((name, definition) -> {
                    T former = present.get(name);
                    if (former == null || version.applyAsInt(former) < version.applyAsInt(definition)) {
                        sent.add(producer.send(new ProducerRecord<>(topic.topicName(), name, definition)));
                    }
                });
                for (Future<?> written : sent) {
                    written.get();
                }
            }
            return sent.size();
        } catch (KafkaException failure) {
            throw new PartException(
                    topic.topicName() + " could not be read or written: " + failure.getMessage(),
                    "'fleet topics describe' shows whether the topic is as it should be",
                    failure);
        }
    }

    private static <T> Map<String, T> read(Settings settings, FleetTopic topic, Serde<T> serde) throws PartException {
        Map<String, Object> client = FleetSettings.kafkaClient(settings);
        client.put("isolation.level", "read_committed");
        client.put("enable.auto.commit", "false");
        Map<String, T> newest = new HashMap<>();
        try (Consumer<String, T> consumer =
                new KafkaConsumer<>(client, new StringDeserializer(), serde.deserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.topicName()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + READ_WITHIN.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new PartException(
                            topic.topicName() + " could not be read within " + READ_WITHIN.toSeconds() + " s",
                            "see whether the broker is well: " + settings.get(FleetSettings.BOOTSTRAP));
                }
                consumer.poll(POLL).forEach(entry -> {
                    if (entry.value() == null) {
                        newest.remove(entry.key());
                    } else {
                        newest.put(entry.key(), entry.value());
                    }
                });
            }
        }
        return newest;
    }
}
