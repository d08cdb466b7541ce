package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.cron.FiringTimes;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Mends entries of the state, each from what else the state says of it: on a sound entry it changes nothing. */
final class Repairs {

    private final Step step;
    private final Endings endings;

    Repairs(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    void make(Finding finding) {
        String id = finding.id();
        switch (finding.damage()) {
            case LEASE_STALE -> staleLease(Entries.lease(step.pool, id));
            case QUEUE_ENTRY_STALE -> stalePlace(Entries.place(step.pool, id));
            case WORKFLOW_MISCOUNTED -> workflow(id);
            case WORKER_WITHOUT_TIMER, WORKER_MISCOUNTED -> worker(id);
            case SCHEDULE_WITHOUT_TIMER -> schedule(id);
            case UNREADABLE, FORGOTTEN -> {
                // Nothing can be done without losing something.
            }
            default -> {
                TaskEntry.Live task = step.liveTask(id);
                if (task != null) {
                    task(finding.damage(), id, task);
                }
            }
        }
    }

    private void task(Finding.Damage damage, String taskId, TaskEntry.Live task) {
        TaskEntry.Phase phase = task.phase();
        if (damage == Finding.Damage.DEADLINE_WITHOUT_TIMER) {
            if (task.spec().getDeadline() != null) {
                step.setTimer(task.spec().getDeadline().toEpochMilli(), TimerKind.DEADLINE, taskId);
            }
        } else if (phase instanceof TaskEntry.Phase.Ready
                || (phase instanceof TaskEntry.Phase.Held && damage == Finding.Damage.TASK_NOT_QUEUED)) {
            Queue.put(step, taskId, task);
        } else if (phase instanceof TaskEntry.Phase.Held held) {
            rate(Rates.keyOf(held.gate()));
        } else if (phase instanceof TaskEntry.Phase.Backoff backoff) {
            step.setTimer(backoff.dueAt(), TimerKind.RETRY, taskId);
        } else if (phase instanceof TaskEntry.Phase.Running running) {
            lease(taskId, task, running.lease());
        } else if (phase instanceof TaskEntry.Phase.Waiting waiting) {
            dependencies(taskId, task, waiting);
        }
    }

    private void rate(@Nullable String rateKey) {
        if (rateKey != null) {
            Key.OfRate key = new Key.OfRate(step.pool, rateKey);
            RateEntry rate = Objects.requireNonNullElse(step.state.get(key), RateEntry.FULL);
            step.setTimer(step.now(), TimerKind.RATE, rateKey);
            step.state.put(key, new RateEntry(rate.tat(), step.now()));
        }
    }

    private void lease(String taskId, TaskEntry.Live task, TaskEntry.Lease lease) {
        TaskEntry.Stop stop = lease.stop();
        if (stop != null) {
            step.setTimer(stop.graceEndsAt(), TimerKind.STOP_GRACE, taskId);
        } else {
            step.setTimer(lease.timeoutAt(), TimerKind.ATTEMPT_TIMEOUT, taskId);
        }
        Key.OfLease key = new Key.OfLease(step.pool, lease.workerId(), lease.leaseId());
        if (step.state.get(key) == null) {
            // Command 0: its worker has had every chance to take it, so it holds it or has lost it.
            step.state.put(
                    key,
                    new LeaseEntry(
                            lease.workerId(),
                            lease.leaseId(),
                            taskId,
                            task.spec().getRole(),
                            0,
                            lease.assignedAt(),
                            Requirements.of(task.spec()).resources(),
                            0));
            WorkerEntry worker = step.worker(lease.workerId());
            if (worker != null) {
                recount(worker);
            }
        }
    }

    private void dependencies(String taskId, TaskEntry.Live task, TaskEntry.Phase.Waiting waiting) {
        int open = 0;
        for (String id : new LinkedHashSet<>(task.spec().getDependsOn())) {
            open += step.liveTask(id) == null ? 0 : 1;
        }
        if (open == 0) {
            Queue.enqueue(step, taskId, task);
        } else if (open != waiting.open()) {
            step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Waiting(open)));
        }
    }

    private void workflow(String workflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        if (workflow == null) {
            return;
        }
        int open = 0;
        for (String taskId : workflow.taskIds()) {
            open += step.liveTask(taskId) == null ? 0 : 1;
        }
        if (open == 0) {
            endings.finish(workflowId, workflow);
        } else if (open != workflow.open()) {
            step.state.put(new Key.OfWorkflow(step.pool, workflowId), workflow.withOpen(open));
        }
    }

    private void worker(String workerId) {
        WorkerEntry worker = step.worker(workerId);
        if (worker == null) {
            return;
        }
        boolean watched =
                step.state.get(new Key.OfTimer(step.pool, worker.silentTimerAt(), TimerKind.WORKER_SILENT, workerId))
                        != null;
        if (!watched && worker.state() != io.sweaifleet.schemas.worker.WorkerState.OFFLINE) {
            long at = step.now() + step.rules.leaseMs() + step.rules.leaseGraceMs();
            step.setTimer(at, TimerKind.WORKER_SILENT, workerId);
            worker = worker.withSilentTimerAt(at);
            step.state.put(new Key.OfWorker(step.pool, workerId), worker);
        }
        recount(worker);
    }

    private void stalePlace(Key.OfReady place) {
        // A repair before this one may have put somebody there.
        if (!Checkup.stands(step, place)) {
            step.state.delete(place);
        }
    }

    private void staleLease(Key.OfLease key) {
        step.state.delete(key);
        WorkerEntry worker = step.worker(key.workerId());
        if (worker != null) {
            recount(worker);
        }
    }

    /** Counts the leases of a worker again, by role, and what they take. */
    private void recount(WorkerEntry worker) {
        TreeMap<String, Integer> held = new TreeMap<>();
        Resources used = Resources.NONE;
        for (LeaseEntry lease : step.state.leases(step.pool, worker.workerId())) {
            held.merge(lease.role(), 1, Integer::sum);
            used = used.plus(lease.resources());
        }
        WorkerEntry counted = worker.recounted(held, used);
        if (!counted.equals(worker)) {
            step.state.put(new Key.OfWorker(step.pool, worker.workerId()), counted);
        }
    }

    private void schedule(String scheduleId) {
        Key.OfSchedule key = new Key.OfSchedule(step.pool, scheduleId);
        ScheduleEntry schedule = step.state.get(key);
        if (schedule != null && schedule.next() != FiringTimes.NONE) {
            long at = Math.max(step.now(), FiringTimes.of(schedule.spec()).dueAt(schedule.next()));
            if (schedule.timerAt() != 0) {
                step.dropTimer(schedule.timerAt(), TimerKind.SCHEDULE, scheduleId);
            }
            step.setTimer(at, TimerKind.SCHEDULE, scheduleId);
            step.state.put(key, schedule.withTimerAt(at));
        }
    }
}
