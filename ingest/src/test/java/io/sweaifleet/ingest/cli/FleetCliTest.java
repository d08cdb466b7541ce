package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.result;
import static io.sweaifleet.ingest.testing.Records.workflowOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FleetCliTest {

    private static final Clock CLOCK =
            Clock.fixed(io.sweaifleet.ingest.testing.Records.START.plusSeconds(60), ZoneOffset.UTC);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    @Test
    void shouldShowItsCommandsWithoutOne() {
        // When
        int exit = run(null);

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out()).contains("submit", "status", "watch", "cancel", "results");
    }

    @Test
    void shouldSayWhatIsMisusedAndHow() {
        assertThat(run("", "results", "--wrong")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("fleet: Unknown option: '--wrong'");
        assertThat(run("", "statsu")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("status");
    }

    @Test
    void shouldSayThatNoNodeIsUp() {
        // When
        int exit = FleetCli.execute(
                context("", settings -> fleet), false, "status", "x", "--data-dir", directory.toString());

        // Then
        assertThat(exit).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err())
                .contains("fleet: no node is up at " + directory)
                .contains("fleet up")
                .doesNotContain("Exception");
    }

    @Test
    void shouldSubmitATaskAndPrintItsId() {
        // When
        int exit = run("kind: qa.run-tests\nrole: qa\nid: t-1\n", "submit", "-");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out()).isEqualTo("t-1\n");
        var records = fleet.records(FleetTopic.TASKS);
        assertThat(records).hasSize(1);
        assertThat(Fleet.keyOf(records.get(0))).isEqualTo("default/t-1");
        assertThat(fleet.decode(TaskSubmitted.class, records.get(0)).getKind()).isEqualTo("qa.run-tests");
    }

    @Test
    void shouldListTheProblemsOfADocumentOnStandardError() throws Exception {
        // Given
        Files.writeString(directory.resolve("task.yaml"), "kind: a\nrole: qa\nprioritty: 1\n");

        // When
        int exit = run("", "submit", "task.yaml");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err())
                .contains("fleet: task.yaml is not a task or workflow")
                .contains("  prioritty (line 3) = 1: TaskSubmitted has no such field; did you mean priority?");
        assertThat(fleet.records(FleetTopic.TASKS)).isEmpty();
        assertThat(run("", "submit", "nowhere.yaml")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("there is no file nowhere.yaml");
    }

    @Test
    void shouldWaitForTheOutcomeAndPrintItAsJson() throws Exception {
        // Given
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                succeed("t-1");
            }
        });

        // When
        int exit = run("kind: qa.run-tests\nrole: qa\nid: t-1\n", "submit", "-", "--wait", "--json");

        // Then
        assertThat(exit).isZero();
        JsonNode document = MAPPER.readTree(cli.out());
        assertThat(document.get("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(document.at("/tasks/0/taskId").asText()).isEqualTo("t-1");
        assertThat(cli.err()).contains("succeeded");
    }

    @Test
    void shouldFailWhenTheTaskFailed() {
        // Given
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                fleet.send(
                        FleetTopic.RESULTS,
                        "default/t-1",
                        outcome("t-1", "t-1", "qa", "qa.run-tests", TaskStatus.FAILED)
                                .setFailure(failure("REPOSITORY_UNREACHABLE", "no such repository", "check the path"))
                                .build());
                fleet.send(
                        FleetTopic.WORKFLOW_RESULTS,
                        "default/t-1",
                        workflowOutcome("t-1", WorkflowStatus.FAILED, "t-1"));
            }
        });

        // When
        int exit = run("kind: qa.run-tests\nrole: qa\nid: t-1\n", "submit", "-", "--wait");

        // Then
        assertThat(exit).isEqualTo(ExitCode.FAILED);
        assertThat(cli.out()).contains("failed  t-1: no such repository [REPOSITORY_UNREACHABLE]; check the path");
    }

    @Test
    void shouldShowResultsAsOneJsonArray() throws Exception {
        // Given
        succeed("a");
        succeed("b");

        // When
        int exit = run("", "results", "--json");
        JsonNode all = MAPPER.readTree(cli.out());

        // Then
        assertThat(exit).isZero();
        assertThat(all.isArray()).isTrue();
        assertThat(all).extracting(node -> node.get("taskId").asText()).containsExactly("a", "b");
        assertThat(all.at("/0/attemptCount").asInt()).isEqualTo(1);
        assertThat(all.at("/0/timings/totalMs").asLong()).isEqualTo(4_000);
    }

    @Test
    void shouldShowResultsOfOneTaskAsATable() {
        // Given
        succeed("a");
        succeed("b");

        // When
        run("", "results", "b");

        // Then
        assertThat(cli.out())
                .contains("succeeded  b")
                .doesNotContain("succeeded  a")
                .doesNotContain("\u001b");
    }

    @Test
    void shouldTellWhereATaskOfAWorkflowStands() {
        // Given
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", null, TaskEventType.WORKFLOW_ACCEPTED, 0));
        fleet.send(
                FleetTopic.TASK_EVENTS, "default/w", event("w", "w-1", TaskEventType.TASK_READY, 1, e -> e.setRole("qa")
                        .setKind("qa.run-tests")));

        // When
        int exit = run("", "status", "w-1");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out())
                .contains("task w-1  queued")
                .contains("workflow  w")
                .contains("waits for a free qa agent");
    }

    @Test
    void shouldSayThatAnIdIsUnknown() {
        assertThat(run("", "status", "nothing")).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("no task or workflow nothing in pool default");
    }

    @Test
    void shouldAskToCancelATaskOfAWorkflow() {
        // Given
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", "w-1", TaskEventType.TASK_STARTED, 1));

        // When
        int exit = run("", "cancel", "w-1", "--reason", "wrong branch");

        // Then
        assertThat(exit).isZero();
        TaskControl control = fleet.decode(
                TaskControl.class, fleet.records(FleetTopic.TASK_CONTROL).get(0));
        assertThat(control.getAction()).isEqualTo(ControlAction.CANCEL);
        assertThat(control.getWorkflowId()).isEqualTo("w");
        assertThat(control.getTaskId()).isEqualTo("w-1");
        assertThat(control.getReason()).isEqualTo("wrong branch");
    }

    @Test
    void shouldNotCancelWhatHasEnded() {
        // Given
        succeed("t-1");

        // When
        int exit = run("", "cancel", "t-1");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out()).contains("t-1 has ended already: succeeded");
        assertThat(fleet.records(FleetTopic.TASK_CONTROL)).isEmpty();
    }

    @Test
    void shouldWatchATaskToItsEnd() {
        // Given
        succeed("t-1");

        // When
        int exit = run("", "watch", "t-1");

        // Then
        assertThat(exit).isZero();
        assertThat(cli.out().lines().toList())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("2026-01-31T12:00:01.000Z  t-1  task started");
    }

    private void succeed(String id) {
        fleet.send(FleetTopic.TASK_EVENTS, "default/" + id, event(id, id, TaskEventType.TASK_STARTED, 1, e -> e.setRole(
                        "qa")
                .setAgentId("qa-1")));
        fleet.send(
                FleetTopic.TASK_EVENTS, "default/" + id, event(id, id, TaskEventType.TASK_ENDED, 4, e -> e.setRole("qa")
                        .setStatus(TaskStatus.SUCCEEDED)));
        fleet.send(
                FleetTopic.RESULTS,
                "default/" + id,
                outcome(id, id, "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                        .setResult(result("12 tests passed", List.of()).build())
                        .build());
        fleet.send(FleetTopic.WORKFLOW_RESULTS, "default/" + id, workflowOutcome(id, WorkflowStatus.SUCCEEDED, id));
    }

    private int run(String input, String... args) {
        String[] all = args;
        if (input != null) {
            all = java.util.Arrays.copyOf(args, args.length + 2);
            all[args.length] = "--set";
            all[args.length + 1] = "fleet.kafka.bootstrap-servers=fake:1";
        }
        return FleetCli.execute(context(input == null ? "" : input, settings -> fleet), false, all);
    }

    private CliContext context(String input, Function<Settings, Fleet> fleets) {
        return new CliContext(
                cli.pipe(directory, input), Optional.empty(), fleets, CLOCK, new RunIds(CLOCK, new Random(1)));
    }
}
