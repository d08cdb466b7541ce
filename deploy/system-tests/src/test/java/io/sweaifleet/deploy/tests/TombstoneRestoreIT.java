package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.Tombstones;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Core without its state directory takes everything from the changelog, ended tasks too, and knows each of them again. The figures of
 * millions are in {@code docs/reliability.md}; the ordinary run has fewer.
 */
@Timeout(3_600)
class TombstoneRestoreIT {

    private static final Logger LOG = LoggerFactory.getLogger(TombstoneRestoreIT.class);
    private static final int TOMBSTONES = Integer.getInteger("fleet.restore.tombstones", 20_000);
    /** One in so many tasks is taken through the rules. */
    private static final int BY_THE_RULES = 100;

    private static final String CHANGELOG = "fleet-core-pool-state-by-key-changelog";
    private static final int PARTITION = Keys.partition("default", FleetTopic.CORE_INPUTS.partitions());
    private static final Duration LONG = Duration.ofMinutes(30);

    @TempDir
    Path directory;

    @Test
    void shouldKnowEveryEndedTaskAgainAfterARestore() throws Exception {
        Path log = directory.resolve("kafka");
        try (TestBroker broker = new TestBroker(log);
                TestBroker.Follower<TaskEvent> events = broker.follow(FleetTopic.TASK_EVENTS, TaskEvent.class);
                TestBroker.Follower<DeadLetter> letters = broker.follow(FleetTopic.DEAD_LETTERS, DeadLetter.class)) {
            // Given: a core that has its changelog, and what ended tasks leave there
            broker.define("default");
            try (TopologyProcess topology = TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of())) {
                submit(broker, "before");
                awaitReady(events, "before");
                assertThat(topology.stop()).isZero();
            }
            long before = size(log);
            long begun = System.nanoTime();
            write(broker);
            long written = System.nanoTime();
            long topic = size(log) - before;

            // When
            deleteTree(directory.resolve("one"));
            long started = System.nanoTime();
            try (TopologyProcess topology = TopologyProcess.launch(directory, broker.bootstrap(), "one", Map.of())) {
                submit(broker, "after");
                awaitReady(events, "after");
                long restored = System.nanoTime();

                // Then
                List<String> ended = List.of("done-0", "done-" + TOMBSTONES / 2, "done-" + (TOMBSTONES - 1));
                ended.forEach(id -> submit(broker, id));
                Await.until(
                        LONG,
                        () -> "known again: " + letters.read(),
                        () -> letters.read().size() == ended.size());
                assertThat(letters.read()).allSatisfy(letter -> {
                    assertThat(letter.value().getCause()).isEqualTo(DeadLetterCause.CONTRADICTION);
                    assertThat(letter.value().getTaskId()).isIn(ended);
                });
                LOG.info(
                        "{} tombstones: written in {} ms; {} MB in the topic; restored, and a task decided, {} ms after the"
                                + " start of the process; {} MB in the state directory",
                        TOMBSTONES,
                        (written - begun) / 1_000_000,
                        topic >> 20,
                        (restored - started) / 1_000_000,
                        size(directory.resolve("one")) >> 20);
                assertThat(topology.stop()).isZero();
            }
        }
    }

    private static void submit(TestBroker broker, String id) {
        broker.send(
                FleetTopic.TASKS,
                null,
                null,
                TaskSubmitted.newBuilder()
                        .setId(id)
                        .setKind("bench.noop")
                        .setRole("bench")
                        .build());
        broker.flush();
    }

    private static void awaitReady(TestBroker.Follower<TaskEvent> events, String id) throws InterruptedException {
        Await.until(LONG, () -> id + " queued", () -> events.read().stream()
                .anyMatch(event ->
                        id.equals(event.value().getTaskId()) && event.value().getType() == TaskEventType.TASK_READY));
    }

    private static void write(TestBroker broker) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", broker.bootstrap(), "linger.ms", "20", "batch.size", "524288");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            Tombstones tombstones = new Tombstones(
                    System.currentTimeMillis(),
                    (key, value) -> producer.send(new ProducerRecord<>(CHANGELOG, PARTITION, key, value)));
            for (int i = 0; i < TOMBSTONES; i++) {
                if (i % BY_THE_RULES == 0) {
                    tombstones.end("done-" + i);
                } else {
                    tombstones.likeTheLast("done-" + i);
                }
            }
        }
    }

    private static long size(Path tree) {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(file -> file.getFileName().toString().matches(".*\\.(log|sst)"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> assertThat(file.toFile().delete()).isTrue());
        }
    }
}
