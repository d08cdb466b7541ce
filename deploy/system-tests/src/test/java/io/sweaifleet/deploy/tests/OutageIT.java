package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/**
 * A part of a whole node that is away for a while, or dies, or has no room: what is submitted meanwhile ends as if nothing
 * had happened, or names the cause, and afterwards everything goes on. The table is in {@code docs/troubleshooting.md}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutageIT {
    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        repository = TestRepositories.withOneCommit(directory.resolve("well"));
        // Whatever is made at the first use is made.
        assertThatATaskSucceeds();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void shouldFinishWorkWhileRedisDoesNotAnswer() throws Exception {
        // When
        try (Paused ignored = new Paused("redis")) {
            assertThatATaskSucceeds();
        }

        // Then
        assertThatATaskSucceeds();
    }

    @Test
    void shouldFinishWorkWhileNeo4jDoesNotAnswerAndHaveItInTheGraphAfterwards() throws Exception {
        // When
        String task;
        try (Paused ignored = new Paused("neo4j")) {
            task = assertThatATaskSucceeds();
        }

        // Then
        awaitInGraph(task);
        awaitInGraph(assertThatATaskSucceeds());
    }

    @Test
    void shouldFinishWorkWhileTheRegistryDoesNotAnswer() throws Exception {
        // Given: parts that a test before this one may have started anew know their schemas
        assertThatATaskSucceeds();

        // When
        try (Paused ignored = new Paused("registry")) {
            assertThatATaskSucceeds();
        }

        // Then
        assertThatATaskSucceeds();
    }

    @Test
    void shouldWaitForARegistryThatIsAwayBeforeItJudgesASchemaIdAndWhatCameAfterIt() throws Exception {
        // Given
        long before = node.timesReady("registry");
        node.part("registry").destroyForcibly();

        // When
        RecordMetadata unknown =
                client.send(FleetTopic.TASKS.topicName(), "any", new byte[] {0, 0x7f, 0x11, 0x22, 0x33, 1, 2, 3});
        String behind = submit(mapping());
        node.awaitReady("registry", before + 1);

        // Then
        DeadLetter letter = client.deadLetter(unknown);
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNKNOWN_SCHEMA);
        assertThat(client.outcome(behind).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThatATaskSucceeds();
    }

    @Test
    void shouldTakeAgainWhatAKilledWorkerHeld() throws Exception {
        // Given
        String task = submit(TaskSubmitted.newBuilder()
                .setKind(TestPlaybooks.Endless.KIND)
                .setRole("tester")
                .setAttemptTimeoutMs(2_000L)
                .setRetry(RetryPolicy.newBuilder()
                        .setMaxAttempts(2)
                        .setInitialBackoffMs(100)
                        .build()));
        client.event(
                "that starts " + task,
                event -> task.equals(event.getTaskId()) && event.getType() == TaskEventType.TASK_STARTED);

        // When
        node.killAndAwaitRestart("worker");

        // Then
        TaskOutcome outcome = client.outcome(task);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.FAILED);
        assertThat(outcome.getFailure().getCode()).isIn("ATTEMPT_TIMEOUT", "LEASE_EXPIRED", "WORKER_LOST");
        assertThat(outcome.getAttempts()).hasSize(2);
        assertThatATaskSucceeds();
    }

    @Test
    void shouldEndWhatAWorkerDoesThatIsToldToEnd() throws Exception {
        // Given
        Path brief = TestRepositories.withATestOf(directory.resolve("brief"), 4);
        String task = submit(
                TaskSubmitted.newBuilder().setKind("qa.run-tests").setRole("qa").setRepository(brief.toString()));
        client.event(
                "that the tests of " + task + " run",
                event -> task.equals(event.getTaskId())
                        && event.getType() == TaskEventType.TASK_PROGRESS
                        && event.getStep().startsWith("python"));
        long before = node.timesReady("worker");

        // When
        node.part("worker").destroy();

        // Then
        TaskOutcome outcome = client.outcome(task);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
        client.agents("default", "a worker that leaves", status -> status.getState() == WorkerState.DRAINING);
        node.awaitReady("worker", before + 1);
        assertThatATaskSucceeds();
    }

    @Test
    void shouldFinishWhatIsSubmittedWhileTheTopologyIsDead() throws Exception {
        // Given
        long before = node.timesReady("topology");
        node.part("topology").destroyForcibly();

        // When
        String task = submit(mapping());

        // Then
        assertThat(client.outcome(task).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        node.awaitReady("topology", before + 1);
    }

    @Test
    void shouldGoOnWhereItWasAfterAKillOfTheBroker() throws Exception {
        // Given
        String task = submit(mapping());

        // When
        node.killAndAwaitRestart("kafka");

        // Then
        assertThat(client.outcome(task).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        awaitInGraph(assertThatATaskSucceeds());
    }

    @Test
    void shouldFailAnAttemptForWantOfDiskByNameAndSucceedOnceThereIsRoom() throws Exception {
        // Given
        assumeTrue(canMount(), "only root can make a small file system; this test needs one");
        Path work = onlyFolderIn(node.dataDir().resolve("work"));
        Path big = TestRepositories.withOneCommit(directory.resolve("big"));
        byte[] megabyte = new byte[1 << 20];
        new Random(1).nextBytes(megabyte);
        Files.write(big.resolve("noise.bin"), megabyte);
        TestRepositories.git(big, "add", "-A");
        TestRepositories.git(
                big, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "big");

        // When
        TaskOutcome failed;
        try (SmallDisk ignored = new SmallDisk(work)) {
            failed = client.outcome(submit(mapping()
                    .setRepository(big.toString())
                    .setRetry(RetryPolicy.newBuilder().setMaxAttempts(1).build())));
        }

        // Then
        assertThat(failed.getStatus()).as("%s", failed).isEqualTo(TaskStatus.FAILED);
        assertThat(failed.getFailure().getCode()).as("%s", failed).isEqualTo("DISK_FULL");
        assertThat(failed.getFailure().getRemedy()).contains("free space");
        assertThat(client.outcome(submit(mapping().setRepository(big.toString())))
                        .getStatus())
                .isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldFailAnAttemptWhoseArtifactsHaveNoRoomByName() throws Exception {
        // Given
        assumeTrue(canMount(), "only root can make a small file system; this test needs one");
        Path artifacts = node.dataDir().resolve("artifacts");

        // When
        TaskOutcome failed;
        try (SmallDisk full = new SmallDisk(artifacts)) {
            Files.createDirectories(artifacts.resolve("incoming"));
            full.fill();
            failed = client.outcome(submit(mapping()
                    .setRetry(RetryPolicy.newBuilder().setMaxAttempts(1).build())));
        }

        // Then
        assertThat(failed.getFailure().getCode()).as("%s", failed).isEqualTo("DISK_FULL");
        assertThatATaskSucceeds();
    }

    private static TaskSubmitted.Builder mapping() {
        return TaskSubmitted.newBuilder()
                .setKind("architect.map-dependencies")
                .setRole("architect")
                .setRepository(repository.toString());
    }

    private static String submit(TaskSubmitted.Builder task) {
        String id = "outage-" + UUID.randomUUID();
        client.send(FleetTopic.TASKS, id, task.setId(id).build());
        return id;
    }

    private static String assertThatATaskSucceeds() {
        String task = submit(mapping());
        TaskOutcome outcome = client.outcome(task);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
        return task;
    }

    private static void awaitInGraph(String task) throws InterruptedException {
        Settings settings = node.settings();
        try (Driver driver = GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)))) {
            Await.until(Duration.ofSeconds(120), () -> "in the graph: " + task, () -> !driver.executableQuery(
                            "MATCH (t:Task {id: $id, status: 'SUCCEEDED'}) RETURN t.id")
                    .withParameters(Map.of("id", "default/" + task))
                    .execute()
                    .records()
                    .isEmpty());
        }
    }

    private static Path onlyFolderIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> found = entries.filter(Files::isDirectory).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private static boolean canMount() throws Exception {
        Path probe = Files.createDirectories(directory.resolve("probe"));
        if (run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", probe.toString()) != 0) {
            return false;
        }
        return run("umount", probe.toString()) == 0;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /** A part that is alive and does nothing, as behind a network that swallows everything. */
    private static final class Paused implements AutoCloseable {
        private final long pid;

        Paused(String part) throws Exception {
            pid = node.part(part).pid();
            assertThat(run("kill", "-STOP", Long.toString(pid))).isZero();
        }

        @Override
        public void close() throws Exception {
            assertThat(run("kill", "-CONT", Long.toString(pid))).isZero();
        }
    }

    /** A file system of a quarter of a megabyte in place of a folder, until it is closed. */
    private static final class SmallDisk implements AutoCloseable {
        private final Path folder;

        SmallDisk(Path folder) throws Exception {
            this.folder = folder;
            assertThat(run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.toString()))
                    .isZero();
        }

        /** Leaves no room at all. */
        void fill() throws IOException {
            byte[] block = new byte[4096];
            try (var out = Files.newOutputStream(folder.resolve("filler"))) {
                while (true) {
                    out.write(block);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left on device");
            }
        }

        @Override
        public void close() throws Exception {
            // Whoever has a file open there keeps it; the folder beneath is back at once.
            assertThat(run("umount", "--lazy", folder.toString())).isZero();
        }
    }
}
