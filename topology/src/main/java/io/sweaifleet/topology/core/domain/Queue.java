package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's queue for a {@link Lane} of a role; {@link Turns} chooses among the tenants.
 *
 * <p>A task counts with its priority plus the time it has waited over the pool's ageing time. The order of two waiting
 * tasks by that figure never changes while they wait, so the key {@code readySince − priority × agingHalfTime} orders
 * them once and for all, and the next one is found by a seek.
 */
final class Queue {

    private Queue() {}

    /** Where a task stands: in its tenant's queue for its role, or behind a gate; null when in neither. */
    static Key.@Nullable OfReady placeOf(String pool, String taskId, TaskEntry.Live task) {
        if (task.phase() instanceof TaskEntry.Phase.Ready ready) {
            String queue = Turns.queueOf(
                    Lane.of(task.spec()).name(), Texts.tenant(task.spec().getTenant()));
            return new Key.OfReady(pool, queue, ready.order(), task.arrival(), taskId);
        } else if (task.phase() instanceof TaskEntry.Phase.Held held) {
            return new Key.OfReady(pool, held.gate(), held.order(), task.arrival(), taskId);
        }
        return null;
    }

    /** Puts a task whose phase says so into its queue. */
    static void put(Step step, String taskId, TaskEntry.Live task) {
        step.putTask(taskId, task);
        Key.OfReady place = placeOf(step.pool, taskId, task);
        if (place == null) {
            throw new IllegalArgumentException("Task " + taskId + " stands in no queue but is " + task.phase());
        }
        step.state.put(place, task.workflowId());
        if (task.phase() instanceof TaskEntry.Phase.Ready) {
            Turns.join(
                    step,
                    Lane.of(task.spec()),
                    Requirements.of(task.spec()),
                    Texts.tenant(task.spec().getTenant()));
        }
    }

    /** Takes a task out of the queue that it stands in. */
    static void remove(Step step, Key.OfReady place, TaskEntry.Live task) {
        step.state.delete(place);
        if (task.phase() instanceof TaskEntry.Phase.Ready) {
            Turns.leave(step, Lane.of(task.spec()), Texts.tenant(task.spec().getTenant()));
        }
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
        boolean first = task.readySince() == 0;
        TaskEntry.Live queued = first ? task.withReadySince(step.now()) : task;
        if (first) {
            Deadlines.onFirstQueued(step, taskId, queued);
        }
        put(step, taskId, queued.withPhase(new TaskEntry.Phase.Ready(order(step, task.spec(), queued.readySince()))));
        step.journal(TaskEventType.TASK_READY, taskId, task.workflowId(), task.spec())
                .add();
        awaitDefinitions(step, taskId, task);
    }

    static long order(Step step, TaskSubmitted spec, long since) {
        Integer priority = spec.getPriority();
        return since - (priority == null ? 5 : priority) * step.rules.agingHalfTimeMs();
    }

    /** A task whose pool or role is not declared waits a little for it. What core does itself has no role. */
    static void awaitDefinitions(Step step, String taskId, TaskEntry.Live task) {
        String role = task.spec().getRole();
        if (step.declared == null || !(role.isEmpty() || step.roleIsKnown(role))) {
            step.setTimer(step.now() + step.rules.unknownRoleGraceMs(), TimerKind.DEFINITION_GRACE, taskId);
        }
    }
}
