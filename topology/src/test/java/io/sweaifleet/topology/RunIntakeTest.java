package io.sweaifleet.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What intake makes of definitions, of runs of them, and of what is said to runs. */
class RunIntakeTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");

    @AfterEach
    void close() {
        fleet.close();
    }

    private List<CoreInput> passed(CoreInputType type) {
        return fleet.taken(FleetTopic.CORE_INPUTS).stream()
                .map(record -> fleet.decodeCoreInput(Objects.requireNonNull(record.value())))
                .filter(input -> input.getType() == type)
                .toList();
    }

    private static WorkflowDefinition.Builder definition(String when) {
        TaskSubmitted task =
                TaskSubmitted.newBuilder().setKind("qa.run-tests").setRole("qa").build();
        return WorkflowDefinition.newBuilder()
                .setName("release")
                .setVersion(2)
                .setSteps(List.of(WorkflowStep.newBuilder()
                        .setId("test")
                        .setType(StepType.TASK)
                        .setWhen(when)
                        .setTask(task)
                        .build()));
    }

    private static WorkflowSubmitted.Builder run() {
        return WorkflowSubmitted.newBuilder().setId("run-1").setDefinition("release");
    }

    private static TaskControl.Builder signal() {
        return TaskControl.newBuilder()
                .setWorkflowId("run-1")
                .setAction(ControlAction.SIGNAL)
                .setSignal("go");
    }

    private static Approval.Builder approval() {
        return Approval.newBuilder().setTaskId("run-1-ask").setVerdict(Verdict.APPROVED);
    }

    @Test
    void shouldPassOnADefinitionAndItsRemoval() {
        // Given
        WorkflowDefinition definition = definition("true").build();

        // When
        fleet.send(FleetTopic.WORKFLOW_DEFINITIONS, "release", definition);
        fleet.send(FleetTopic.WORKFLOW_DEFINITIONS, "release", (WorkflowDefinition) null);

        // Then
        List<CoreInput> inputs = passed(CoreInputType.DEFINITION);
        assertThat(inputs).extracting(CoreInput::getName).containsExactly("release", "release");
        assertThat(inputs).extracting(CoreInput::getPool).containsOnly("");
        assertThat(inputs).extracting(CoreInput::getDefinition).containsExactly(definition, null);
    }

    @Test
    void shouldRefuseADefinitionByNameOfItsFieldInTheWordsOfTheCommand() {
        // When
        fleet.send(
                FleetTopic.WORKFLOW_DEFINITIONS,
                "release",
                definition("inputs.branch == 'main'").build());

        // Then
        DeadLetter letter = fleet.deadLetters().get(0);
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.INVALID);
        assertThat(letter.getFailure().getCode()).isEqualTo("UNKNOWN_INPUT");
        assertThat(letter.getFailure().getField()).isEqualTo("steps[0].when");
        assertThat(passed(CoreInputType.DEFINITION)).isEmpty();
    }

    @Test
    void shouldRefuseADefinitionUnderAnotherKey() {
        // When
        fleet.send(FleetTopic.WORKFLOW_DEFINITIONS, "other", definition("true").build());

        // Then
        assertThat(fleet.deadLetters().get(0).getFailure().getField()).isEqualTo("key");
    }

    @Test
    void shouldPassOnARunWithItsDefaultsForItsSteps() {
        // When
        fleet.submit(run().setPriority(8)
                .setRepository("/repo")
                .setBaseRef("main")
                .setDefinitionVersion(2)
                .setInputs(Map.of("branch", "x"))
                .build());

        // Then
        WorkflowSubmitted run =
                Objects.requireNonNull(passed(CoreInputType.WORKFLOW).get(0).getWorkflow());
        assertThat(run.getPool()).isEqualTo("default");
        assertThat(run.getTenant()).isEqualTo("default");
        assertThat(run.getDefinition()).isEqualTo("release");
        assertThat(run.getDefinitionVersion()).isEqualTo(2);
        assertThat(run.getInputs()).containsEntry("branch", "x");
        assertThat(run.getRepository()).isEqualTo("/repo");
        assertThat(run.getBaseRef()).isEqualTo("main");
        assertThat(run.getPriority()).isEqualTo(8);
        assertThat(run.getTasks()).isEmpty();
    }

    static Stream<Arguments> wrongRuns() {
        TaskSubmitted task =
                TaskSubmitted.newBuilder().setKind("a.b").setRole("qa").build();
        return Stream.of(
                Arguments.of(run().setTasks(List.of(task)), "tasks"),
                Arguments.of(run().setDefinition("Release"), "definition"),
                Arguments.of(run().setDefinitionVersion(0), "definitionVersion"),
                Arguments.of(run().setInputs(Map.of("a", "x".repeat(17_000))), "inputs.a"),
                Arguments.of(run().setDefinition(null).setTasks(List.of(task)).setInputs(Map.of("a", "b")), "inputs"),
                Arguments.of(run().setDefinition(null), "tasks.size"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongRuns")
    void shouldRefuseARunAndPassOnItsRefusal(WorkflowSubmitted.Builder run, String field) {
        // When
        fleet.submit(run.build());

        // Then
        DeadLetter letter = fleet.deadLetters().get(0);
        assertThat(letter.getFailure().getField()).isEqualTo(field);
        assertThat(letter.getWorkflowId()).isEqualTo("run-1");
        assertThat(passed(CoreInputType.REFUSAL)).hasSize(1);
        assertThat(passed(CoreInputType.WORKFLOW)).isEmpty();
    }

    @Test
    void shouldTakeWhatTheOperatorSignedAndNothingElseAsAnAnswerToAnAgent(@TempDir Path directory) throws Exception {
        // Given
        ApprovalKey.ensure(directory.resolve("key"));
        ApprovalKey.ensure(directory.resolve("other"));
        ApprovalKey key = ApprovalKey.in(directory.resolve("key")).orElseThrow();
        ApprovalKey other = ApprovalKey.in(directory.resolve("other")).orElseThrow();
        Approval answer = approval()
                .setId("approve-1")
                .setPool("default")
                .setBy("ann")
                .setRequest("a1-1")
                .build();
        Approval signed =
                Approval.newBuilder(answer).setSignature(key.sign(answer)).build();
        try (TestFleet guarded = TestFleet.answeredWith(key)) {
            // When
            guarded.send(FleetTopic.APPROVALS, "any", answer);
            guarded.send(
                    FleetTopic.APPROVALS,
                    "any",
                    Approval.newBuilder(answer).setSignature(other.sign(answer)).build());
            guarded.send(
                    FleetTopic.APPROVALS,
                    "any",
                    Approval.newBuilder(signed).setRequest("a1-2").build());
            guarded.send(
                    FleetTopic.APPROVALS,
                    "any",
                    Approval.newBuilder(signed).setTaskId("run-1-other").build());
            guarded.send(FleetTopic.APPROVALS, "any", signed);

            // Then
            assertThat(guarded.deadLetters()).hasSize(4).allSatisfy(letter -> {
                assertThat(letter.getCause()).isEqualTo(DeadLetterCause.INVALID);
                assertThat(letter.getFailure().getCode()).isEqualTo("APPROVAL_NOT_SIGNED");
            });
            assertThat(guarded.taken(FleetTopic.CORE_INPUTS).stream()
                            .map(record -> guarded.decodeCoreInput(Objects.requireNonNull(record.value())))
                            .filter(input -> input.getType() == CoreInputType.APPROVAL))
                    .singleElement()
                    .satisfies(input -> assertThat(input.getApproval()).isEqualTo(signed));
        }
    }

    @Test
    void shouldTakeNoAnswerToAnAgentWithoutAKeyToCheckItWith() {
        // When
        fleet.send(FleetTopic.APPROVALS, "any", approval().setRequest("a1-1").build());

        // Then
        assertThat(fleet.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getFailure().getCode()).isEqualTo("APPROVAL_KEY_MISSING"));
        assertThat(passed(CoreInputType.APPROVAL)).isEmpty();
    }

    @Test
    void shouldPassOnAnApprovalWithAnIdOfItsOrigin() {
        // When
        fleet.send(
                FleetTopic.APPROVALS,
                "any",
                approval().setBy("ann").setComment("fine").build());

        // Then
        CoreInput input = passed(CoreInputType.APPROVAL).get(0);
        assertThat(input.getPool()).isEqualTo("default");
        Approval approval = Objects.requireNonNull(input.getApproval());
        assertThat(approval.getId()).startsWith("a-");
        assertThat(approval.getBy()).isEqualTo("ann");
        assertThat(approval.getComment()).isEqualTo("fine");
        assertThat(input.getDigest()).isNotEmpty();
    }

    static Stream<Arguments> wrongApprovals() {
        return Stream.of(
                Arguments.of(approval().setTaskId(""), "taskId"),
                Arguments.of(approval().setVerdict(Verdict.UNKNOWN), "verdict"),
                Arguments.of(approval().setBy("x".repeat(201)), "by"),
                Arguments.of(approval().setPool("No"), "pool"),
                Arguments.of(approval().setGroups(List.of("-x")), "groups"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongApprovals")
    void shouldRefuseAnApproval(Approval.Builder approval, String field) {
        // When
        fleet.send(FleetTopic.APPROVALS, "any", approval.build());

        // Then
        assertThat(fleet.deadLetters().get(0).getFailure().getField()).isEqualTo(field);
        assertThat(passed(CoreInputType.APPROVAL)).isEmpty();
    }

    @Test
    void shouldPassOnASignal() {
        // When
        fleet.control(signal().setPayload(Map.of("why", "open")).build());

        // Then
        TaskControl control =
                Objects.requireNonNull(passed(CoreInputType.CONTROL).get(0).getControl());
        assertThat(control.getSignal()).isEqualTo("go");
        assertThat(control.getPayload()).containsEntry("why", "open");
    }

    static Stream<Arguments> wrongSignals() {
        return Stream.of(
                Arguments.of(signal().setSignal(null), "signal"),
                Arguments.of(signal().setSignal("Go"), "signal"),
                Arguments.of(signal().setWorkflowId(null), "taskId"),
                Arguments.of(signal().setRole("qa"), "role"),
                Arguments.of(signal().setPayload(Map.of("a", "x".repeat(17_000))), "payload.a"),
                Arguments.of(signal().setAction(ControlAction.CANCEL), "signal"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongSignals")
    void shouldRefuseASignal(TaskControl.Builder signal, String field) {
        // When
        fleet.control(signal.build());

        // Then
        assertThat(fleet.deadLetters().get(0).getFailure().getField()).isEqualTo(field);
        assertThat(passed(CoreInputType.CONTROL)).isEmpty();
    }
}
