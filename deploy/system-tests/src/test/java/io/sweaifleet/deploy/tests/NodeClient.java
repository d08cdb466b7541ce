package io.sweaifleet.deploy.tests;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What another system does with a node: writes submissions and reads what became of them, from the topics alone. */
final class NodeClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Settings settings;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<FleetTopic, Serializer<SpecificRecord>> serializers = new EnumMap<>(FleetTopic.class);
    private final Following<TaskOutcome> outcomes;
    private final Following<DeadLetter> deadLetters;
    private final Following<TaskEvent> events;
    private final Following<AgentStatus> agents;

    NodeClient(Settings settings) {
        this.settings = settings;
        Map<String, Object> client = FleetSettings.kafkaClient(settings);
        // The client's own limit would keep a record that is too large from the fleet.
        client.put("max.request.size", Integer.toString(16 << 20));
        producer = new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer());
        outcomes = new Following<>(FleetTopic.RESULTS, TaskOutcome.class);
        deadLetters = new Following<>(FleetTopic.DEAD_LETTERS, DeadLetter.class);
        events = new Following<>(FleetTopic.TASK_EVENTS, TaskEvent.class);
        agents = new Following<>(FleetTopic.AGENTS, AgentStatus.class);
    }

    /** Writes a record of the topic's type, as a client in Java does. */
    RecordMetadata send(FleetTopic topic, String key, SpecificRecord value) {
        return send(topic.topicName(), key, encode(topic, value));
    }

    /** Writes bytes. */
    RecordMetadata send(String topic, String key, byte[] value) {
        return send(new ProducerRecord<>(topic, key, value));
    }

    RecordMetadata send(ProducerRecord<String, byte[]> record) {
        try {
            return producer.send(record).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError(record.topic() + " took no record: " + failure, failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    @SuppressWarnings("unchecked") // the catalogue knows the type of a topic's values
    byte[] encode(FleetTopic topic, SpecificRecord value) {
        return serializers
                .computeIfAbsent(topic, of -> FleetSerdes.value((Class<SpecificRecord>) of.valueType(), settings)
                        .serializer())
                .serialize(topic.topicName(), value);
    }

    /** The one outcome of a task of the default pool. */
    TaskOutcome outcome(String taskId) {
        return outcome("default", taskId);
    }

    /** The one outcome of a task. */
    TaskOutcome outcome(String pool, String taskId) {
        return outcomes.await("outcome of " + taskId, (key, outcome) -> key.equals(Keys.of(pool, taskId)));
    }

    /** Whether an outcome of a task is there by now. */
    boolean hasOutcome(String taskId) {
        return outcomes.seen((key, outcome) -> key.equals(Keys.of("default", taskId)));
    }

    /** The dead letter of a record. */
    DeadLetter deadLetter(RecordMetadata of) {
        return deadLetters.await(
                "dead letter of " + of,
                (key, letter) -> letter.getOrigin().getTopic().equals(of.topic())
                        && letter.getOrigin().getPartition() == of.partition()
                        && letter.getOrigin().getOffset() == of.offset());
    }

    /** The first event that matches. */
    TaskEvent event(String what, Predicate<TaskEvent> wanted) {
        return events.await("event " + what, (key, event) -> wanted.test(event));
    }

    /** The first that core says of a worker of a pool that matches. */
    AgentStatus agents(String pool, String what, Predicate<AgentStatus> wanted) {
        return agents.await(
                what, (key, status) -> status != null && status.getPool().equals(pool) && wanted.test(status));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        outcomes.consumer.close();
        deadLetters.consumer.close();
        events.consumer.close();
        agents.consumer.close();
    }

    private interface Match<T> {
        boolean test(String key, T value);
    }

    private record Entry<T>(String key, T value) {}

    /** A topic from its beginning, what is committed of it, each record kept. */
    private final class Following<T extends SpecificRecord> {
        private final KafkaConsumer<String, T> consumer;
        private final List<Entry<T>> read = new ArrayList<>();

        Following(FleetTopic topic, Class<T> type) {
            Map<String, Object> client = FleetSettings.kafkaClient(settings);
            client.put("isolation.level", "read_committed");
            client.put("enable.auto.commit", "false");
            consumer = new KafkaConsumer<>(
                    client,
                    new StringDeserializer(),
                    FleetSerdes.value(type, settings).deserializer());
            List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                    .mapToObj(number -> new TopicPartition(topic.topicName(), number))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        T await(String what, Match<T> wanted) {
            long giveUpAt = System.nanoTime() + LIMIT.toNanos();
            int from = 0;
            while (true) {
                for (; from < read.size(); from++) {
                    if (wanted.test(read.get(from).key(), read.get(from).value())) {
                        return read.get(from).value();
                    }
                }
                if (System.nanoTime() > giveUpAt) {
                    throw new AssertionError("no " + what + " within " + LIMIT);
                }
                poll();
            }
        }

        boolean seen(Match<T> wanted) {
            poll();
            return read.stream().anyMatch(entry -> wanted.test(entry.key(), entry.value()));
        }

        private void poll() {
            consumer.poll(Duration.ofMillis(100))
                    .forEach(record -> read.add(new Entry<>(record.key() == null ? "" : record.key(), record.value())));
        }
    }
}
