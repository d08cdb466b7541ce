package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.NodeFixture.Answer;
import io.sweaifleet.graph.GraphWrites;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/**
 * A history of a whole node: verified, archived, deleted from the topics, replayed and verified again.
 *
 * <p>{@code -Dfleet.history.write=NAME} keeps it as {@code topology/src/test/resources/histories/NAME}.
 */
@Tag("heavy")
@Timeout(value = 9, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HistoryIT {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /** How long the sink may take to write what is there. */
    private static final Duration SUNK = Duration.ofMinutes(1);

    /** What a replay of core needs. */
    private static final List<FleetTopic> KEPT = List.of(
            FleetTopic.TASK_EVENTS,
            FleetTopic.CORE_INPUTS,
            FleetTopic.AGENT_HEARTBEATS,
            FleetTopic.AGENT_RESULTS,
            FleetTopic.RESULTS,
            FleetTopic.WORKFLOW_RESULTS);

    @TempDir
    Path directory;

    private NodeFixture node;

    @Test
    void shouldReplayAndVerifyWhatTheTopicsHoldNoLonger() throws Exception {
        // Given: a node on which much has happened
        Path archive = directory.resolve("archive");
        node = NodeFixture.on(Files.createDirectory(directory.resolve("node")));
        node.up(
                "fleet.node.parts=redis,kafka,registry,neo4j,connect,topology,worker",
                "fleet.archive.dir=" + archive,
                "fleet.node.jvm-options.worker=-javaagent:"
                        + TestPlaybooks.jar(
                                directory.resolve("test-playbooks.jar").toAbsolutePath()));
        try {
            node.apply("roles", TestPlaybooks.ROLE);
            live();
            assertOk("verified ", "replay", "--verify");
            List<String> before = replayed(FleetTopic.TASK_EVENTS);
            List<String> graph = sunkGraph();

            // When
            assertOk("fleet.task-events  ", "archive");
            assertOk("archived 0 records of 1 topic", "archive", "--topic", "task-events");
            delete(Stream.concat(
                            KEPT.stream(),
                            GraphWrites.byTopic().keySet().stream().flatMap(name -> FleetTopic.byName(name).stream()))
                    .distinct()
                    .toList());

            // Then
            assertThat(replayed(FleetTopic.TASK_EVENTS)).containsAll(before);
            assertOk("verified ", "replay", "--verify");
            assertOk("of 1 pool", "replay", "--verify", "--archive", archive.toString(), "--offline");
            Answer alone = node.fleet(
                    "replay",
                    "--verify",
                    "--archive",
                    directory.resolve("nothing").toString());
            assertThat(alone.exitCode()).isEqualTo(USAGE);
            assertThat(alone.output()).contains("there is no archive in");
            keep(archive);

            rebuildTheGraph(graph);
            damage(archive);
        } finally {
            node.close();
        }
    }

    /** Everything that decides differently: success, failure, retry, cascade, stop, expiry, pause, repetition, a lost worker. */
    private void live() throws Exception {
        Path repository = TestRepositories.withOneCommit(directory.resolve("repository"));
        try (NodeClient client = new NodeClient(node.settings())) {
            String mapping = "kind: architect.map-dependencies\nrole: architect\nrepository: " + repository + "\n";
            submit("id: success\n" + mapping);
            client.outcome("success");
            submit("id: success\n" + mapping);
            client.event("of the repetition", event -> event.getType() == TaskEventType.DUPLICATE_IGNORED);
            submit("id: retried\nkind: test.throw\nrole: tester\nretry: {maxAttempts: 3, initialBackoffMs: 200}\n");
            submit(
                    """
                    id: cascade
                    tasks:
                      - {id: breaks, kind: test.throw, role: tester, retry: {maxAttempts: 1}}
                      - {id: blocked, kind: test.throw, role: tester, dependsOn: [breaks]}
                      - {id: last, kind: test.throw, role: tester, dependsOn: [blocked]}
                    """);
            assertThat(client.outcome("retried").getAttempts()).hasSize(3);
            assertThat(client.outcome("last").getStatus()).isNotEqualTo(TaskStatus.SUCCEEDED);
            submit("id: too-long\nkind: test.endless\nrole: tester\nattemptTimeoutMs: 1s\nretry: {maxAttempts: 1}\n");
            assertThat(client.outcome("too-long").getStatus()).isEqualTo(TaskStatus.FAILED);
            submit("id: too-late\nkind: test.endless\nrole: tester\ndeadline: "
                    + Instant.now().plusSeconds(8) + "\n");
            assertThat(client.outcome("too-late").getStatus()).isEqualTo(TaskStatus.EXPIRED);
            submit("id: unknown-role\nkind: test.throw\nrole: nobody\n");
            assertThat(client.outcome("unknown-role").getStatus()).isEqualTo(TaskStatus.REJECTED);
            assertOk("", "pause", "--role", "architect", "--reason", "freeze");
            submit("id: paused\nconcurrencyKey: one\n" + mapping);
            submit("id: later\nconcurrencyKey: one\nnotBefore: " + Instant.now().plusSeconds(8) + "\n" + mapping);
            client.event("that holds later", event -> isOf("later", event, TaskEventType.TASK_HELD));
            assertOk("", "reprioritise", "later", "9");
            assertOk("", "resume", "--role", "architect");
            client.outcome("paused");
            client.outcome("later");
            submit("id: cancelled\nkind: test.endless\nrole: tester\n");
            client.event("that starts cancelled", event -> isOf("cancelled", event, TaskEventType.TASK_STARTED));
            node.killAndAwaitRestart("worker");
            client.event("that loses cancelled", event -> isOf("cancelled", event, TaskEventType.LEASE_EXPIRED));
            assertOk("", "cancel", "cancelled");
            assertThat(client.outcome("cancelled").getStatus()).isEqualTo(TaskStatus.CANCELLED);
        }
    }

    /** The graph when the sink has written all that its topics hold. */
    private List<String> sunkGraph() throws Exception {
        Map<TopicPartition, Long> ends = new HashMap<>();
        Map<String, Object> client = FleetSettings.kafkaClient(node.settings());
        client.put("isolation.level", "read_committed");
        client.put("enable.auto.commit", "false");
        try (var consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (String topic : GraphWrites.byTopic().keySet()) {
                consumer.partitionsFor(topic)
                        .forEach(partition -> ends.put(new TopicPartition(topic, partition.partition()), 0L));
            }
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            Map<TopicPartition, Long> last = consumer.endOffsets(ends.keySet());
            while (last.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record ->
                                ends.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1));
            }
        }
        ends.values().removeIf(end -> end == 0);
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(node.settings()))) {
            Await.until(SUNK, () -> "written by the sink", () -> ends.equals(sunk(admin, ends)));
        }
        try (Driver driver = neo4j()) {
            return GraphDump.of(driver);
        }
    }

    /** How far the sink has committed, but no further than these ends. */
    private static Map<TopicPartition, Long> sunk(Admin admin, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> sunk = new HashMap<>();
        try {
            admin.listConsumerGroupOffsets("connect-fleet-neo4j-sink")
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS)
                    .forEach((partition, next) -> {
                        if (ends.containsKey(partition) && next != null) {
                            sunk.put(partition, Math.min(ends.get(partition), next.offset()));
                        }
                    });
        } catch (InterruptedException | ExecutionException | TimeoutException failure) {
            throw new AssertionError(failure);
        }
        return sunk;
    }

    /** From archive and topics as one, after the topics have lost everything: whole, and from where it was cut short. */
    private void rebuildTheGraph(List<String> expected) throws Exception {
        Answer refused = node.fleet("graph", "rebuild");
        assertThat(refused.exitCode()).isEqualTo(USAGE);
        assertThat(refused.output()).contains("something in the graph already").contains("--empty");
        assertOk("the graph is rebuilt from ", "graph", "rebuild", "--empty");
        try (Driver driver = neo4j()) {
            assertThat(GraphDump.differences(expected, GraphDump.of(driver))).isEmpty();
            assertThat(expected).anyMatch(line -> line.startsWith("Fact "));

            driver.executableQuery("MATCH (f:Fact) DETACH DELETE f").execute();
            driver.executableQuery("CREATE (:Rebuilding {partitions: $partitions, next: $next})")
                    .withParameters(allBut(FleetTopic.KNOWLEDGE))
                    .execute();
            Answer goesOn = node.fleet("graph", "rebuild");
            assertThat(goesOn.exitCode()).as(goesOn.output()).isEqualTo(OK);
            assertThat(goesOn.output())
                    .contains("goes on with a rebuilding that was cut short")
                    .contains("fleet.knowledge: ")
                    .doesNotContain("fleet.audit: 1");
            assertThat(GraphDump.differences(expected, GraphDump.of(driver))).isEmpty();
        }
    }

    /** The progress of a rebuilding that has one topic to go. */
    private static Map<String, Object> allBut(FleetTopic topic) {
        List<String> partitions = GraphWrites.byTopic().keySet().stream()
                .filter(name -> !name.equals(topic.topicName()))
                .flatMap(name -> IntStream.range(0, 12).mapToObj(number -> name + "-" + number))
                .toList();
        return Map.of("partitions", partitions, "next", Collections.nCopies(partitions.size(), 1_000_000L));
    }

    private Driver neo4j() {
        Settings settings = node.settings();
        return GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)));
    }

    private static boolean isOf(String taskId, TaskEvent event, TaskEventType type) {
        return taskId.equals(event.getTaskId()) && event.getType() == type;
    }

    private void submit(String yaml) throws Exception {
        Path file = Files.writeString(Files.createTempFile(directory, "submission", ".yaml"), yaml);
        Answer answer = node.fleet("submit", file.toString());
        assertThat(answer.exitCode()).as(answer.output()).isEqualTo(OK);
    }

    private void assertOk(String part, String... words) throws Exception {
        Answer answer = node.fleet(words);
        assertThat(answer.exitCode()).as(answer.output()).isEqualTo(OK);
        assertThat(answer.output()).contains(part);
    }

    private List<String> replayed(FleetTopic topic) throws Exception {
        Answer answer = node.fleet("replay", "--topic", topic.topicName(), "--from", "earliest", "--json");
        assertThat(answer.exitCode()).as(answer.output()).isEqualTo(OK);
        return answer.output().lines().filter(line -> line.startsWith("{")).toList();
    }

    /** Deletes everything that topics hold now, as retention does. */
    private void delete(List<FleetTopic> topics) throws Exception {
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(node.settings()))) {
            Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
            for (FleetTopic topic : topics) {
                IntStream.range(0, topic.partitions())
                        .mapToObj(number -> new TopicPartition(topic.topicName(), number))
                        .forEach(partition -> partitions.put(partition, OffsetSpec.latest()));
            }
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            // Heartbeats go on: only what is archived may go.
            assertOk("", "archive");
            admin.listOffsets(partitions).all().get(30, TimeUnit.SECONDS).forEach((partition, end) -> {
                if (!partition.topic().equals(FleetTopic.AGENT_HEARTBEATS.topicName())) {
                    all.put(partition, RecordsToDelete.beforeOffset(end.offset()));
                }
            });
            admin.deleteRecords(all).all().get(30, TimeUnit.SECONDS);
        }
    }

    private void damage(Path archive) throws Exception {
        try (Stream<Path> files = Files.list(archive.resolve(FleetTopic.TASK_EVENTS.topicName()))) {
            Path file = files.sorted().toList().get(0);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 30));
            Answer damaged = node.fleet("replay", "--topic", "task-events", "--from", "earliest");
            assertThat(damaged.exitCode()).isEqualTo(FAILED);
            assertThat(damaged.output())
                    .contains("archive file " + file + " is damaged")
                    .contains("from a copy");
            Files.delete(file);
            Answer missing = node.fleet("replay", "--verify");
            assertThat(missing.exitCode()).isEqualTo(USAGE);
            assertThat(missing.output()).contains("cannot be verified");
        }
    }

    /** Keeps what was recorded for a test that every later version must pass. */
    private static void keep(Path archive) throws IOException {
        String name = System.getProperty("fleet.history.write");
        if (name == null) {
            return;
        }
        Path target = Path.of("..", "..", "topology", "src", "test", "resources", "histories", name);
        for (FleetTopic topic : KEPT) {
            Path folder = Files.createDirectories(target.resolve(topic.topicName()));
            try (Stream<Path> files = Files.list(archive.resolve(topic.topicName()))) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
        }
    }
}
