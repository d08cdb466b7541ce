package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.workflowOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Definitions, runs of them, and what is said to runs. */
@Timeout(60)
class DefinitionCommandsTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);
    private static final String RELEASE =
            """
            name: release
            description: tests a branch, then asks
            inputs:
              - {name: branch, required: true, description: what to release}
              - {name: channel, defaultValue: general}
            steps:
              - id: test
                task: {role: qa, kind: qa.run-tests, baseRef: "${ inputs.branch }"}
              - id: ask
                dependsOn: [test]
                when: steps.test.outputs['tests.failed'] == '0'
                approval: {approvers: [ann], timeoutMs: 1h}
            """;

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    private int run(String... words) {
        CliContext context = new CliContext(
                cli.pipe(directory, ""), Optional.empty(), fleet::with, CLOCK, new RunIds(CLOCK, new Random(1)));
        String[] all = new String[words.length + 4];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--set";
        all[words.length + 1] = "fleet.kafka.bootstrap-servers=fake:1";
        all[words.length + 2] = "--set";
        // Nobody answers there: what is shown comes from events.
        all[words.length + 3] = "fleet.query.url=http://127.0.0.1:9";
        return FleetCli.execute(context, false, all);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private void applyRelease() throws IOException {
        write("release.yaml", RELEASE);
        assertThat(run("definitions", "apply", "release.yaml")).as(cli.err()).isZero();
    }

    private <T extends SpecificRecord> List<T> sent(FleetTopic topic, Class<T> type) {
        return fleet.records(topic).stream()
                .map(record -> fleet.decode(type, record))
                .toList();
    }

    @Test
    void shouldApplyADefinitionOnceAndRaiseItsVersionWhenItChanges() throws Exception {
        // Given
        applyRelease();

        // When
        run("definitions", "apply", "release.yaml");
        write("release.yaml", RELEASE.replace("timeoutMs: 1h", "timeoutMs: 2h"));
        run("definitions", "apply", "release.yaml");

        // Then
        assertThat(cli.out()).isEqualTo("release is version 1 now\nrelease is unchanged\nrelease is version 2 now\n");
        assertThat(sent(FleetTopic.WORKFLOW_DEFINITIONS, WorkflowDefinition.class))
                .extracting(WorkflowDefinition::getVersion)
                .containsExactly(1, 2);
    }

    @Test
    void shouldNameLineAndFieldOfWhatIsWrongAndApplyNothing() throws Exception {
        // Given
        write("good.yaml", RELEASE);
        write("bad.yaml", RELEASE.replace("dependsOn: [test]", "dependsOn: [tests]"));

        // When
        int exit = run("definitions", "apply", "good.yaml", "bad.yaml");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .contains("bad.yaml:10: steps[1].dependsOn[0] = tests")
                .contains("Did you mean test?");
        assertThat(fleet.records(FleetTopic.WORKFLOW_DEFINITIONS)).isEmpty();
    }

    @Test
    void shouldShowADefinitionInAFormThatChangesNothingWhenItIsApplied() throws Exception {
        // Given
        applyRelease();

        // When
        int exit = run("definitions", "show", "release");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        String shown = cli.out().substring(cli.out().indexOf("name:"));
        write("shown.yaml", shown);
        run("definitions", "apply", "shown.yaml");
        assertThat(cli.out()).endsWith("release is unchanged\n");
        assertThat(shown).doesNotContain("null").doesNotContain("compensate").contains("timeoutMs: 3600000");
    }

    @Test
    void shouldListAndRemoveDefinitions() throws Exception {
        // Given
        applyRelease();

        // When
        run("definitions", "list");
        run("definitions", "remove", "release");
        int gone = run("definitions", "show", "release");

        // Then
        assertThat(cli.out())
                .contains("release           1      2  branch channel  tests a branch, then asks")
                .contains("release is removed");
        assertThat(gone).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("there is no definition release");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    mermaid | flowchart TD   | s0 --> s1
                    dot     | digraph        | s0 -> s1;
                    svg     | <svg xmlns     | ask waits for test
                    """)
    void shouldDrawADefinitionAndAFile(String format, String begin, String edge) throws Exception {
        // Given
        applyRelease();

        // When
        int applied = run("definitions", "draw", "release", "--as", format);
        int file = run("definitions", "draw", "release.yaml", "--as", format);

        // Then
        assertThat(applied).as(cli.err()).isZero();
        assertThat(file).as(cli.err()).isZero();
        String drawn = cli.out().substring("release is version 1 now\n".length());
        assertThat(drawn).contains(begin).contains(edge).contains("approval by ann");
        String once = drawn.substring(0, drawn.length() / 2);
        assertThat(drawn).isEqualTo(once + once);
    }

    @Test
    void shouldStartARunWithItsInputs() throws Exception {
        // Given
        applyRelease();

        // When
        int exit = run("start", "release", "--input", "branch=x=1", "--repo", "sub", "--priority", "7", "--id", "r-1");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out()).endsWith("r-1\n");
        WorkflowSubmitted run =
                sent(FleetTopic.WORKFLOWS, WorkflowSubmitted.class).get(0);
        assertThat(run.getDefinition()).isEqualTo("release");
        assertThat(run.getDefinitionVersion()).isNull();
        assertThat(run.getInputs()).containsOnlyKeys("branch").containsEntry("branch", "x=1");
        assertThat(run.getRepository()).isEqualTo(directory.resolve("sub").toString());
        assertThat(run.getPriority()).isEqualTo(7);
        assertThat(run.getTasks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    releas --input branch=x                     | 1 | did you mean release?
                    release                                     | 2 | needs the input branch: what to release
                    release --input branch=x --input chanel=y   | 2 | did you mean channel?
                    release --input branch                      | 2 | write name=value
                    release --input branch=x --input branch=y   | 2 | branch is given twice
                    Release --input branch=x                    | 2 | is not the name of a definition
                    release --input branch=x --priority 12      | 2 | 9 is most urgent
                    """)
    void shouldRefuseToStartWhatCouldNotRun(String words, int expected, String message) throws Exception {
        // Given
        applyRelease();

        // When
        int exit = run(("start " + words).split(" +"));

        // Then
        assertThat(exit).isEqualTo(expected);
        assertThat(cli.err()).contains(message);
        assertThat(fleet.records(FleetTopic.WORKFLOWS)).isEmpty();
    }

    @Test
    void shouldFollowARunWhoseTasksTheFleetMakes() throws Exception {
        // Given
        applyRelease();
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.WORKFLOWS) {
                fleet.send(
                        FleetTopic.RESULTS,
                        "default/r-10",
                        outcome("r-10", "r-10", "qa", "qa.run-tests", TaskStatus.FAILED)
                                .build());
                for (String task : List.of("r-1-test", "r-1-ask")) {
                    fleet.send(
                            FleetTopic.RESULTS,
                            "default/" + task,
                            outcome("r-1", task, "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                                    .build());
                }
                fleet.send(
                        FleetTopic.WORKFLOW_RESULTS,
                        "default/r-1",
                        workflowOutcome("r-1", WorkflowStatus.SUCCEEDED, "r-1-test", "r-1-ask"));
            }
        });

        // When
        int exit = run("start", "release", "--input", "branch=x", "--id", "r-1", "--wait");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("succeeded  test")
                .contains("succeeded  ask")
                .doesNotContain("r-10");
    }

    private void asks() {
        fleet.send(FleetTopic.TASK_EVENTS, "default/r-1", event("r-1", null, TaskEventType.WORKFLOW_ACCEPTED, 0));
        for (String step : List.of("test", "ask")) {
            String kind = step.equals("ask") ? "core.approval" : "qa.run-tests";
            fleet.send(
                    FleetTopic.TASK_EVENTS,
                    "default/r-1",
                    event("r-1", "r-1-" + step, TaskEventType.TASK_ACCEPTED, 1, more -> more.setKind(kind)));
        }
        fleet.send(
                FleetTopic.TASK_EVENTS,
                "default/r-1",
                event("r-1", "r-1-ask", TaskEventType.APPROVAL_REQUESTED, 2, more -> more.setKind("core.approval")));
    }

    @ParameterizedTest
    @CsvSource({"approve, APPROVED", "reject, REJECTED"})
    void shouldAnswerTheOneTaskOfARunThatAsks(String command, Verdict verdict) {
        // Given
        asks();

        // When
        int exit = run(command, "r-1", "--comment", "seen", "--by", "ann", "--group", "owners");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        Approval approval = sent(FleetTopic.APPROVALS, Approval.class).get(0);
        assertThat(approval.getVerdict()).isEqualTo(verdict);
        assertThat(approval.getTaskId()).isEqualTo("r-1-ask");
        assertThat(approval.getWorkflowId()).isEqualTo("r-1");
        assertThat(approval.getBy()).isEqualTo("ann");
        assertThat(approval.getGroups()).containsExactly("owners");
        assertThat(approval.getComment()).isEqualTo("seen");
        assertThat(approval.getId()).startsWith(command + "-");
    }

    @Test
    void shouldSayThatATaskAsksForNothing() {
        // Given
        asks();

        // When
        int other = run("approve", "r-1-test");
        int unknown = run("approve", "r-2");

        // Then
        assertThat(other).isEqualTo(ExitCode.FAILED);
        assertThat(unknown).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("r-1-test asks for no approval").contains("no task or workflow r-2");
        assertThat(fleet.records(FleetTopic.APPROVALS)).isEmpty();
    }

    @Test
    void shouldSendASignalWithWhatItTells() {
        // Given
        asks();

        // When
        int exit = run("signal", "r-1", "window-open", "by=ann", "until=noon");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        TaskControl control = sent(FleetTopic.TASK_CONTROL, TaskControl.class).get(0);
        assertThat(control.getAction()).isEqualTo(ControlAction.SIGNAL);
        assertThat(control.getWorkflowId()).isEqualTo("r-1");
        assertThat(control.getTaskId()).isNull();
        assertThat(control.getSignal()).isEqualTo("window-open");
        assertThat(control.getPayload()).containsEntry("by", "ann").containsEntry("until", "noon");
        assertThat(run("signal", "r-1", "Window")).isEqualTo(ExitCode.USAGE);
        assertThat(run("signal", "r-1", "window", "noon")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void shouldDrawWhereARunStands() {
        // Given
        asks();
        fleet.send(
                FleetTopic.TASK_EVENTS,
                "default/r-1",
                event("r-1", "r-1-test", TaskEventType.TASK_ENDED, 3, more -> more.setStatus(TaskStatus.SUCCEEDED)
                        .setKind("qa.run-tests")));
        fleet.send(
                FleetTopic.RESULTS,
                "default/r-1-ask",
                outcome("r-1", "r-1-ask", "", "core.approval", TaskStatus.SUCCEEDED)
                        .setDependsOn(List.of("r-1-test"))
                        .build());

        // When
        int exit = run("status", "r-1", "--draw", "mermaid");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("title: \"r-1: running\"")
                .contains("s0[\"<b>test</b><br/>qa.run-tests<br/>succeeded\"]:::succeeded")
                .contains("s1{{\"<b>ask</b><br/>core.approval<br/>held\"}}:::held")
                .contains("s0 --> s1");
    }
}
