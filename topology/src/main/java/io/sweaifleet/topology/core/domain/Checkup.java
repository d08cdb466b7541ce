package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.worker.WorkerState;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at one entry of the state: at the {@link Invariants}, and at what else must hold. */
final class Checkup {

    private final Step step;
    private final Invariants invariants;

    Checkup(Step step) {
        this.step = step;
        this.invariants = new Invariants(step.state.view(), step.pool);
    }

    /** What is wrong with an entry, or null. */
    @Nullable
    Finding of(Key<?> key) {
        try {
            if (key instanceof Key.OfTask task) {
                return ofTask(task.taskId());
            } else if (key instanceof Key.OfWorkflow workflow) {
                return ofWorkflow(workflow.workflowId());
            } else if (key instanceof Key.OfWorker worker) {
                return ofWorker(worker.workerId());
            } else if (key instanceof Key.OfLease lease) {
                return ofLease(lease);
            } else if (key instanceof Key.OfReady place) {
                return ofPlace(place);
            } else if (key instanceof Key.OfSchedule schedule) {
                return ofSchedule(schedule);
            }
            return null;
        } catch (DamagedEntryException damaged) {
            return new Finding(
                    Finding.Damage.UNREADABLE,
                    Entries.kindOf(key),
                    Entries.idOf(key),
                    String.valueOf(damaged.getMessage()));
        }
    }

