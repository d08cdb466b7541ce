package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.worker.CommandType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How leases end, and what follows for their tasks. */
final class Leases {

    private Leases() {}

    /** Interval at which a pool's workers are asked to send heartbeats, in ms: several of them fit into a lease. */
    static long heartbeatMs(PoolEntry rules) {
        return Math.max(1, Math.min(Engine.HEARTBEAT_MS, rules.leaseMs() / 5));
    }

    /** How often a worker that holds leases is told at least that it is heard, in ms. */
    static long confirmEveryMs(PoolEntry rules) {
        return rules.leaseMs() / 3;
    }

    /** Takes a lease out of every index. */
    static void release(Step step, String taskId, TaskEntry.Live task, TaskEntry.Lease lease) {
        Key.OfLease key = new Key.OfLease(step.pool, lease.workerId(), lease.leaseId());
        LeaseEntry held = step.state.get(key);
        if (held != null) {
            step.state.delete(key);
            WorkerEntry worker = step.worker(lease.workerId());
            if (worker != null && worker.incarnation() == lease.incarnation()) {
                step.state.put(
                        new Key.OfWorker(step.pool, lease.workerId()),
                        worker.withoutLease(task.spec().getRole(), held.resources()));
            }
        }
        step.dropTimer(lease.timeoutAt(), TimerKind.ATTEMPT_TIMEOUT, taskId);
        TaskEntry.Stop stop = lease.stop();
        if (stop != null) {
            step.dropTimer(stop.graceEndsAt(), TimerKind.STOP_GRACE, taskId);
        }
        Asks.withdraw(step, taskId, lease);
        Budgets.left(step, taskId, task, lease);
        Gates.leave(step, taskId, task.spec().getConcurrencyKey());
    }

    /**
     * How long core waits until a worker says that it stopped what it was told to stop, in ms. One that does not get the command does
     * not get any other, so within a lease it has frozen what it runs.
     */
    static long stopGraceMs(PoolEntry rules) {
        return rules.leaseMs() + rules.leaseGraceMs();
    }

    /** Tells a worker to stop, and gives it some time to say that it did. The first reason stays. */
    static void stop(
            Step step,
            String taskId,
            TaskEntry.Live task,
            TaskEntry.Lease lease,
            TaskEntry.StopReason reason,
            Failure failure) {
        TaskEntry.Stop before = lease.stop();
        if (before != null && before.reason() != TaskEntry.StopReason.ATTEMPT_TIMEOUT) {
            return;
        }
        if (before != null) {
            // A timed-out attempt would be repeated; a cancel or a deadline must not be.
            step.dropTimer(before.graceEndsAt(), TimerKind.STOP_GRACE, taskId);
        }
        long graceEndsAt = step.now() + stopGraceMs(step.rules);
        step.setTimer(graceEndsAt, TimerKind.STOP_GRACE, taskId);
        TaskEntry.Lease stopping = lease.stopping(new TaskEntry.Stop(reason, failure, graceEndsAt));
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(stopping)));
        step.commandAbout(
                lease.workerId(), lease.incarnation(), CommandType.CANCEL, lease.leaseId(), failure.getMessage());
    }

    /** The lease is gone without a result: its worker died, forgot it, or did not stop in time. */
    static void lose(Step step, Endings endings, String taskId, String leaseId, Failure why) {
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null
                || !(task.phase() instanceof TaskEntry.Phase.Running running)
                || !running.lease().leaseId().equals(leaseId)) {
            return;
        }
        step.blamed = task.workflowId();
        step.journal(TaskEventType.LEASE_EXPIRED, taskId, task.workflowId(), task.spec())
                .lease(running.lease())
                .failure(why)
                .message(why.getMessage())
                .add();
        conclude(step, endings, taskId, task, running.lease(), AttemptStatus.LOST, why, null);
    }

    /**
     * An attempt is over: the task ends, or is tried again.
     *
     * <p>A success that was under way when core asked for a stop still counts, unless the deadline had passed.
     */
    static void conclude(
            Step step,
            Endings endings,
            String taskId,
            TaskEntry.Live task,
            TaskEntry.Lease lease,
            AttemptStatus ended,
            @Nullable Failure failure,
            @Nullable TaskResult result) {
        TaskEntry.Stop stop = lease.stop();
        boolean worked = ended == AttemptStatus.SUCCEEDED || ended == AttemptStatus.SKIPPED;
        AttemptStatus status = ended;
        Failure cause = failure;
        if (stop != null && !worked) {
            cause = stop.failure();
            status = switch (stop.reason()) {
                case CANCELLED -> AttemptStatus.CANCELLED;
                case BUDGET -> AttemptStatus.FAILED;
                case ATTEMPT_TIMEOUT, DEADLINE -> AttemptStatus.EXPIRED;
            };
        }
        List<AttemptSummary> attempts = new ArrayList<>(task.attempts());
        attempts.add(new AttemptSummary(
                lease.number(),
                lease.leaseId(),
                lease.workerId(),
                lease.agentId(),
                lease.roleVersion(),
                Instant.ofEpochMilli(lease.assignedAt()),
                lease.startedAt() == 0 ? null : Instant.ofEpochMilli(lease.startedAt()),
                step.decidedAt(),
                status,
                cause));
        TaskEntry.Live after = task.withAttempts(attempts);
        if (stop != null && stop.reason() == TaskEntry.StopReason.DEADLINE) {
            endings.end(taskId, after, TaskStatus.EXPIRED, stop.failure(), result);
        } else if (ended == AttemptStatus.SUCCEEDED) {
            endings.end(taskId, after, TaskStatus.SUCCEEDED, null, result);
        } else if (ended == AttemptStatus.SKIPPED) {
            endings.end(taskId, after, TaskStatus.SKIPPED, failure, result);
        } else if (stop != null && stop.reason() == TaskEntry.StopReason.CANCELLED) {
            endings.end(taskId, after, TaskStatus.CANCELLED, stop.failure(), result);
        } else if (stop != null && stop.reason() == TaskEntry.StopReason.BUDGET) {
            endings.end(taskId, after, TaskStatus.FAILED, stop.failure(), result);
        } else {
            Failure why = cause == null
                    ? Failures.agent("UNSPECIFIED", "The agent failed without saying why", "See the worker's log")
                    : cause;
            failOrRetry(step, endings, taskId, after, lease, why, result);
        }
    }

    private static void failOrRetry(
            Step step,
            Endings endings,
            String taskId,
            TaskEntry.Live task,
            TaskEntry.Lease lease,
            Failure failure,
            @Nullable TaskResult result) {
        step.journal(TaskEventType.ATTEMPT_FAILED, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .brain(result == null ? null : result.getBrain())
                .failure(failure)
                .message(failure.getMessage())
                .add();
        Long dueAt = Retries.dueAt(step, task, lease, failure);
        if (dueAt == null) {
            endings.end(taskId, task, TaskStatus.FAILED, failure, result);
            return;
        }
        release(step, taskId, task, lease);
        step.setTimer(dueAt, TimerKind.RETRY, taskId);
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Backoff(dueAt)));
        step.journal(TaskEventType.RETRY_SCHEDULED, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .dueAt(dueAt)
                .add();
    }
}
