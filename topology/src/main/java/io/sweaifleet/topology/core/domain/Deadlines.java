package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Instant;

/** By when a task must have ended, or started. A task that has not ends as EXPIRED; when it runs, it is stopped first. */
final class Deadlines {

    private Deadlines() {}

    /** A task was queued for the first time. */
    static void onFirstQueued(Step step, String taskId, TaskEntry.Live task) {
        Long toStart = task.spec().getScheduleToStartMs();
        if (toStart != null) {
            step.setTimer(task.readySince() + toStart, TimerKind.START_DEADLINE, taskId);
        }
    }

    /** An agent started a task for the first time. */
    static void onFirstStart(Step step, String taskId, TaskEntry.Live task) {
        dropStartDeadline(step, taskId, task);
        Long toFinish = task.spec().getStartToFinishMs();
        if (toFinish != null) {
            step.setTimer(task.startedAt() + toFinish, TimerKind.FINISH_DEADLINE, taskId);
        }
    }

    /** A task has ended. */
    static void drop(Step step, String taskId, TaskEntry.Live task) {
        Instant deadline = task.spec().getDeadline();
        if (deadline != null) {
            step.dropTimer(deadline.toEpochMilli(), TimerKind.DEADLINE, taskId);
        }
        dropStartDeadline(step, taskId, task);
        Long toFinish = task.spec().getStartToFinishMs();
        if (toFinish != null && task.startedAt() != 0) {
            step.dropTimer(task.startedAt() + toFinish, TimerKind.FINISH_DEADLINE, taskId);
        }
    }

    private static void dropStartDeadline(Step step, String taskId, TaskEntry.Live task) {
        Long toStart = task.spec().getScheduleToStartMs();
        if (toStart != null && task.readySince() != 0) {
            step.dropTimer(task.readySince() + toStart, TimerKind.START_DEADLINE, taskId);
        }
    }

    /** The timer of a deadline is due. That an agent started in time may not have been read yet. */
    static void onTimer(Step step, Endings endings, Key.OfTimer timer, boolean confirmed) {
        String taskId = timer.id();
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null) {
            return;
        }
        step.blamed = task.workflowId();
        if (timer.kind() == TimerKind.START_DEADLINE) {
            if (task.startedAt() != 0) {
                return;
            }
            if (!confirmed && task.phase() instanceof TaskEntry.Phase.Running) {
                Markers.ask(step, timer);
                return;
            }
        }
        Failure failure = failure(timer.kind(), taskId, task);
        endings.steps().stop(taskId, task, TaskStatus.EXPIRED, failure);
    }

    private static Failure failure(TimerKind kind, String taskId, TaskEntry.Live task) {
        return switch (kind) {
            case START_DEADLINE ->
                Failures.permanent(
                        "START_DEADLINE_PASSED",
                        "No agent had started task " + taskId + " within "
                                + task.spec().getScheduleToStartMs() + " ms of its being queued at "
                                + Instant.ofEpochMilli(task.readySince()),
                        "Submit it again with a longer scheduleToStartMs, or give its role more agents",
                        "scheduleToStartMs",
                        String.valueOf(task.spec().getScheduleToStartMs()));
            case FINISH_DEADLINE ->
                Failures.permanent(
                        "FINISH_DEADLINE_PASSED",
                        "Task " + taskId + " had not ended within "
                                + task.spec().getStartToFinishMs() + " ms of its first start at "
                                + Instant.ofEpochMilli(task.startedAt()),
                        "Submit it again with a longer startToFinishMs, or fewer attempts",
                        "startToFinishMs",
                        String.valueOf(task.spec().getStartToFinishMs()));
            default ->
                Failures.permanent(
                        "DEADLINE_PASSED",
                        "Task " + taskId + " had not ended by its deadline "
                                + task.spec().getDeadline(),
                        "Submit it again with a later deadline",
                        "deadline",
                        String.valueOf(task.spec().getDeadline()));
        };
    }
}