    private @Nullable Finding ofTask(String taskId) {
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null) {
            return null;
        }
        List<String> wrong = invariants.ofTask(taskId, task);
        if (!wrong.isEmpty()) {
            boolean known = step.liveWorkflow(task.workflowId()) != null && wrong.size() == 1;
            return new Finding(
                    known ? damageOf(taskId, task) : Finding.Damage.FORGOTTEN,
                    "task",
                    taskId,
                    String.join("; ", wrong));
        }
        Instant deadline = task.spec().getDeadline();
        boolean ending = deadline != null
                && deadline.toEpochMilli() <= step.now()
                && task.phase() instanceof TaskEntry.Phase.Running;
        if (deadline != null && !ending && !isSet(deadline.toEpochMilli(), TimerKind.DEADLINE, taskId)) {
            return new Finding(
                    Finding.Damage.DEADLINE_WITHOUT_TIMER,
                    "task",
                    taskId,
                    "no timer ends it at its deadline " + deadline);
        }
        return null;
    }

    private Finding.Damage damageOf(String taskId, TaskEntry.Live task) {
        TaskEntry.Phase phase = task.phase();
        if (phase instanceof TaskEntry.Phase.Ready) {
            return Finding.Damage.TASK_NOT_QUEUED;
        } else if (phase instanceof TaskEntry.Phase.Held held) {
            Key.OfReady place = Queue.placeOf(step.pool, taskId, task);
            if (place == null || step.state.get(place) == null) {
                return Finding.Damage.TASK_NOT_QUEUED;
            }
            return Rates.keyOf(held.gate()) == null ? Finding.Damage.FORGOTTEN : Finding.Damage.RATE_WITHOUT_TIMER;
        } else if (phase instanceof TaskEntry.Phase.Backoff) {
            return Finding.Damage.RETRY_WITHOUT_TIMER;
        } else if (phase instanceof TaskEntry.Phase.Running running) {
            TaskEntry.Lease lease = running.lease();
            LeaseEntry entry = step.state.get(new Key.OfLease(step.pool, lease.workerId(), lease.leaseId()));
            return entry == null ? Finding.Damage.LEASE_NOT_LISTED : Finding.Damage.ATTEMPT_WITHOUT_TIMER;
        } else if (phase instanceof TaskEntry.Phase.Waiting) {
            return mayBeCounted(task) ? Finding.Damage.DEPENDENCIES_MISCOUNTED : Finding.Damage.FORGOTTEN;
        }
        return Finding.Damage.FORGOTTEN;
    }

    /** What a task means to its dependents is no longer known once it has ended otherwise than by success. */
    private boolean mayBeCounted(TaskEntry.Live task) {
        boolean live = false;
        boolean succeeded = true;
        for (String id : new LinkedHashSet<>(task.spec().getDependsOn())) {
            TaskEntry needed = step.state.get(new Key.OfTask(step.pool, id));
            live |= needed instanceof TaskEntry.Live;
            succeeded &= needed instanceof TaskEntry.Live
                    || (needed instanceof TaskEntry.Ended ended
                            && ended.status() == io.sweaifleet.schemas.task.TaskStatus.SUCCEEDED);
        }
        return live || succeeded;
    }

    private @Nullable Finding ofWorkflow(String workflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        List<String> wrong = workflow == null ? List.of() : invariants.ofWorkflow(workflowId, workflow);
        if (workflow == null || wrong.isEmpty()) {
            return null;
        }
        // What a run would do next follows from its definition, not from a count.
        Finding.Damage damage = workflow.run() == null ? Finding.Damage.WORKFLOW_MISCOUNTED : Finding.Damage.FORGOTTEN;
        return new Finding(damage, "workflow", workflowId, String.join("; ", wrong));
    }

    private @Nullable Finding ofWorker(String workerId) {
        WorkerEntry worker = step.worker(workerId);
        List<String> wrong = worker == null ? List.of() : invariants.ofWorker(worker);
        if (worker == null || wrong.isEmpty()) {
            return null;
        }
        boolean timer = worker.state() == WorkerState.OFFLINE
                || isSet(worker.silentTimerAt(), TimerKind.WORKER_SILENT, workerId);
        return new Finding(
                timer ? Finding.Damage.WORKER_MISCOUNTED : Finding.Damage.WORKER_WITHOUT_TIMER,
                "worker",
                workerId,
                String.join("; ", wrong));
    }

    private @Nullable Finding ofLease(Key.OfLease key) {
        LeaseEntry lease = step.state.get(key);
        if (lease == null) {
            return null;
        }
        TaskEntry.Live task = step.liveTask(lease.taskId());
        boolean runs = task != null
                && task.phase() instanceof TaskEntry.Phase.Running running
                && running.lease().leaseId().equals(key.leaseId())
                && running.lease().workerId().equals(key.workerId());
        return runs
                ? null
                : new Finding(
                        Finding.Damage.LEASE_STALE,
                        "lease",
                        Entries.idOf(key),
                        "task " + lease.taskId() + " does not run with it");
    }

    private @Nullable Finding ofPlace(Key.OfReady place) {
        return step.state.get(place) == null || stands(step, place)
                ? null
                : new Finding(
                        Finding.Damage.QUEUE_ENTRY_STALE,
                        "queue",
                        Entries.idOf(place),
                        place.taskId() + " does not stand there");
    }

    /** Whether a task, or a tenant in a round, stands where a queue has it. */
    static boolean stands(Step step, Key.OfReady place) {
        if (Turns.isRound(place.queue())) {
            String role = place.queue().substring(0, place.queue().length() - 1);
            TurnEntry turn = step.state.get(new Key.OfTurn(step.pool, role, place.taskId()));
            return turn != null
                    && Turns.place(step.pool, role, place.taskId(), turn).equals(place);
        }
        TaskEntry.Live task = step.liveTask(place.taskId());
        return task != null && place.equals(Queue.placeOf(step.pool, place.taskId(), task));
    }

    private @Nullable Finding ofSchedule(Key.OfSchedule key) {
        ScheduleEntry schedule = step.state.get(key);
        return schedule == null
                        || schedule.next() == FiringTimes.NONE
                        || isSet(schedule.timerAt(), TimerKind.SCHEDULE, key.scheduleId())
                ? null
                : new Finding(
                        Finding.Damage.SCHEDULE_WITHOUT_TIMER, "schedule", key.scheduleId(), "no timer fires it next");
    }

    private boolean isSet(long dueAt, TimerKind kind, String id) {
        return step.state.get(new Key.OfTimer(step.pool, dueAt, kind, id)) != null;
    }
}
