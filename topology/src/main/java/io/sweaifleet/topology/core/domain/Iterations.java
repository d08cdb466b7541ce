package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.Objects;

/** Steps that are done again and again until a condition holds, so many times as they allow. */
final class Iterations {

    private final Step step;
    private final Endings endings;
    private final Runs runs;

    Iterations(Step step, Endings endings, Runs runs) {
        this.step = step;
        this.endings = endings;
        this.runs = runs;
    }

    void begin(String taskId, TaskEntry.Live task, WorkflowStep definition) throws StepProblemException {
        begin(taskId, task, definition.getRepeat(), 1);
    }

    private void begin(String taskId, TaskEntry.Live task, Repeat repeat, int number) throws StepProblemException {
        Position position = Objects.requireNonNull(task.position());
        step.journal(TaskEventType.STEP_EXPANDED, taskId, task.workflowId(), task.spec())
                .definitionStep(position.step())
                .message("iteration " + number + " of at most " + repeat.getMaxIterations())
                .add();
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Iterations(number, null)));
        runs.add(
                task.workflowId(),
                TaskIds.ofChild(taskId, number),
                position.iteration(taskId, number),
                task.spec().getDependsOn());
    }

    void onEnded(
            String taskId,
            TaskEntry.Live task,
            TaskEntry.Phase.Iterations phase,
            TaskEntry.Ended last,
            boolean worked) {
        TaskEntry.Halt halt = phase.halt();
        if (halt != null) {
            endings.end(taskId, task, halt.status(), halt.failure(), result(phase.number(), last));
            return;
        }
        Position position = Objects.requireNonNull(task.position());
        OpenRun run = OpenRun.of(step, task.workflowId());
        Repeat repeat = run.step(position.step()).getRepeat();
        try {
            if (!worked && !repeat.getContinueOnFailure()) {
                throw new StepProblemException(failed(position.step(), phase.number(), last));
            }
            Scope scope = run.scope(step, position).iteration(taskId, phase.number(), phase.number());
            if (scope.holds("repeat.until", repeat.getUntil())) {
                endings.end(taskId, task, TaskStatus.SUCCEEDED, null, result(phase.number(), last));
            } else if (phase.number() < repeat.getMaxIterations()) {
                begin(taskId, task, repeat, phase.number() + 1);
            } else {
                throw new StepProblemException(exhausted(position.step(), repeat));
            }
        } catch (StepProblemException e) {
            endings.end(taskId, task, TaskStatus.FAILED, e.failure(), result(phase.number(), last));
        }
    }

    private static Failure failed(String name, int number, TaskEntry.Ended last) {
        Failure why = last.end() == null ? null : last.end().failure();
        return Failures.permanent(
                "ITERATION_FAILED",
                "Iteration " + number + " of step " + name + " ended as " + last.status()
                        + (why == null ? "" : ": " + why.getMessage()),
                "See its outcome; set repeat.continueOnFailure if the condition should decide all the same");
    }

    private static Failure exhausted(String name, Repeat repeat) {
        return Failures.permanent(
                "ITERATIONS_EXHAUSTED",
                "The condition of step " + name + " does not hold after " + repeat.getMaxIterations() + " iterations",
                "Raise repeat.maxIterations in the next version of the definition, or see why it does not come true",
                "repeat.until",
                repeat.getUntil());
    }

    private static TaskResult result(int number, TaskEntry.Ended last) {
        return TaskResult.newBuilder()
                .setSummary(number + (number == 1 ? " iteration" : " iterations"))
                .setOutputs(last.outputs())
                .setArtifacts(last.artifacts())
                .setFindingsTotal(last.end() == null ? 0 : last.end().findings())
                .build();
    }
}
