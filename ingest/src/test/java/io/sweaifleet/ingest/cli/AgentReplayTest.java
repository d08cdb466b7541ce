package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AgentReplayTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();
    private Path recording;

    @BeforeEach
    void record() throws Exception {
        recording = Files.writeString(
                directory.resolve("exchanges.jsonl"),
                "{\"model\":\"small\",\"durationMs\":7,\"usage\":{\"input\":100,\"output\":10},\"answer\":{\"text\":\"I look.\","
                        + "\"calls\":[{\"name\":\"read\",\"arguments\":\"{\\\"path\\\":\\\"a.py\\\"}\"}]},\"request\":{\"messages\":[]}}\n"
                        + "{\"model\":\"small\",\"answer\":{\"text\":\"\",\"calls\":[{\"name\":\"submit\",\"arguments\":\"{}\"}]},"
                        + "\"request\":{\"messages\":[{\"role\":\"user\",\"text\":\"fix\"},{\"role\":\"assistant\",\"text\":\"I look.\"},"
                        + "{\"role\":\"tool\",\"text\":\"1 def add\"}]}}\n");
        TaskSubmitted task = TaskSubmitted.newBuilder()
                .setId("fix-add")
                .setPool("default")
                .setKind("agent.do")
                .setRole("developer")
                .setInstructions("fix add")
                .setRepository("/repo")
                .setInputs(Map.of("model", "small"))
                .build();
        var at = fleet.send(FleetTopic.TASKS, "default/fix-add", task);
        fleet.send(
                FleetTopic.RESULTS,
                "default/fix-add",
                outcome("fix-add", "+ good\n")
                        .setOrigin(Origin.newBuilder()
                                .setTopic(at.partition().topic())
                                .setPartition(at.partition().partition())
                                .setOffset(at.offset())
                                .setTimestamp(START)
                                .build())
                        .build());
    }

    private TaskOutcome.Builder outcome(String id, String patch) {
        return Records.outcome(id, id, "developer", "agent.do", TaskStatus.SUCCEEDED)
                .setRepository("/repo")
                .setResult(Records.result("done", List.of())
                        .setBaseCommit("c0ffee")
                        .setPatch(patch)
                        .setOutputs(Map.of("steps", "2", "stopped", "submitted"))
                        .setArtifacts(List.of(ArtifactRef.newBuilder()
                                .setName("exchanges.jsonl")
                                .setKind("recording")
                                .setSha256("0")
                                .setSizeBytes(1)
                                .setMediaType("application/x-ndjson")
                                .setUri(recording.toUri().toString())
                                .build()))
                        .build());
    }

    private int run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--set";
        all[arguments.length + 1] = "fleet.kafka.bootstrap-servers=fake:1";
        CliContext context = new CliContext(
                cli.terminal(directory, "", false, Map.of()),
                Optional.empty(),
                fleet::with,
                CLOCK,
                new RunIds(CLOCK, new Random(1)));
        return FleetCli.execute(context, false, all);
    }

    private void answerWith(String patch) {
        fleet.answering((topic, value) -> {
            if (value instanceof TaskSubmitted again) {
                String id = again.getId();
                fleet.answering((other, ignored) -> {});
                fleet.send(
                        FleetTopic.RESULTS, "default/" + id, outcome(id, patch).build());
                fleet.send(
                        FleetTopic.WORKFLOW_RESULTS,
                        "default/" + id,
                        Records.workflowOutcome(id, WorkflowStatus.SUCCEEDED, id));
            }
        });
    }

    @Test
    void shouldShowEachStepAndDoItAgainWithTheRecordedModel() {
        // Given
        answerWith("+ good\n");

        // When
        int exit = run("replay", "--run", "fix-add");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("step 1  small  100 + 10 tokens  7 ms")
                .contains("> read {\"path\":\"a.py\"}")
                .contains("< 1 def add")
                .contains("the same again");
        TaskSubmitted again = fleet.records(FleetTopic.TASKS).stream()
                .map(record -> fleet.decode(TaskSubmitted.class, record))
                .filter(task -> !"fix-add".equals(task.getId()))
                .findFirst()
                .orElseThrow();
        assertThat(again.getInputs()).containsEntry("recording", recording.toString());
        assertThat(again.getBaseRef()).isEqualTo("c0ffee");
    }

    @Test
    void shouldSayWhatCameOutOtherwise() {
        // Given
        answerWith("+ bad\n");

        // When
        int exit = run("replay", "--run", "fix-add");

        // Then
        assertThat(exit).isEqualTo(ExitCode.FAILED);
        assertThat(cli.out()).contains("it came out otherwise").contains("patch was + good");
    }

    @Test
    void shouldOnlyShowWhenAsked() {
        assertThat(run("replay", "--run", "fix-add", "--show")).isZero();
        assertThat(fleet.records(FleetTopic.TASKS)).hasSize(1);
    }

    @Test
    void shouldSayThatThereIsNoRecording() {
        assertThat(run("replay", "--run", "no-such")).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("there is no outcome of no-such");
    }
}
