package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.workflowOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DoCommandTest {

    private static final Clock CLOCK = Clock.fixed(Records.START.plusSeconds(60), ZoneOffset.UTC);
    private static final String MODEL = "fleet.models.local.url=http://localhost:11434/v1";
    private static final String PATCH =
            "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-return a - b\n+return a + b\n";

    @TempDir
    Path directory;

    private Path repository;
    private Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    @BeforeEach
    void makeRepositoryAndRole() throws Exception {
        repository = Files.createDirectory(directory.resolve("project"));
        Files.writeString(repository.resolve("a.py"), "return a - b\n");
        git("init", "-q", "-b", "main");
        git("add", ".");
        git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "start");
        fleet.send(
                FleetTopic.ROLES,
                "developer",
                RoleDefinition.newBuilder()
                        .setRole("developer")
                        .setVersion(1)
                        .setUpdatedAt(Records.START)
                        .build());
    }

    @Test
    void shouldSubmitOneTaskAndPrintWhatCameOfIt() {
        // Given
        fleet.answering((topic, value) -> answer(topic, value, TaskStatus.SUCCEEDED));

        // When
        int exit = run(
                "do", "fix the failing test", "--test", "python3 -m unittest", "--budget", "30m,$0.50", "--set", MODEL);

        // Then
        assertThat(exit).as(cli.err()).isZero();
        TaskSubmitted task = submitted().get(0);
        assertThat(task.getKind()).isEqualTo("agent.do");
        assertThat(task.getInstructions()).isEqualTo("fix the failing test");
        assertThat(task.getRole()).isEqualTo("developer");
        assertThat(task.getRepository()).isEqualTo(repository.toString());
        assertThat(task.getBaseRef()).matches("[0-9a-f]{40}");
        assertThat(task.getInputs()).containsEntry("model", "local").containsKey("test");
        assertThat(task.getBudget().getCostMicroUsd()).isEqualTo(500_000);
        assertThat(cli.out())
                .contains("fix the failing test in " + repository)
                .contains("reads a.py")
                .contains("-return a - b\n+return a + b")
                .contains("tests     before: 2 passed, 1 failed · after: 3 passed")
                .contains("brain     RECORDED local (v), played back from a recording: no live model ran")
                .contains("used      7 steps, 100 tokens in, 20 out, $0.0012")
                .contains("git merge fleet/default/" + task.getId())
                .doesNotContain("\u001b");
    }

    @Test
    void shouldPrintOneJsonDocument() throws Exception {
        // Given
        fleet.answering((topic, value) -> answer(topic, value, TaskStatus.SUCCEEDED));

        // When
        int exit = run("do", "fix it", "--json", "--model-url", "http://localhost:9/v1", "--model-name", "q");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        JsonNode document = new ObjectMapper().readTree(cli.out());
        assertThat(document.at("/work/testsAfter").asText()).isEqualTo("3 passed");
        assertThat(document.at("/work/costMicroUsd").asLong()).isEqualTo(1_200);
        assertThat(submitted().get(0).getInputs())
                .containsEntry("modelUrl", "http://localhost:9/v1")
                .containsEntry("modelName", "q");
    }

    @Test
    void shouldFailWhenTheTaskDoes() {
        // Given
        fleet.answering((topic, value) -> answer(topic, value, TaskStatus.FAILED));

        // When
        int exit = run("do", "fix it", "--set", MODEL);

        // Then
        assertThat(exit).isEqualTo(ExitCode.FAILED);
        assertThat(cli.out()).contains("the agent turned in circles [STUCK]");
    }

    @Test
    void shouldRefuseBeforeAnythingIsSubmitted() throws Exception {
        assertThat(run("do", "fix it")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .contains("no chat model is configured (fleet.models.<name>.url)")
                .contains("--model-url http://localhost:11434/v1 --model-name qwen2.5-coder:7b");
        assertThat(run("do", "fix it", "--set", MODEL, "--role", "nobody")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("there is no role 'nobody'");
        assertThat(run("do")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("nothing is given to do");
        assertThat(run("do", "x", "--set", MODEL, "--budget", "lots")).isEqualTo(ExitCode.USAGE);
        assertThat(run("do", "x", "--set", MODEL, "--until", "07:00")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("--until and --parallel are for a list");
        assertThat(run("do", "x", "--file", "y.md")).isEqualTo(ExitCode.USAGE);
        Files.writeString(repository.resolve("y.md"), "- a\n");
        assertThat(run("do", "--file", "y.md", "--set", MODEL, "--until", "7 am"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("do", "--file", "y.md", "--set", MODEL, "--parallel", "0"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(FleetCli.execute(context(Map.of("FLEET_RUN", "default/t-1"), CLOCK), false, "do", "x"))
                .isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(cli.err()).contains("this is part of the fleet's run of default/t-1");
        assertThat(submitted()).isEmpty();
    }

    @Test
    void shouldWorkAListOffAndGoOnWithItInALaterRun() throws Exception {
        // Given
        List<String> begun = new ArrayList<>();
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                TaskSubmitted task = (TaskSubmitted) value;
                begun.add(task.getInstructions());
                answer(
                        topic,
                        value,
                        task.getInstructions().contains("hard") ? TaskStatus.FAILED : TaskStatus.SUCCEEDED);
            }
        });
        Files.writeString(repository.resolve("backlog.md"), "- fix a\n- [x] done\n- fix the hard one\n");

        // When
        int first = run("do", "--file", "backlog.md", "--set", MODEL, "--json");
        JsonNode document = new ObjectMapper().readTree(cli.out());
        Files.writeString(repository.resolve("backlog.md"), "- new\n- fix a\n- fix the hard one\n");
        cli = new Cli();
        int second = run("do", "--file", "backlog.md", "--set", MODEL);

        // Then
        assertThat(first).as(cli.err()).isEqualTo(ExitCode.FAILED);
        assertThat(second).isEqualTo(ExitCode.FAILED);
        assertThat(begun).containsExactly("fix a", "fix the hard one", "new");
        assertThat(document.at("/tasks/0/status").asText()).isEqualTo("succeeded");
        assertThat(document.at("/tasks/1/status").asText()).isEqualTo("failed");
        assertThat(Path.of(document.at("/report/html").asText())).content().contains("fix the hard one");
        assertThat(cli.out()).contains("succeeded", "(of an earlier run)", "2 of 3 succeeded, 1 did not");
    }

    @Test
    void shouldBeginNothingAfterTheTime() throws Exception {
        // Given
        Files.writeString(repository.resolve("backlog.md"), "- fix a\n- fix b\n");
        // Each look at the clock takes half a day, so the time is over once the first has been begun.
        TickingClock clock = new TickingClock(Records.START);
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                clock.now = clock.now.plusSeconds(86_400);
                answer(topic, value, TaskStatus.SUCCEEDED);
            }
        });

        // When
        int exit = FleetCli.execute(
                context(Map.of(), clock), false, all("do", "--file", "backlog.md", "--set", MODEL, "--until", "23:59"));

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(submitted()).hasSize(1);
        assertThat(cli.out()).contains("1 of 2 succeeded, 1 not begun");
    }

    private static final class TickingClock extends Clock {
        private java.time.Instant now;

        TickingClock(java.time.Instant start) {
            this.now = start;
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public java.time.Instant instant() {
            return now;
        }
    }

    private void answer(FleetTopic topic, SpecificRecord value, TaskStatus status) {
        if (topic != FleetTopic.TASKS) {
            return;
        }
        TaskSubmitted task = (TaskSubmitted) value;
        String id = task.getId();
        String key = "default/" + id;
        boolean well = status == TaskStatus.SUCCEEDED;
        fleet.send(FleetTopic.TASK_EVENTS, key, event(id, id, TaskEventType.TASK_STARTED, 1, e -> e.setRole("developer")
                .setAgentId("developer-1")));
        fleet.send(
                FleetTopic.TASK_EVENTS, key, event(id, id, TaskEventType.TASK_PROGRESS, 2, e -> e.setRole("developer")
                        .setStep("reads a.py")));
        try {
            git("branch", "fleet/default/" + id, "main");
            fleet.send(FleetTopic.RESULTS, key, done(id, status, well));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        fleet.send(
                FleetTopic.WORKFLOW_RESULTS,
                key,
                workflowOutcome(id, well ? WorkflowStatus.SUCCEEDED : WorkflowStatus.FAILED, id));
    }

    private TaskOutcome done(String id, TaskStatus status, boolean well) throws Exception {
        TaskOutcome.Builder outcome = outcome(id, id, "developer", "agent.do", status);
        if (!well) {
            return outcome.setFailure(failure("STUCK", "the agent turned in circles", "say more"))
                    .build();
        }
        return outcome.setResult(TaskResult.newBuilder()
                        .setSummary("the sum is a sum again")
                        .setBrain(BrainStamp.newBuilder()
                                .setKind(BrainKind.RECORDED)
                                .setName("local")
                                .setVersion("v")
                                .build())
                        .setOutputs(Map.of(
                                "testsBefore", "2 passed, 1 failed",
                                "testsAfter", "3 passed",
                                "steps", "7",
                                "stopped", "submitted"))
                        .setPatch(PATCH)
                        .setBranch("fleet/default/" + id)
                        .setCommit(git("rev-parse", "main").strip())
                        .setUsage(Usage.newBuilder()
                                .setInputTokens(100)
                                .setOutputTokens(20)
                                .setCostMicroUsd(1_200)
                                .build())
                        .build())
                .build();
    }

    private List<TaskSubmitted> submitted() {
        return fleet.records(FleetTopic.TASKS).stream()
                .map(record -> fleet.decode(TaskSubmitted.class, record))
                .toList();
    }

    private int run(String... args) {
        return FleetCli.execute(context(Map.of(), CLOCK), false, all(args));
    }

    private String[] all(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(
                "--set",
                "fleet.kafka.bootstrap-servers=fake:1",
                "--data-dir",
                directory.resolve("data").toString()));
        return all.toArray(String[]::new);
    }

    private CliContext context(Map<String, String> environment, Clock clock) {
        return new CliContext(
                cli.terminal(repository, "", false, environment),
                Optional.empty(),
                fleet::with,
                clock,
                new RunIds(clock, new Random(1)));
    }

    private String git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
