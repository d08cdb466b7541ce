package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.HashSet;
import java.util.Set;

/** Nothing ends badly without a reason that the load gave, or the faults. */
final class Reasons implements Check {

    @Override
    public String name() {
        return "reasons";
    }

    @Override
    public String promise() {
        return "a task is cancelled only when asked to, expires only by a deadline, is skipped or fails only after an attempt or"
                + " a dependency failed, and valid work is never rejected";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Set<Ref> cancelled = new HashSet<>();
        for (TaskControl control : history.recorded().controls()) {
            String id = control.getTaskId() == null ? control.getWorkflowId() : control.getTaskId();
            String pool = control.getPool();
            if (control.getAction() == ControlAction.CANCEL && id != null) {
                cancelled.add(new Ref(pool == null ? "default" : pool, id));
            }
        }
        for (TaskOutcome outcome : history.recorded().outcomes()) {
            TaskSubmitted task = history.task(new Ref(outcome.getPool(), outcome.getTaskId()));
            if (task != null) {
                verdict.look();
                verdict.require(
                        hasReason(outcome, task, cancelled),
                        "task %s/%s ended as %s for no reason that it had: %s",
                        outcome.getPool(),
                        outcome.getTaskId(),
                        outcome.getStatus(),
                        outcome.getFailure() == null ? "" : outcome.getFailure().getMessage());
            }
        }
        return verdict;
    }

    private static boolean hasReason(TaskOutcome outcome, TaskSubmitted task, Set<Ref> cancelled) {
        String pool = outcome.getPool();
        return switch (outcome.getStatus()) {
            case SUCCEEDED -> true;
            case CANCELLED ->
                cancelled.contains(new Ref(pool, outcome.getTaskId()))
                        || cancelled.contains(new Ref(pool, outcome.getWorkflowId()));
            case EXPIRED ->
                task.getDeadline() != null || task.getScheduleToStartMs() != null || task.getStartToFinishMs() != null;
            case SKIPPED -> !outcome.getDependsOn().isEmpty();
            case FAILED ->
                !outcome.getDependsOn().isEmpty()
                        || outcome.getAttempts().stream()
                                .anyMatch(attempt -> attempt.getStatus() == AttemptStatus.FAILED
                                        || attempt.getStatus() == AttemptStatus.LOST
                                        || attempt.getStatus() == AttemptStatus.EXPIRED);
            case REJECTED, UNKNOWN -> false;
        };
    }
}
