package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.NodeFixture.Answer;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the command line on a whole node, right and wrong, with their exit codes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandsIT {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    private final String id = "command-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        repository = TestRepositories.withOneCommit(directory.resolve("well"));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void shouldSubmitATaskInYamlShowItsOutcomeAndTakeItsRepetitionForOne() throws Exception {
        // Given
        Path task = write(mapping());

        // When
        Answer first = node.fleet("submit", "--wait", task.toString());
        Answer again = node.fleet("submit", "--wait", task.toString());

        // Then
        assertThat(first.exitCode()).as(first.output()).isEqualTo(OK);
        assertThat(first.output()).contains("succeeded");
        assertThat(again.exitCode()).isEqualTo(FAILED);
        assertThat(again.output()).contains(id + " was submitted before").contains("fleet status " + id);
        Answer status = node.fleet("status", id, "--json");
        assertThat(status.exitCode()).isEqualTo(OK);
        assertThat(status.output()).contains("\"status\" : \"SUCCEEDED\"");
        Answer watched = node.fleet("watch", id);
        assertThat(watched.exitCode()).isEqualTo(OK);
        assertThat(watched.output()).contains("task accepted").contains("task ended: succeeded");
        Answer results = node.fleet("results", id, "--json");
        assertThat(results.output()).contains("\"taskId\" : \"" + id + "\"");
    }

    @Test
    void shouldGiveATaskToAWorkerThatHasWhatItRequires() throws Exception {
        // Given
        String os = System.getProperty("os.name");
        Path task = write(
                mapping() + "requires: {labels: {os: '" + os + "'}, resources: {cpuMillis: 100, memoryBytes: 1024}}\n");

        // When
        Answer submitted = node.fleet("submit", "--wait", task.toString());
        Answer agents = node.fleet("agents");

        // Then
        assertThat(submitted.exitCode()).as(submitted.output()).isEqualTo(OK);
        assertThat(agents.output()).contains("os=" + os).containsPattern("\\d+\\.\\d cores \\d+\\.\\d GiB");
    }

    @Test
    void shouldStopATaskThatHasUsedItsTimeUp() throws Exception {
        // Given
        Path task = write("id: " + id + "\nrole: tester\nkind: test.endless\nbudget: {wallMs: 1s}\n");

        // When
        Answer submitted = node.fleet("submit", "--wait", task.toString());

        // Then
        assertThat(submitted.exitCode()).as(submitted.output()).isEqualTo(FAILED);
        assertThat(client.outcome(id).getFailure().getCode()).isEqualTo("BUDGET_EXCEEDED");
        client.event("that warns of " + id, event -> isOf("", TaskEventType.BUDGET_WARNING, event));
    }

    @Test
    void shouldTellWhoeverWaitsThatTheIdStandsForOtherWork() throws Exception {
        // Given
        node.fleet("submit", write(mapping()).toString());

        // When
        Answer other = node.fleet(
                "submit", "--wait", write(mapping() + "title: other work\n").toString());

        // Then
        assertThat(other.exitCode()).isEqualTo(FAILED);
        assertThat(other.output()).contains("[ID_REUSED]").contains("fleet dead-letters show ");
    }

    @Test
    void shouldNameEveryFieldAndLineThatIsWrongAndSubmitNothing() throws Exception {
        // Given
        Path task = write("kind: qa.run-tests\nrol: qa\npriority: 12\n");

        // When
        Answer answer = node.fleet("submit", task.toString());

        // Then
        assertThat(answer.exitCode()).isEqualTo(USAGE);
        assertThat(answer.output()).contains("rol (line 2)").contains("did you mean role?");
        assertThat(node.fleet("submit", "nowhere.yaml").exitCode()).isEqualTo(USAGE);
        assertThat(node.fleet("status", id).exitCode()).isEqualTo(FAILED);
    }

    @Test
    void shouldCancelWhatRuns() throws Exception {
        // Given
        Path task = write("id: " + id + "\nkind: test.endless\nrole: tester\n");
        assertThat(node.fleet("submit", task.toString()).exitCode()).isEqualTo(OK);
        client.event("that starts " + id, event -> isOf("", TaskEventType.TASK_STARTED, event));

        // When
        Answer answer = node.fleet("cancel", id, "--reason", "seen enough");

        // Then
        assertThat(answer.exitCode()).as(answer.output()).isEqualTo(OK);
        assertThat(client.outcome(id).getStatus()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(node.fleet("cancel", id).output()).contains("has ended already: cancelled");
        assertThat(node.fleet("cancel", id + "-not").exitCode()).isEqualTo(FAILED);
    }

    @Test
    void shouldHoldBackWhatIsPausedAndSayWhyUntilItIsResumed() throws Exception {
        // Given: a task that may start soon, paused before it does
        Path task = write(mapping() + "notBefore: " + Instant.now().plusSeconds(10) + "\n");
        assertThat(node.fleet("submit", task.toString()).exitCode()).isEqualTo(OK);
        client.event("that holds " + id, event -> isHeld(event, "not before"));
        Answer paused = node.fleet("pause", id, "--reason", "release freeze");
        assertThat(paused.exitCode()).as(paused.output()).isEqualTo(OK);
        client.event("that holds " + id + " by the pause", event -> isHeld(event, "release freeze"));

        // When
        Answer why = node.fleet("status", id);
        assertThat(node.fleet("reprioritise", id, "9").exitCode()).isEqualTo(OK);
        assertThat(node.fleet("resume", id).exitCode()).isEqualTo(OK);

        // Then
        assertThat(why.output()).contains("held").contains("release freeze");
        assertThat(client.outcome(id).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(client.outcome(id).getPriority()).isEqualTo(9);
        assertThat(node.fleet("pause").exitCode()).isEqualTo(USAGE);
        assertThat(node.fleet("pause", id, "--all").exitCode()).isEqualTo(USAGE);
        assertThat(node.fleet("reprioritise", id, "10").exitCode()).isEqualTo(USAGE);
    }

    @Test
    void shouldRunWhatAScheduleSubmits() throws Exception {
        // Given
        String schedule = "beat-" + id.substring(Math.max(0, id.length() - 20)).replaceAll("^-+", "");
        Path file = write("id: " + schedule + "\nintervalMs: 2s\noverlap: skip\nworkflow:\n  tasks:\n"
                + "    - {id: map, role: architect, kind: architect.map-dependencies, repository: " + repository
                + "}\n");
        Answer applied = node.fleet("schedules", "apply", file.toString());
        assertThat(applied.exitCode()).as(applied.output()).isEqualTo(OK);
        TaskEvent fired = client.event(
                "that fires " + schedule,
                event -> event.getType() == TaskEventType.SCHEDULE_FIRED && schedule.equals(event.getScheduleId()));

        // When
        Answer list = node.fleet("schedules", "list");
        Answer paused = node.fleet("schedules", "pause", schedule);
        TaskStatus ended = client.outcome(fired.getWorkflowId() + "-map").getStatus();
        Answer removed = node.fleet("schedules", "remove", schedule);

        // Then
        assertThat(list.output()).containsPattern(schedule + " +1 +every 2000 ms +2\\d{3}-");
        assertThat(paused.output()).contains(schedule + " is version 2 now; it is paused");
        assertThat(ended).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(removed.output()).contains(schedule + " is removed");
    }

    private boolean isHeld(TaskEvent event, String why) {
        return id.equals(event.getTaskId())
                && event.getType() == TaskEventType.TASK_HELD
                && event.getMessage().contains(why);
    }

    @Test
    void shouldSayWhyEachTaskThatHasNotStartedWaits() throws Exception {
        // Given: the only slot of a role and a key in use, and work that waits for everything that work can wait for
        node.fleet("submit", write(endless(id + "-runs")).toString());
        client.event("that starts " + id + "-runs", event -> isOf("-runs", TaskEventType.TASK_STARTED, event));
        node.fleet("pause", "--role", "tester", "--reason", "release freeze");
        Path waiting = write("id: " + id + "\nlabels: {waits: " + id + "}\ntasks:\n"
                + item("-slot", "role: tester, kind: test.endless")
                + item(
                        "-able",
                        "role: architect, kind: architect.map-dependencies, requires: {capabilities: [quantum]}")
                + item("-key", "role: architect, kind: architect.map-dependencies, concurrencyKey: " + id)
                + item(
                        "-later",
                        "role: tester, kind: test.endless, notBefore: "
                                + Instant.now().plusSeconds(3_600))
                + item("-needs", "role: tester, kind: test.endless, dependsOn: [" + id + "-slot]"));
        try {
            Answer submitted = node.fleet("submit", waiting.toString());
            assertThat(submitted.exitCode()).as(submitted.output()).isEqualTo(OK);
            client.event("that holds " + id + "-key", event -> isOf("-key", TaskEventType.TASK_HELD, event));

            // When
            Answer why = node.fleet("status", id);
            Answer queues = node.fleet("queues");
            Answer list = node.fleet("list", "--label", "waits=" + id, "--status", "held,queued");
            Answer workflows = node.fleet("list", "--workflows", "--label", "waits=" + id, "--json");

            // Then
            assertThat(why.exitCode()).as(why.output()).isEqualTo(OK);
            assertThat(why.output())
                    .containsPattern(
                            "queued +" + id + "-slot .*release freeze \\(role:tester\\); all slots of role tester"
                                    + " are in use \\(1 of 1\\); number 1 in the queue")
                    .containsPattern(
                            "held +" + id + "-key .*concurrency key " + id + " is held by task " + id + "-runs")
                    .containsPattern("queued +" + id
                            + "-able .*no worker that is online and offers role architect has capability quantum")
                    .containsPattern("held +" + id + "-later .*not before ")
                    .containsPattern("waiting +" + id + "-needs .*waits for task " + id + "-slot");
            assertThat(queues.output())
                    .containsPattern("tester +1 .*1 of 1 +paused.*release freeze")
                    .contains("1  concurrency key " + id + " is held by task " + id + "-runs");
            assertThat(list.output())
                    .contains(id + "-slot", id + "-key", id + "-later")
                    .doesNotContain(id + "-needs");
            assertThat(workflows.output())
                    .contains("\"workflowId\" : \"" + id + "\"")
                    .contains("\"open\" : 5");
        } finally {
            node.fleet("resume", "--role", "tester");
            node.fleet("cancel", id);
            node.fleet("cancel", id + "-runs");
        }
        assertThat(node.fleet("list", "--status", "lost").output()).contains("'lost' is not a state");
        assertThat(node.fleet("queues", "--pool", "nowhere").exitCode()).isEqualTo(FAILED);
    }

    private String endless(String taskId) {
        return "id: " + taskId + "\nkind: test.endless\nrole: tester\nconcurrencyKey: " + id + "\n";
    }

    private String item(String suffix, String rest) {
        return "  - {id: " + id + suffix + ", repository: " + repository + ", " + rest + "}\n";
    }

    private boolean isOf(String suffix, TaskEventType type, TaskEvent event) {
        return event.getType() == type && (id + suffix).equals(event.getTaskId());
    }

    @Test
    void shouldFollowOutcomesAsTheyAreCommitted() throws Exception {
        // Given
        Path output = Files.createFile(directory.resolve("followed"));
        Process following = node.begin(output, "results", "--follow", "--json", "--since", "10m");
        try {
            // When
            node.fleet("submit", "--wait", write(mapping()).toString());

            // Then
            Await.until(SOON, () -> "followed: " + read(output), () -> read(output)
                    .lines()
                    .anyMatch(line -> line.startsWith("{") && line.contains(id) && line.endsWith("}")));
        } finally {
            following.destroy();
            following.waitFor();
        }
    }

    @Test
    void shouldReplayARangeIntoATopicOfItsOwnAndRefuseTheFleets() throws Exception {
        // Given
        node.fleet("submit", "--wait", write(mapping()).toString());
        String copy = "copy-" + UUID.randomUUID();

        // When
        Answer printed = node.fleet("replay", "--topic", "fleet.task-events", "--from", "1h", "--to", "now", "--json");
        Answer copied = node.fleet("replay", "--topic", "results", "--from", "0", "--into", copy);
        Answer refused = node.fleet("replay", "--topic", "fleet.tasks", "--from", "0", "--into", "fleet.tasks");
        Answer backwards = node.fleet("replay", "--topic", "fleet.tasks", "--from", "9", "--to", "2");

        // Then
        assertThat(printed.exitCode()).as(printed.output()).isEqualTo(OK);
        assertThat(printed.output()).contains("\"workflowId\":\"" + id + "\"");
        assertThat(copied.exitCode()).as(copied.output()).isEqualTo(OK);
        assertThat(copied.output()).contains("created topic " + copy).contains("copied into " + copy);
        assertThat(refused.exitCode()).isEqualTo(USAGE);
        assertThat(refused.output()).contains("--new-ids");
        assertThat(backwards.exitCode()).isEqualTo(USAGE);
    }

    @Test
    void shouldListShowCorrectAndRedriveADeadLetter() throws Exception {
        // Given
        RecordMetadata sent =
                client.send(FleetTopic.TASKS.topicName(), id, "kind: qa.run-tests".getBytes(StandardCharsets.UTF_8));
        client.deadLetter(sent);
        String letter = sent.topic() + "/" + sent.partition() + "/" + sent.offset();

        // When
        Answer list = node.fleet("dead-letters", "list", "--limit", "0");
        Answer show = node.fleet("dead-letters", "show", letter);
        Answer redriven = node.fleet(
                "dead-letters", "redrive", letter, "--value", write(mapping()).toString());

        // Then
        assertThat(list.output()).contains(letter).contains("undecodable");
        assertThat(show.exitCode()).isEqualTo(OK);
        assertThat(show.output()).contains("remedy").contains("wire format");
        assertThat(redriven.exitCode()).as(redriven.output()).isEqualTo(OK);
        assertThat(client.outcome(id).getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(node.fleet("dead-letters", "show", "fleet.tasks/0/999999").exitCode())
                .isEqualTo(FAILED);
        assertThat(node.fleet("dead-letters").exitCode()).isEqualTo(USAGE);
    }

    @Test
    void shouldFindTopicsSchemasRolesAndEveryPartInOrder() throws Exception {
        assertAnswer("all " + FleetTopic.values().length + " topics are there", "topics", "create");
        assertAnswer("fleet.worker-commands", "topics", "describe");
        assertAnswer("fleet.tasks-value", "schemas", "register");
        assertAnswer("fleet.results-value", "schemas", "check");
        assertAnswer("tester", "roles", "list");
        assertAnswer("worker", "doctor");
    }

    @Test
    void shouldApplyARoleThatTasksCanThenNameAndNothingOfAFileThatIsWrong() throws Exception {
        // Given
        String role = "role-" + id;
        Path wrong = write("role: " + role + "\nversion: 1\nplaybook: [test.throw]\n");
        Path right = write("role: " + role + "\nversion: 1\nplaybooks: [test.throw]\n");

        // When
        Answer refused = node.fleet("roles", "apply", wrong.toString());
        Answer applied = node.fleet("roles", "apply", right.toString());

        // Then
        assertThat(refused.exitCode()).isEqualTo(USAGE);
        assertThat(refused.output()).contains("did you mean playbooks?");
        assertThat(applied.exitCode()).as(applied.output()).isEqualTo(OK);
        Answer task = node.fleet(
                "submit",
                "--wait",
                write("id: " + id + "\nkind: test.throw\nrole: " + role + "\nretry: {maxAttempts: 1}\n")
                        .toString());
        assertThat(task.exitCode()).isEqualTo(FAILED);
        assertThat(task.output()).contains("[PLAYBOOK_THREW]");
    }

    private static void assertAnswer(String part, String... words) throws Exception {
        Answer answer = node.fleet(words);
        assertThat(answer.exitCode()).as(answer.output()).isEqualTo(OK);
        assertThat(answer.output()).contains(part);
    }

    private String mapping() {
        return "id: " + id + "\nkind: architect.map-dependencies\nrole: architect\nrepository: " + repository + "\n";
    }

    private static Path write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "document", ".yaml"), yaml);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
