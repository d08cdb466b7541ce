package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.topology.TestFleet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of definitions through the real processor, and their replay from its records alone. */
class RunsReplayTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");
    private final TestFleet.Worker worker = fleet.worker("worker-1", "qa", 4).hello();
    private long offset;

    @AfterEach
    void close() {
        fleet.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldGiveTheSameEventsAndOutcomesWhateverHappened(long seed) {
        // Given
        Random random = new Random(seed);
        run("early", "outer");
        fleet.pass(Duration.ofMillis(700));
        define("inner", inner());
        define("outer", outer());
        for (int i = 0; i < 400; i++) {
            act(random, i);
        }
        CoreReplayTest.InMemoryHistory history = CoreReplayTest.InMemoryHistory.of(fleet);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.events()).isEqualTo(history.events("default").size());
        assertThat(verification.outcomes()).isEqualTo(history.outcomes()).isGreaterThan(40);
    }

    private void act(Random random, int number) {
        worker.take();
        HeldLease lease = worker.held.isEmpty() ? null : worker.held.get(random.nextInt(worker.held.size()));
        int what = random.nextInt(100);
        if (what < 55 && lease != null) {
            worker.report(lease, AgentResultType.STARTED);
            TaskResult result = TaskResult.newBuilder()
                    .setOutputs(Map.of("list", "[1,2,3]", "left", String.valueOf(random.nextInt(2))))
                    .build();
            worker.report(lease, AgentResultType.SUCCEEDED, result, null);
        } else if (what < 60 && lease != null) {
            Failure failure = new Failure(FailureClass.PERMANENT, "BROKEN", "It broke", "", null, null);
            worker.report(lease, AgentResultType.FAILED, null, failure);
        } else if (what < 68) {
            run("r" + number, random.nextBoolean() ? "outer" : "inner");
        } else if (what < 76) {
            approve(number, "r" + random.nextInt(number + 1) + "-ok", random.nextInt(4) > 0);
        } else if (what < 84) {
            control(number, "r" + random.nextInt(number + 1), ControlAction.SIGNAL);
        } else if (what < 88) {
            control(number, "r" + random.nextInt(number + 1), ControlAction.CANCEL);
        } else {
            fleet.pass(Duration.ofMillis(random.nextInt(3_000)));
            worker.beat(HeartbeatType.ALIVE);
        }
    }

    private WorkflowDefinition inner() {
        return definition("inner", step("find"), step("fix", "find").setCompensate(work()));
    }

    private WorkflowDefinition outer() {
        return definition(
                "outer",
                step("find").setCompensate(work()),
                step("each", "find").setForEach(new ForEach("json(steps.find.outputs.list)", 10, 2)),
                step("again", "find").setRepeat(new Repeat("last.outputs.left == '0'", 3, false)),
                step("maybe", "find").setWhen("steps.find.outputs.left == '0'"),
                WorkflowStep.newBuilder()
                        .setId("ok")
                        .setType(StepType.APPROVAL)
                        .setApproval(new ApprovalStep(List.of("ada"), "", 20_000L, TimeoutAction.REJECT)),
                WorkflowStep.newBuilder().setId("go").setType(StepType.SIGNAL).setSignal(new SignalStep("go", 20_000L)),
                WorkflowStep.newBuilder()
                        .setId("call")
                        .setType(StepType.WORKFLOW)
                        .setWorkflow(new WorkflowCall("inner", null, Map.of())));
    }

    private static WorkflowDefinition definition(String name, WorkflowStep.Builder... steps) {
        return SimulatedRuns.definition(name, steps).build();
    }

    private static WorkflowStep.Builder step(String id, String... dependsOn) {
        return WorkflowStep.newBuilder()
                .setId(id)
                .setType(StepType.TASK)
                .setTask(work())
                .setDependsOn(List.of(dependsOn));
    }

    private static TaskSubmitted work() {
        return TaskSubmitted.newBuilder().setKind("qa.work").setRole("qa").build();
    }

    private void define(String name, WorkflowDefinition definition) {
        input(CoreInput.newBuilder()
                .setPool("")
                .setType(CoreInputType.DEFINITION)
                .setName(name)
                .setDefinition(definition));
    }

    private void run(String id, String definition) {
        input(CoreInput.newBuilder()
                .setPool("default")
                .setType(CoreInputType.WORKFLOW)
                .setDigest(id)
                .setWorkflow(WorkflowSubmitted.newBuilder()
                        .setId(id)
                        .setPool("default")
                        .setDefinition(definition)
                        .build()));
    }

    private void approve(int number, String taskId, boolean approved) {
        input(CoreInput.newBuilder()
                .setPool("default")
                .setType(CoreInputType.APPROVAL)
                .setApproval(Approval.newBuilder()
                        .setId("a" + number)
                        .setTaskId(taskId)
                        .setVerdict(approved ? Verdict.APPROVED : Verdict.REJECTED)
                        .setBy("ada")
                        .build()));
    }

    private void control(int number, String workflowId, ControlAction action) {
        input(CoreInput.newBuilder()
                .setPool("default")
                .setType(CoreInputType.CONTROL)
                .setControl(TaskControl.newBuilder()
                        .setId("c" + number)
                        .setPool("default")
                        .setWorkflowId(workflowId)
                        .setAction(action)
                        .setSignal(action == ControlAction.SIGNAL ? "go" : null)
                        .build()));
    }

    private void input(CoreInput.Builder input) {
        CoreInput built = input.setOrigin(new Origin("test", "test-id", 0, ++offset, fleet.now()))
                .build();
        fleet.send(FleetTopic.CORE_INPUTS, built.getPool(), built);
    }
}
