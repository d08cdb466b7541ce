package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents on a real Ray cluster: attempts run there, end there when they are told to, and begin again when something dies. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RayClusterIT {

    private static final String POOL = "ray-" + UUID.randomUUID();
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static final String ASKING = "asking-qa";
    private static final String CROWD = "crowd-qa";

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static RayCluster cluster;
    private static Process first;
    private static Process worker;
    private static Path slow;
    private static Path brief;
    private static Path quick;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(RayCluster.program().isPresent(), RayCluster::missing);
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        slow = TestRepositories.withATestOf(directory.resolve("slow"), 300);
        brief = TestRepositories.withATestOf(directory.resolve("brief"), 8);
        quick = TestRepositories.withATestOf(directory.resolve("quick"), 0);
        node.apply("roles", role(ASKING, 1, "ask", 1));
        node.apply("pools", "pool: " + POOL + "\nversion: 1\n");
        // Ray keeps sockets below its directory, whose path must be short.
        cluster = RayCluster.start(RayCluster.program().orElseThrow(), Files.createTempDirectory("ray"));
        first = cluster.addNode(6);
        startWorker();
    }

    private static void startWorker() throws Exception {
        Path log = directory.resolve("worker-" + UUID.randomUUID() + ".log");
        worker = node.begin(
                log,
                "worker",
                "--dir",
                directory.resolve("worker").toString(),
                "--ray-address",
                cluster.address(),
                "--set",
                "fleet.pool=" + POOL,
                "--set",
                "fleet.worker.ray.node-ip=" + RayCluster.HEAD_IP,
                "--set",
                "fleet.worker.drain-timeout=60s",
                "--set",
                "fleet.worker.roles=qa," + ASKING + "," + CROWD);
        Await.until(LIMIT, () -> "a worker on the cluster: " + read(log), () -> read(log)
                .contains("fleet: ready"));
    }

    @BeforeEach
    void ensureAWorker() throws Exception {
        if (!worker.isAlive()) {
            startWorker();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (worker != null) {
            worker.destroy();
            worker.waitFor(30, TimeUnit.SECONDS);
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String submit(Path repository) {
        return submit(repository, "qa");
    }

    private static String submit(Path repository, String role) {
        String id = "task-" + UUID.randomUUID();
        client.send(
                FleetTopic.TASKS,
                id,
                TaskSubmitted.newBuilder()
                        .setId(id)
                        .setPool(POOL)
                        .setKind("qa.run-tests")
                        .setRole(role)
                        .setRepository(repository.toString())
                        .setInputs(Map.of("tries", "1"))
                        .build());
        return id;
    }

    /** Waits until an attempt of a task runs its tests. */
    private static ProcessHandle awaitTests(String task, int attempt) throws InterruptedException {
        client.event("attempt " + attempt + " of " + task, event -> startedTests(event, task, attempt));
        Await.until(LIMIT, () -> "an actor with children", () -> cluster.actorAtWork() != null);
        return cluster.actorAtWork();
    }

    private static boolean startedTests(TaskEvent event, String task, int attempt) {
        return event.getType() == TaskEventType.TASK_PROGRESS
                && task.equals(event.getTaskId())
                && event.getAttempt() != null
                && event.getAttempt() == attempt
                && event.getStep().startsWith("python");
    }

    private static TaskOutcome outcome(String task) {
        return client.outcome(POOL, task);
    }

    @Test
    void shouldRunAnAttemptOnTheCluster() {
        // When
        TaskOutcome outcome = outcome(submit(quick));

        // Then
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getResult().getSummary()).contains("1 test");
    }

    @Test
    void shouldAskOnTheClusterAndGoOnWithTheAnswer() throws Exception {
        // Given
        String task = submit(quick, ASKING);
        TaskEvent asked = client.event(
                "that " + task + " asks",
                event -> task.equals(event.getTaskId()) && event.getType() == TaskEventType.APPROVAL_REQUESTED);

        // When
        NodeFixture.Answer approved = node.fleet("approve", task, "--pool", POOL, "--by", "ann");
        TaskOutcome outcome = outcome(task);

        // Then
        assertThat(asked.getRequest().getPreview()).contains("python");
        assertThat(approved.exitCode()).as(approved.output()).isZero();
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getResult().getSummary()).contains("1 test");
    }

    @Test
    void shouldEndAnAttemptOnTheClusterWithAllThatItStarted() throws Exception {
        // Given
        String task = submit(slow);
        ProcessHandle actor = awaitTests(task, 1);

        // When
        node.fleet("cancel", task, "--pool", POOL);

        // Then
        assertThat(outcome(task).getStatus()).isEqualTo(TaskStatus.CANCELLED);
        Await.until(LIMIT, () -> "the tests' end", () -> actor.descendants()
                .findAny()
                .isEmpty());
    }

    @Test
    void shouldEndWhatItDoesBeforeItLeaves() throws Exception {
        // Given
        String task = submit(brief);
        awaitTests(task, 1);

        // When
        worker.destroy();
        client.agents(POOL, "a worker that leaves", status -> status.getState() == WorkerState.DRAINING);
        String next = submit(brief);
        TaskOutcome outcome = outcome(task);
        boolean ended = worker.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        startWorker();

        // Then: the next one was not begun by a worker that leaves
        assertThat(ended).isTrue();
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
        assertThat(outcome(next).getAttempts()).hasSize(1);
    }

    @Test
    void shouldBeginAgainWhenTheWorkerDiesAndLeaveNothingRunning() throws Exception {
        // Given
        String task = submit(slow);
        ProcessHandle actor = awaitTests(task, 1);

        // When
        RayCluster.kill(worker);
        startWorker();
        awaitTests(task, 2);
        node.fleet("cancel", task, "--pool", POOL);

        // Then
        assertThat(outcome(task).getAttempts()).hasSize(2);
        Await.until(LIMIT, () -> "the end of the actor of the dead worker", () -> !actor.isAlive());
    }

    @Test
    void shouldGoOnWhileRedisDies() throws Exception {
        // Given
        String task = submit(brief);
        awaitTests(task, 1);

        // When
        node.killAndAwaitRestart("redis");

        // Then
        TaskOutcome outcome = outcome(task);
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
    }

    @Test
    void shouldHaveAsManyAgentsAsARoleAsksFor() throws Exception {
        // Given
        int version = Math.toIntExact(Instant.now().getEpochSecond());
        node.apply("roles", role(CROWD, version, "allow", 3));
        awaitAgents(version, 3);
        String task = submit(brief, CROWD);
        awaitTests(task, 1);

        // When: those leave that do nothing
        node.apply("roles", role(CROWD, version + 1, "allow", 1));
        awaitAgents(version + 1, 1);

        // Then
        TaskOutcome outcome = outcome(task);
        assertThat(outcome.getStatus()).as(String.valueOf(outcome.getFailure())).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
    }

    /** A role that runs tests, as its rule says: allowed, or when somebody approves. */
    private static String role(String name, int version, String rule, int agents) {
        return """
                role: %s
                version: %d
                description: runs test suites
                tools: [read, search, run, test, git]
                rules:
                  - {name: tests, effect: %s, tool: test, argv: ["*python*"]}
                  - {name: python, effect: allow, tool: run, argv: ["*python*"]}
                  - {name: read, effect: allow, tool: read, path: "**"}
                  - {name: search, effect: allow, tool: search}
                  - {name: git, effect: allow, tool: git}
                playbooks: [qa.run-tests]
                agents: %d
                resources: {cpu: 0.5, memoryBytes: 268435456}
                """
                .formatted(name, version, rule, agents);
    }

    private static void awaitAgents(int version, int agents) {
        client.agents(POOL, agents + " agents of version " + version, status -> status.getRoles().stream()
                .anyMatch(role -> role.getRole().equals(CROWD)
                        && role.getRoleVersion() == version
                        && role.getAgents() == agents));
    }

    @Test
    void shouldBeginAgainWhenAnActorsProcessDies() throws Exception {
        // Given
        String task = submit(slow);
        ProcessHandle actor = awaitTests(task, 1);

        // When
        actor.destroyForcibly();
        awaitTests(task, 2);
        node.fleet("cancel", task, "--pool", POOL);

        // Then
        assertThat(outcome(task).getAttempts()).hasSize(2).first().satisfies(RayClusterIT::wasLost);
    }

    @Test
    void shouldBeginAgainElsewhereWhenANodeIsLost() throws Exception {
        // Given
        String task = submit(slow);
        awaitTests(task, 1);
        Process second = cluster.addNode(6);

        // When
        RayCluster.kill(first);
        first = second;
        awaitTests(task, 2);
        node.fleet("cancel", task, "--pool", POOL);

        // Then
        assertThat(outcome(task).getAttempts()).hasSize(2).first().satisfies(RayClusterIT::wasLost);
    }

    private static void wasLost(AttemptSummary attempt) {
        assertThat(attempt.getStatus()).isEqualTo(AttemptStatus.FAILED);
        assertThat(attempt.getFailure().getFailureClass()).isEqualTo(FailureClass.AGENT);
    }
}
