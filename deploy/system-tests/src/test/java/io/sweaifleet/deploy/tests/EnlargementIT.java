package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.topology.core.CoreHistory;
import io.sweaifleet.topology.core.CoreReplay;
import io.sweaifleet.topology.core.UnverifiableException;
import io.sweaifleet.topology.generation.Enlargement;
import io.sweaifleet.topology.generation.EnlargementException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From three partitions to five on a real broker, with work before, meanwhile and afterwards. */
@Tag("heavy")
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EnlargementIT {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final int BEFORE = 3;
    private static final int AFTER = 5;
    private static final String[] POOLS = {"default", "red", "green", "blue", "yellow"};
    private static final int TASKS = 40;

    @TempDir
    Path directory;

    private TestBroker broker;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() {
        broker = new TestBroker(directory.resolve("kafka"), BEFORE);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        broker.close();
    }

    @Test
    void shouldLoseAndRepeatNothingWhateverStateWorkIsIn() throws Exception {
        // Given: pools that move and pools that stay; tasks that ended, tasks that wait by priority, unread results
        assertThat(IntStream.range(0, POOLS.length)
                        .filter(i -> Keys.partition(POOLS[i], BEFORE) != Keys.partition(POOLS[i], AFTER))
                        .count())
                .isBetween(1L, POOLS.length - 1L);
        broker.define(POOLS);
        broker.send(
                FleetTopic.ROLES,
                null,
                "nobody",
                RoleDefinition.newBuilder()
                        .setRole("nobody")
                        .setVersion(1)
                        .setUpdatedAt(Instant.now())
                        .build());
        TopologyProcess first = opened(TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of()));
        List<ProbeWorker> before = workers();
        submit("ended-", TASKS, 0);
        try (var outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class)) {
            awaitOutcomes(outcomes, POOLS.length * TASKS);
            broker.send(
                    FleetTopic.TASKS,
                    0,
                    null,
                    task("waits-low", "red", "nobody").setPriority(1).build());
            broker.send(
                    FleetTopic.TASKS,
                    1,
                    null,
                    task("waits-high", "red", "nobody").setPriority(9).build());
            broker.flush();
            awaitQueued("waits-low", "waits-high");
            submit("unread-", TASKS, 0);
            awaitOutcomes(outcomes, POOLS.length * TASKS + TASKS);
            first.kill();
            for (ProbeWorker worker : before) {
                worker.close();
            }

            // When: cut short twice, with submissions meanwhile
            submit("meanwhile-", TASKS, 0);
            assertThatThrownBy(() -> enlarge(cutShortAt("moved ")).run(AFTER)).hasMessage("cut short");
            TopologyProcess tooEarly = opened(TopologyProcess.launch(directory, broker.bootstrap(), "two", Map.of()));
            assertThat(tooEarly.awaitExit()).isEqualTo(2);
            assertThat(tooEarly.said())
                    .anySatisfy(line -> assertThat(line).contains("fleet topics enlarge --partitions " + AFTER));
            assertThatThrownBy(() -> enlarge(line -> {}).run(AFTER + 1))
                    .isInstanceOf(EnlargementException.class)
                    .hasMessageContaining("is not finished");
            assertThatThrownBy(() ->
                            enlarge(cutShortAt("inputs that core had not read")).run(AFTER))
                    .hasMessage("cut short");
            assertThat(enlarge(line -> {}).run(AFTER)).isEqualTo(2);
        }

        // Then: whatever was submitted has one outcome, ids are known, the queue has kept its order
        TopologyProcess second = opened(TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of()));
        List<ProbeWorker> after = workers();
        ProbeWorker nobody =
                opened(new ProbeWorker(broker, "red", "worker-3", 1, Keys.partition("red/worker-3", AFTER), "nobody"));
        submit("ended-", TASKS, AFTER - 1);
        submit("afterwards-", TASKS, AFTER - 1);
        try (var outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class);
                var events = broker.follow(FleetTopic.TASK_EVENTS, TaskEvent.class)) {
            int all = POOLS.length * TASKS * 4 + 2;
            awaitOutcomes(outcomes, all);
            Await.until(
                    LONG,
                    () -> "recognised: " + repeated(events.read()),
                    () -> repeated(events.read()) == POOLS.length * TASKS);
            assertThat(outcomes.read()).hasSize(all);
            assertThat(outcomes.read().stream().map(ConsumerRecord::key)).doesNotHaveDuplicates();
            assertThat(outcomes.read())
                    .extracting(record -> record.value().getStatus())
                    .containsOnly(TaskStatus.SUCCEEDED);
            assertThat(nobody.started().stream().map(Assignment::getTaskId)).containsExactly("waits-high", "waits-low");
            assertThat(events.read().stream()
                            .filter(event -> event.value().getType() == TaskEventType.GENERATION_BEGUN)
                            .map(event -> event.value().getPool()))
                    .containsExactlyInAnyOrder(POOLS);
            for (String pool : POOLS) {
                assertThat(events.read().stream()
                                .map(ConsumerRecord::value)
                                .filter(event -> event.getPool().equals(pool))
                                .map(TaskEvent::getSequence))
                        .doesNotHaveDuplicates();
            }
        }
        for (ProbeWorker worker : after) {
            worker.close();
        }
        nobody.close();
        assertThat(second.stop()).isZero();
        assertThat(new CoreReplay(history()).pools()).isEqualTo(new TreeSet<>(List.of(POOLS)));
        for (String pool : POOLS) {
            assertThatThrownBy(() -> new CoreReplay(history()).verify(pool))
                    .isInstanceOf(UnverifiableException.class)
                    .hasMessageContaining("when the topics were enlarged");
        }
    }

    @Test
    void shouldRefuseWhileAWorkerOrTheTopologyRuns() throws Exception {
        // Given
        broker.define("default");
        TopologyProcess topology = opened(TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of()));
        ProbeWorker worker = opened(new ProbeWorker(broker, "default", "worker-1", 1, 0));

        // When / Then
        List<String> told = new ArrayList<>();
        Thread enlarging = new Thread(() -> {
            try {
                enlarge(told::add).run(AFTER);
            } catch (EnlargementException refused) {
                told.add(refused.getMessage());
            }
        });
        enlarging.start();
        Await.until(LONG, () -> "waiting for the topology: " + told, () -> told.toString()
                .contains("has no members"));
        topology.stop();
        enlarging.join(LONG.toMillis());
        assertThat(told).last().asString().contains("a worker is running");
        worker.close();
        assertThatThrownBy(() -> enlarge(told::add).run(BEFORE - 1))
                .isInstanceOf(EnlargementException.class)
                .hasMessageContaining("cannot take partitions away");
        assertThatThrownBy(() -> enlarge(told::add).run(BEFORE))
                .isInstanceOf(EnlargementException.class)
                .hasMessageContaining("have 3 partitions already");
    }

    private Enlargement enlarge(Consumer<String> told) {
        return new Enlargement(
                Map.of("bootstrap.servers", broker.bootstrap()),
                TestBroker.SERDES,
                "",
                TopicSettings.replicated(1),
                told);
    }

    private static Consumer<String> cutShortAt(String step) {
        return line -> {
            if (line.contains(step)) {
                throw new IllegalStateException("cut short");
            }
        };
    }

    private List<ProbeWorker> workers() {
        List<ProbeWorker> workers = new ArrayList<>();
        for (String pool : POOLS) {
            workers.add(opened(new ProbeWorker(broker, pool, "worker-1", 20, Keys.partition(pool, BEFORE))));
        }
        return workers;
    }

    private void submit(String prefix, int tasks, int partition) {
        for (int i = 0; i < tasks; i++) {
            for (String pool : POOLS) {
                broker.send(
                        FleetTopic.TASKS,
                        partition,
                        null,
                        task(prefix + i, pool, "bench").build());
            }
        }
        broker.flush();
    }

    private static TaskSubmitted.Builder task(String id, String pool, String role) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setKind("bench.noop")
                .setRole(role);
    }

    private static void awaitOutcomes(TestBroker.Follower<TaskOutcome> outcomes, int count) throws Exception {
        Await.until(
                LONG,
                () -> count + " outcomes, but " + outcomes.read().size(),
                () -> outcomes.read().size() >= count);
    }

    private void awaitQueued(String... taskIds) throws Exception {
        try (var events = broker.follow(FleetTopic.TASK_EVENTS, TaskEvent.class)) {
            Await.until(
                    LONG,
                    () -> "queued",
                    () -> events.read().stream()
                                    .filter(event -> event.value().getType() == TaskEventType.TASK_READY)
                                    .filter(event -> List.of(taskIds)
                                            .contains(event.value().getTaskId()))
                                    .count()
                            == taskIds.length);
        }
    }

    private static long repeated(List<ConsumerRecord<String, TaskEvent>> events) {
        return events.stream()
                .filter(event -> event.value().getType() == TaskEventType.DUPLICATE_IGNORED)
                .filter(event -> event.value().getWorkflowId().startsWith("ended-"))
                .count();
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    /** What the topics hold, each with a schema id of its own: a verification reads each value in the schema that it was written in. */
    private CoreHistory history() {
        InMemorySchemaRegistry registry = InMemorySchemaRegistry.named("enlargement-" + System.nanoTime());
        for (FleetTopic topic : FleetTopic.values()) {
            registry.hold(schemaId(topic), SpecificData.get().getSchema(topic.valueType()));
        }
        return new CoreHistory() {
            @Override
            public Iterator<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic, int partition) {
                List<ConsumerRecord<byte[], byte[]>> records = read(new TopicPartition(topic.topicName(), partition));
                records.forEach(record -> ByteBuffer.wrap(record.value()).putInt(1, schemaId(topic)));
                return records.iterator();
            }

            @Override
            public int partitions(FleetTopic topic) {
                return AFTER;
            }

            @Override
            public Map<String, ?> serdes() {
                return Map.of("schema.registry.url", registry.address());
            }
        };
    }

    private static int schemaId(FleetTopic topic) {
        return topic.ordinal() + 1;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
