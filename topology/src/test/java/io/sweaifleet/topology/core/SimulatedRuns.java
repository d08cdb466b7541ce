package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.topology.core.domain.Invariants;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;

/** Definitions and their runs on a {@link SimulatedFleet} with one worker whose agents do as the test says. */
final class SimulatedRuns {

    static final String ROLE = "dev";

    final SimulatedFleet fleet = new SimulatedFleet();
    final SimulatedFleet.SimWorker worker;
    private int requests;

    SimulatedRuns(int slots) {
        fleet.tenants.add("default");
        fleet.role(ROLE);
        worker = fleet.worker("w1", Map.of(ROLE, slots));
    }

    static WorkflowStep.Builder step(String id, String... dependsOn) {
        return WorkflowStep.newBuilder()
                .setId(id)
                .setType(StepType.TASK)
                .setTask(task(Map.of()))
                .setDependsOn(List.of(dependsOn));
    }

    static TaskSubmitted task(Map<String, String> inputs) {
        return TaskSubmitted.newBuilder()
                .setKind("work")
                .setRole(ROLE)
                .setInputs(inputs)
                .build();
    }

    static WorkflowDefinition.Builder definition(String name, WorkflowStep.Builder... steps) {
        return WorkflowDefinition.newBuilder()
                .setName(name)
                .setVersion(1)
                .setSteps(Arrays.stream(steps).map(WorkflowStep.Builder::build).toList());
    }

    void define(WorkflowDefinition.Builder definition) {
        WorkflowDefinition built = definition.build();
        define(built.getName(), built);
    }

    void define(String name, WorkflowDefinition definition) {
        fleet.input(CoreInput.newBuilder()
                .setPool("")
                .setType(CoreInputType.DEFINITION)
                .setOrigin(fleet.origin("fleet.workflow-definitions"))
                .setName(name)
                .setDefinition(definition)
                .build());
    }

    /** A step that runs another definition. */
    static WorkflowStep.Builder call(String id, String definition, String... on) {
        return WorkflowStep.newBuilder()
                .setId(id)
                .setType(StepType.WORKFLOW)
                .setDependsOn(List.of(on))
                .setWorkflow(new WorkflowCall(definition, null, Map.of()));
    }

    void run(String id, String definition, Map<String, String> inputs) {
        run(WorkflowSubmitted.newBuilder().setId(id).setDefinition(definition).setInputs(inputs));
    }

    void run(WorkflowSubmitted.Builder workflow) {
        fleet.submit(workflow.setPool(SimulatedFleet.POOL).build());
        settle();
    }

    /** Timers that are due are done, and what agents are given is begun. */
    void settle() {
        fleet.tick();
        worker.obey();
    }

    /** Ids of tasks that agents work on, in the order of assignment. */
    List<String> running() {
        worker.obey();
        return worker.running.values().stream().map(Assignment::getTaskId).toList();
    }

    Assignment assignment(String taskId) {
        worker.obey();
        return worker.running.values().stream()
                .filter(one -> one.getTaskId().equals(taskId))
                .findFirst()
                .orElseThrow(() -> new AssertionError(taskId + " does not run; what runs is " + running()));
    }

    void succeed(String taskId) {
        succeed(taskId, Map.of());
    }

    void succeed(String taskId, Map<String, String> outputs) {
        succeed(taskId, TaskResult.newBuilder().setOutputs(outputs).build());
    }

    void succeed(String taskId, TaskResult result) {
        worker.report(assignment(taskId).getLeaseId(), AgentResultType.SUCCEEDED, null, result);
        settle();
    }

    void fail(String taskId) {
        worker.report(
                assignment(taskId).getLeaseId(),
                AgentResultType.FAILED,
                new Failure(FailureClass.PERMANENT, "BROKEN", taskId + " broke", "", null, null));
        settle();
    }

    void approve(String taskId, Verdict verdict, String by, String... groups) {
        approve("a" + ++requests, taskId, verdict, by, groups);
    }

    void approve(String id, String taskId, Verdict verdict, String by, String... groups) {
        fleet.input(CoreInput.newBuilder()
                .setPool(SimulatedFleet.POOL)
                .setType(CoreInputType.APPROVAL)
                .setOrigin(fleet.origin("fleet.approvals"))
                .setApproval(Approval.newBuilder()
                        .setId(id)
                        .setPool(SimulatedFleet.POOL)
                        .setTaskId(taskId)
                        .setVerdict(verdict)
                        .setBy(by)
                        .setGroups(List.of(groups))
                        .setComment("because")
                        .build())
                .build());
        settle();
    }

    void signal(String workflowId, String taskId, String name, Map<String, String> payload) {
        fleet.control(TaskControl.newBuilder()
                .setId("s" + ++requests)
                .setWorkflowId(workflowId)
                .setTaskId(taskId)
                .setAction(ControlAction.SIGNAL)
                .setSignal(name)
                .setPayload(payload)
                .setRequestedBy("ci"));
        settle();
    }

    void cancel(String workflowId, String taskId) {
        fleet.cancel("c" + ++requests, workflowId, taskId);
        settle();
    }

    TaskStatus statusOf(String taskId) {
        return fleet.outcomeOf(taskId).getStatus();
    }

    String codeOf(String taskId) {
        Failure failure = fleet.outcomeOf(taskId).getFailure();
        return failure == null ? "" : failure.getCode();
    }

    WorkflowOutcome outcomeOf(String workflowId) {
        return fleet.workflowOutcomes.stream()
                .filter(outcome -> outcome.getWorkflowId().equals(workflowId))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No outcome of workflow " + workflowId));
    }

    boolean hasEnded(String workflowId) {
        return fleet.workflowOutcomes.stream()
                .anyMatch(outcome -> outcome.getWorkflowId().equals(workflowId));
    }

    /** What is wrong with the state, by the rules that the sweeper checks. */
    List<String> problems() {
        Invariants invariants = new Invariants(fleet.view, SimulatedFleet.POOL);
        List<String> problems = new ArrayList<>();
        for (String id : names('k')) {
            if (fleet.view.get(new Key.OfTask(SimulatedFleet.POOL, id)) instanceof TaskEntry.Live task) {
                invariants.ofTask(id, task).forEach(problem -> problems.add("task " + id + ": " + problem));
            }
        }
        for (String id : names('f')) {
            if (fleet.view.get(new Key.OfWorkflow(SimulatedFleet.POOL, id)) instanceof WorkflowEntry.Live workflow) {
                invariants.ofWorkflow(id, workflow).forEach(problem -> problems.add("workflow " + id + ": " + problem));
            }
        }
        return problems;
    }

    private List<String> names(char letter) {
        Bytes from = Bytes.wrap(Layout.prefix(SimulatedFleet.POOL, letter));
        Bytes to = Bytes.increment(from);
        return fleet.store.entries.subMap(from, true, to, false).keySet().stream()
                .map(key -> Layout.nameIn(key.get()))
                .collect(Collectors.toList());
    }

    /** Number of entries with a letter that may have letters after it. */
    long entries(char letter) {
        Bytes from = Bytes.wrap(Layout.prefix(SimulatedFleet.POOL, letter));
        return fleet.store
                .entries
                .subMap(from, true, Bytes.increment(from), false)
                .size();
    }
}
