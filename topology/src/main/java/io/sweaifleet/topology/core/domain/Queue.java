package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.time.Instant;

/**
 * The queue of a role.
 *
 * <p>A task counts with its priority plus the time it has waited over the pool's ageing time. The order of two waiting
 * tasks by that figure never changes while they wait, so the key {@code readySince − priority × agingHalfTime} orders
 * them once and for all, and the next one is found by a seek.
 */
final class Queue {

    private Queue() {}

    static Key.OfReady keyOf(String pool, String taskId, TaskEntry.Live task, long order) {
        return new Key.OfReady(pool, task.spec().getRole(), order, task.arrival(), taskId);
    }

    /** Queues a task. A task that was queued before keeps the waiting time it had collected. */
    static void enqueue(Step step, String taskId, TaskEntry.Live task) {
        Instant notBefore = task.spec().getNotBefore();
        if (task.readySince() == 0 && notBefore != null && notBefore.toEpochMilli() > step.now()) {
            long dueAt = notBefore.toEpochMilli();
            step.setTimer(dueAt, TimerKind.RETRY, taskId);
            step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Backoff(dueAt)));
            step.journal(TaskEventType.TASK_HELD, taskId, task.workflowId(), task.spec())
                    .dueAt(dueAt)
                    .message("not before " + notBefore)
                    .add();
            awaitDefinitions(step, taskId, task);
            return;
        }
        long since = task.readySince() == 0 ? step.now() : task.readySince();
        long order = order(step, task.spec(), since);
        step.putTask(taskId, task.withReadySince(since).withPhase(new TaskEntry.Phase.Ready(order)));
        step.state.put(keyOf(step.pool, taskId, task, order), task.workflowId());
        step.journal(TaskEventType.TASK_READY, taskId, task.workflowId(), task.spec())
                .add();
        awaitDefinitions(step, taskId, task);
    }

    static long order(Step step, TaskSubmitted spec, long since) {
        Integer priority = spec.getPriority();
        return since - (priority == null ? 5 : priority) * step.rules.agingHalfTimeMs();
    }

    /** A task whose pool or role is not declared waits a little for it. */
    static void awaitDefinitions(Step step, String taskId, TaskEntry.Live task) {
        if (step.declared == null || !step.roleIsKnown(task.spec().getRole())) {
            step.setTimer(step.now() + step.rules.unknownRoleGraceMs(), TimerKind.DEFINITION_GRACE, taskId);
        }
    }
}
