package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Steps that run another definition: as a workflow of its own, whose id is that of the step's task, and with whose end the step
 * ends. A cancel goes down, a failure comes up.
 */
final class Calls {

    /** How often a definition is looked for that is not known yet, in ms. */
    private static final long LOOK_EVERY_MS = 250;

    private final Step step;
    private final Endings endings;
    private final Runs runs;

    Calls(Step step, Endings endings, Runs runs) {
        this.step = step;
        this.endings = endings;
        this.runs = runs;
    }

    /** Begins it in a decision of its own: a list may hold hundreds of such items. */
    void begin(String taskId, TaskEntry.Live task) {
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Calling(step.now(), step.now(), null)));
        step.setTimer(step.now(), TimerKind.CALL, taskId);
    }

    void onTimer(Key.OfTimer timer) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task == null
                || !(task.phase() instanceof TaskEntry.Phase.Calling phase)
                || phase.dueAt() != timer.dueAt()) {
            return;
        }
        step.blamed = task.workflowId();
        try {
            call(timer.id(), task, phase);
        } catch (StepProblemException e) {
            endings.end(timer.id(), task, TaskStatus.FAILED, e.failure(), null);
        }
    }

    private void call(String taskId, TaskEntry.Live task, TaskEntry.Phase.Calling phase) throws StepProblemException {
        Position position = Objects.requireNonNull(task.position());
        OpenRun run = OpenRun.of(step, task.workflowId());
        WorkflowCall call = run.step(position.step()).getWorkflow();
        RunRequest request = request(run, call, run.scope(step, position));
        WorkflowDefinition definition = runs.definition(request);
        long until = phase.since() + step.rules.unknownRoleGraceMs();
        if (definition == null && step.now() < until) {
            long again = Math.min(until, step.now() + LOOK_EVERY_MS);
            step.setTimer(again, TimerKind.CALL, taskId);
            step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Calling(phase.since(), again, null)));
            return;
        }
        if (definition == null) {
            throw new StepProblemException(runs.unknown(request));
        }
        if (run.entry().depth() + 1 >= Runs.MOST_DEPTH) {
            throw new StepProblemException(Failures.permanent(
                    "TOO_DEEP",
                    "Step " + position.step() + " would be the start of run number " + (Runs.MOST_DEPTH + 1)
                            + " within each other",
                    "Look for a definition that runs itself",
                    "workflow.definition",
                    call.getDefinition()));
        }
        if (step.state.get(new Key.OfWorkflow(step.pool, taskId)) != null) {
            throw new StepProblemException(Failures.permanent(
                    "WORKFLOW_ID_TAKEN",
                    "Step " + position.step() + " needs workflow id " + taskId + ", which pool " + step.pool + " holds",
                    "Give the run another id",
                    "id",
                    taskId));
        }
        begin(taskId, task, phase, run, request, definition);
    }

    private static RunRequest request(OpenRun run, WorkflowCall call, Scope scope) throws StepProblemException {
        Map<String, String> inputs = new HashMap<>();
        for (Map.Entry<String, String> input : new TreeMap<>(call.getInputs()).entrySet()) {
            inputs.put(input.getKey(), scope.fill("workflow.inputs." + input.getKey(), input.getValue()));
        }
        RunRequest ours = run.entry().request();
        return new RunRequest(
                call.getDefinition(),
                call.getVersion(),
                inputs,
                ours.repository(),
                ours.baseRef(),
                ours.priority(),
                ours.deadline());
    }

    private void begin(
            String taskId,
            TaskEntry.Live task,
            TaskEntry.Phase.Calling phase,
            OpenRun run,
            RunRequest request,
            WorkflowDefinition definition)
            throws StepProblemException {
        WorkflowEntry.Live ours = run.workflow();
        WorkflowEntry.Live asked = new WorkflowEntry.Live(
                "",
                List.of(),
                false,
                ours.tenant(),
                task.spec().getTitle(),
                ours.labels(),
                ours.correlationId(),
                ours.origin(),
                ours.traceparent(),
                ours.submittedAt(),
                step.now(),
                0,
                null,
                new RunLink(request.definition(), 0, task.workflowId(), taskId));
        // Before its tasks begin: the last of them may end in this very decision.
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Calling(phase.since(), 0, null)));
        step.journal(TaskEventType.STEP_EXPANDED, taskId, task.workflowId(), task.spec())
                .definitionStep(Objects.requireNonNull(task.position()).step())
                .message("workflow " + taskId + " of definition " + definition.getName() + " version "
                        + definition.getVersion())
                .add();
        Failure refusal = runs.accept(
                taskId,
                asked,
                new RunEntry(request, run.entry().depth() + 1, step.now(), 0, List.of(), null),
                definition);
        if (refusal != null) {
            throw new StepProblemException(refusal);
        }
    }

    /** The workflow that a step began is to end. */
    void cancel(String taskId, String parentWorkflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(taskId);
        Key.OfEarlyControl key = new Key.OfEarlyControl(step.pool, taskId, "");
        if (workflow == null || step.state.get(key) != null) {
            return;
        }
        step.state.put(
                key, new EarlyControl("of-" + taskId, "its step of workflow " + parentWorkflowId + " is to end", ""));
        step.journal(TaskEventType.CANCEL_REQUESTED, taskId, workflow.tenant())
                .message("The step of workflow " + parentWorkflowId + " that runs it is to end")
                .add();
        step.setTimer(step.now(), TimerKind.CANCEL_REST, taskId);
    }

    /** A run that a step began has ended. */
    void onEnded(RunLink link, String workflowId, RunEntry.Closing closing) {
        String taskId = link.parentTaskId();
        TaskEntry.Live task = taskId.isEmpty() ? null : step.liveTask(taskId);
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Calling phase)) {
            return;
        }
        step.blamed = task.workflowId();
        TaskResult result = TaskResult.newBuilder()
                .setSummary("workflow " + workflowId + " ended as " + closing.status())
                .setOutputs(closing.outputs())
                .build();
        TaskEntry.Halt halt = phase.halt();
        boolean succeeded = closing.status() == WorkflowStatus.SUCCEEDED;
        if (halt != null && !(succeeded && halt.status() == TaskStatus.CANCELLED)) {
            endings.end(taskId, task, halt.status(), halt.failure(), result);
            return;
        }
        TaskStatus status = succeeded
                ? TaskStatus.SUCCEEDED
                : closing.status() == WorkflowStatus.CANCELLED ? TaskStatus.CANCELLED : TaskStatus.FAILED;
        endings.end(taskId, task, status, closing.failure(), result);
    }
}
