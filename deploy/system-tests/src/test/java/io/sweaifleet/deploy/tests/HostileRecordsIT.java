package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.HostileRecords.Hostile;
import io.sweaifleet.deploy.tests.HostileRecords.Kind;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand records that nobody should send, with a real registry, broker and topology; and work that is well between them. */
@Tag("heavy")
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileRecordsIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final int RECORDS = 10_000;
    private static final int WELL_EVERY = 100;

    /** Another seed gives other records. */
    private static final long SEED = Long.getLong("fleet.hostile.seed", 20261125L);

    @TempDir
    Path directory;

    private Settings settings;

    @Test
    void shouldMakeOneDeadLetterWithItsCauseOfEachAndGoOnWithTheRest() throws Exception {
        // Given
        NodeFixture node = NodeFixture.on(Files.createDirectory(directory.resolve("node")));
        node.up("fleet.node.parts=redis,kafka,registry,topology,worker");
        try (NodeClient client = nodeWithBench(node)) {
            submit(client, HostileRecords.FIRST);
            assertThat(client.outcome(HostileRecords.FIRST).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
            ProcessHandle topology = node.part("topology");
            List<Hostile> hostile = new HostileRecords(SEED, new RealCodec(client)).make(RECORDS);

            // When
            Map<String, Hostile> sent = send(client, hostile);

            // Then
            List<String> causes = new ArrayList<>();
            Map<String, DeadLetter> letters = deadLetters(sent.keySet());
            sent.forEach((place, record) -> {
                DeadLetterCause cause = letters.get(place).getCause();
                if (cause != record.cause()) {
                    causes.add(record.kind() + " at " + place + " is " + cause + " instead of " + record.cause() + ": "
                            + letters.get(place).getFailure().getMessage());
                }
            });
            assertThat(causes).isEmpty();
            Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
            hostile.forEach(record -> counts.merge(record.kind(), 1, Integer::sum));
            assertThat(counts.keySet()).containsExactlyInAnyOrder(Kind.values());

            // And: what is well ended well, and nothing began again
            for (int i = 0; i < RECORDS; i += WELL_EVERY) {
                TaskOutcome outcome = client.outcome("well-" + i);
                assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
            }
            assertThat(node.part("topology")).isEqualTo(topology);
            assertThat(node.log("topology")).doesNotContain("begins again with a new thread");
        } finally {
            node.close();
        }
    }

    private NodeClient nodeWithBench(NodeFixture node) throws Exception {
        node.apply("roles", "role: bench\nversion: 1\nagents: 2\nslotsPerAgent: 20\nplaybooks: [bench.noop]\n");
        settings = node.settings();
        return new NodeClient(settings);
    }

    private static void submit(NodeClient client, String id) {
        client.send(
                FleetTopic.TASKS,
                id,
                TaskSubmitted.newBuilder()
                        .setId(id)
                        .setKind("bench.noop")
                        .setRole("bench")
                        .build());
    }

    /** Sends them, and a task that is well from time to time; the records by their places. */
    private Map<String, Hostile> send(NodeClient client, List<Hostile> hostile) throws Exception {
        Map<String, Object> config = new HashMap<>(FleetSettings.kafkaClient(settings));
        config.put("max.request.size", 4 << 20);
        config.put("linger.ms", 5);
        List<Future<RecordMetadata>> places = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < hostile.size(); i++) {
                if (i % WELL_EVERY == 0) {
                    submit(client, "well-" + i);
                }
                places.add(producer.send(hostile.get(i).record()));
            }
        }
        Map<String, Hostile> byPlace = new HashMap<>();
        for (int i = 0; i < hostile.size(); i++) {
            RecordMetadata place = places.get(i).get();
            byPlace.put(place.topic() + "/" + place.partition() + "/" + place.offset(), hostile.get(i));
        }
        return byPlace;
    }

    /** The one dead letter of each place. Fails when there is another, or a second one. */
    private Map<String, DeadLetter> deadLetters(Set<String> places) throws InterruptedException {
        Map<String, Object> config = new HashMap<>(FleetSettings.kafkaClient(settings));
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        Map<String, DeadLetter> letters = new HashMap<>();
        List<String> surplus = new ArrayList<>();
        FleetTopic topic = FleetTopic.DEAD_LETTERS;
        try (KafkaConsumer<String, DeadLetter> consumer = new KafkaConsumer<>(
                config,
                new StringDeserializer(),
                FleetSerdes.value(DeadLetter.class, settings).deserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                    .mapToObj(number -> new TopicPartition(topic.topicName(), number))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Await.until(LONG, () -> "all there, but " + letters.size() + " of " + places.size(), () -> {
                for (ConsumerRecord<String, DeadLetter> read : consumer.poll(Duration.ofMillis(200))) {
                    Origin origin = originOf(read.value());
                    String place = origin.getTopic() + "/" + origin.getPartition() + "/" + origin.getOffset();
                    if (letters.put(place, read.value()) != null || !places.contains(place)) {
                        surplus.add(place);
                    }
                }
                return letters.size() >= places.size();
            });
        }
        assertThat(surplus).isEmpty();
        assertThat(letters.keySet()).isEqualTo(places);
        return letters;
    }

    /** A contradiction is found by core, in what intake made of the record. */
    private Origin originOf(DeadLetter letter) {
        if (letter.getCause() != DeadLetterCause.CONTRADICTION) {
            return letter.getOrigin();
        }
        byte[] bytes = new byte[letter.getValue().remaining()];
        letter.getValue().duplicate().get(bytes);
        return FleetSerdes.value(CoreInput.class, settings)
                .deserializer()
                .deserialize(FleetTopic.CORE_INPUTS.topicName(), bytes)
                .getOrigin();
    }

    private final class RealCodec implements HostileRecords.Codec {
        private final NodeClient client;
        private final int foreign;
        private final Map<FleetTopic, Deserializer<SpecificRecord>> deserializers = new EnumMap<>(FleetTopic.class);

        RealCodec(NodeClient client) {
            this.client = client;
            Schema schema = SchemaBuilder.record("Foreign")
                    .namespace("org.example")
                    .fields()
                    .requiredString("something")
                    .endRecord();
            this.foreign = SchemaRegistryClient.of(FleetSettings.registryClient(settings))
                    .register("somebody-elses", schema);
        }

        @Override
        public byte[] encode(FleetTopic topic, SpecificRecord value) {
            return client.encode(topic, value);
        }

        @Override
        @SuppressWarnings("unchecked") // the catalogue knows the type of a topic's values
        public void decode(FleetTopic topic, byte[] bytes) {
            deserializers
                    .computeIfAbsent(topic, of -> FleetSerdes.value((Class<SpecificRecord>) of.valueType(), settings)
                            .deserializer())
                    .deserialize(topic.topicName(), bytes);
        }

        @Override
        public int foreignSchema() {
            return foreign;
        }
    }
}
