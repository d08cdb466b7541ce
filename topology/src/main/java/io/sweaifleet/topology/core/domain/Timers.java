package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What happens when a timer is due. A timer whose reason has gone does nothing. */
final class Timers {

    /** Tasks that one step refuses, fewer than a step sees of a queue; the rest follows by a timer that is due at once. */
    private static final int REFUSALS_PER_STEP = 300;

    private final Step step;
    private final Endings endings;

    Timers(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    void on(Key.OfTimer timer) {
        on(timer, false);
    }

    /** A timer that takes something as lost, after its {@link Markers} have come back. */
    void confirmed(Key.OfTimer timer) {
        on(timer, true);
    }

    private void on(Key.OfTimer timer, boolean confirmed) {
        step.state.delete(timer);
        switch (timer.kind()) {
            case RETRY -> retry(timer);
            case DEADLINE, START_DEADLINE, FINISH_DEADLINE -> Deadlines.onTimer(step, endings, timer, confirmed);
            case ATTEMPT_TIMEOUT -> attemptTimeout(timer, confirmed);
            case STOP_GRACE -> stopGrace(timer, confirmed);
            case DEFINITION_GRACE -> definitionGrace(timer.id());
            case WORKER_SILENT -> new Workers(step, endings).onSilentTimer(timer, confirmed);
            case FORGET_WORKER -> new Workers(step, endings).onForgetTimer(timer.id());
            case FORGET_WORKFLOW -> forgetWorkflow(timer.id());
            case FORGET_CONTROL -> forgetControl(timer.id());
            case ROLE_REMOVED -> roleRemoved(timer.id());
            case CANCEL_REST -> new Controls(step, endings).onTimer(timer.id());
            case RELEASE_REST -> Gates.release(step, timer.id());
            case RATE -> Rates.onTimer(step, timer);
            case SWEEP -> new Sweeper(step, endings).onTimer(timer);
            case SCHEDULE -> new Schedules(step, endings).onTimer(timer);
            case BUDGET -> new Budgets(step, endings).onTimer(timer);
            case RUN_ASKED -> new Runs(step, endings).onAskedTimer(timer);
            case ANSWER_DUE -> endings.steps().answers().onTimer(timer);
            case ITEMS_REST -> endings.steps().items().onTimer(timer);
            case CALL -> endings.steps().calls().onTimer(timer);
            case ASK_DUE -> new Asks(step).onTimer(timer);
            case HALT_REST -> endings.steps().haltRest(timer.id());
        }
    }

    private void retry(Key.OfTimer timer) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task != null
                && task.phase() instanceof TaskEntry.Phase.Backoff backoff
                && backoff.dueAt() == timer.dueAt()) {
            step.blamed = task.workflowId();
            Queue.enqueue(step, timer.id(), task);
        }
    }

    private void attemptTimeout(Key.OfTimer timer, boolean confirmed) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task == null
                || !(task.phase() instanceof TaskEntry.Phase.Running running)
                || running.lease().timeoutAt() != timer.dueAt()
                || running.lease().stop() != null) {
            return;
        }
        step.blamed = task.workflowId();
        TaskEntry.Lease lease = running.lease();
        long dueAt = Math.max(timeoutOf(task, lease), step.judgesFrom());
        if (dueAt > step.now()) {
            step.setTimer(dueAt, TimerKind.ATTEMPT_TIMEOUT, timer.id());
            step.putTask(timer.id(), task.withPhase(new TaskEntry.Phase.Running(lease.timingOutAt(dueAt))));
            return;
        }
        if (!confirmed) {
            long again = Markers.ask(step, timer);
            step.putTask(timer.id(), task.withPhase(new TaskEntry.Phase.Running(lease.timingOutAt(again))));
            return;
        }
        long timeoutMs = Dispatcher.timeoutMs(step, task);
        Failure failure = Failures.transientOne(
                "ATTEMPT_TIMEOUT",
                "Attempt " + lease.number() + " of task " + timer.id()
                        + (lease.startedAt() == 0
                                ? " did not start in time"
                                : " took longer than " + timeoutMs + " ms"),
                "Raise the task's attemptTimeoutMs, or that of role "
                        + task.spec().getRole());
        Leases.stop(step, timer.id(), task, lease, TaskEntry.StopReason.ATTEMPT_TIMEOUT, failure);
    }

    /** The time of an attempt counts from its start; before, it may wait for the attempts its agent has to do first. */
    private long timeoutOf(TaskEntry.Live task, TaskEntry.Lease lease) {
        LeaseEntry entry = step.state.get(new Key.OfLease(step.pool, lease.workerId(), lease.leaseId()));
        long timeoutMs = Dispatcher.timeoutMs(step, task);
        long frozenMs = entry == null ? 0 : entry.frozenMs();
        if (lease.startedAt() != 0) {
            return lease.startedAt() + timeoutMs + frozenMs + Dispatcher.TIMEOUT_SLACK_MS;
        }
        RoleEntry role = step.state.get(new Key.OfRole(task.spec().getRole()));
        int queued = role == null ? 1 : role.slotsPerAgent();
        return lease.assignedAt() + timeoutMs * Math.max(2, queued) + frozenMs + Dispatcher.TIMEOUT_SLACK_MS;
    }

    private void stopGrace(Key.OfTimer timer, boolean confirmed) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Running running)) {
            return;
        }
        TaskEntry.Lease lease = running.lease();
        TaskEntry.Stop stop = lease.stop();
        if (stop == null || stop.graceEndsAt() != timer.dueAt()) {
            return;
        }
        step.blamed = task.workflowId();
        if (!confirmed) {
            TaskEntry.Lease waiting =
                    lease.stopping(new TaskEntry.Stop(stop.reason(), stop.failure(), Markers.ask(step, timer)));
            step.putTask(timer.id(), task.withPhase(new TaskEntry.Phase.Running(waiting)));
            return;
        }
        Leases.lose(
                step,
                endings,
                timer.id(),
                lease.leaseId(),
                Failures.agent(
                        "DID_NOT_STOP",
                        "Worker " + lease.workerId() + " was told to stop task " + timer.id()
                                + " and did not say that it had in " + Leases.stopGraceMs(step.rules) + " ms",
                        "See the worker's log"));
    }

    /** Tasks that wait for others or for a retry are asked for their role again when they are queued. */
    private void roleRemoved(String role) {
        Turns turns = new Turns(step);
        for (int refused = 0; refused < REFUSALS_PER_STEP && step.hasRoom(); refused++) {
            Turns.Next next = turns.next(Lane.of(step, role));
            if (turns.isSpent()) {
                break;
            }
            if (next == null || step.roleIsKnown(role)) {
                return;
            }
            definitionGrace(next.task().taskId());
        }
        step.setTimer(step.now(), TimerKind.ROLE_REMOVED, role);
    }

    private void definitionGrace(String taskId) {
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null || task.phase() instanceof TaskEntry.Phase.Running) {
            return;
        }
        step.blamed = task.workflowId();
        String role = task.spec().getRole();
        if (role.isEmpty() && step.declared != null) {
            return;
        }
        Failure failure;
        if (step.declared == null) {
            failure = Failures.permanent(
                    "UNKNOWN_POOL",
                    "Pool " + step.pool + " of task " + taskId + " is not declared",
                    "Declare it on fleet.pools, or submit to a declared pool such as default",
                    "pool",
                    step.pool);
        } else if (!step.roleIsKnown(role)) {
            List<String> known = new ArrayList<>(step.state.roles());
            Collections.sort(known);
            failure = Failures.permanent(
                    "UNKNOWN_ROLE",
                    "Role " + role + " of task " + taskId + " is not defined; known roles: "
                            + (known.isEmpty() ? "none" : String.join(", ", known)),
                    "Define the role on fleet.roles (fleet roles apply), or correct its name",
                    "role",
                    role);
        } else {
            return;
        }
        TaskStatus status = task.attempts().isEmpty() ? TaskStatus.REJECTED : TaskStatus.FAILED;
        endings.end(taskId, task, status, failure, null);
    }

    private void forgetWorkflow(String workflowId) {
        Key.OfWorkflow key = new Key.OfWorkflow(step.pool, workflowId);
        if (step.state.get(key) instanceof WorkflowEntry.Ended ended) {
            int left = ended.taskIds().size();
            for (; left > 0 && step.hasRoom(); left--) {
                String taskId = ended.taskIds().get(left - 1);
                step.state.delete(new Key.OfTask(step.pool, taskId));
                forgetPause(Gates.ofTask(taskId));
            }
            if (left > 0) {
                // The workflow stays until all of its tasks are gone: it answers repetitions.
                step.state.put(key, ended.withFirst(left));
                step.setTimer(step.now(), TimerKind.FORGET_WORKFLOW, workflowId);
                return;
            }
            forgetPause(Gates.ofWorkflow(workflowId));
            step.state.delete(key);
        }
    }

    private void forgetPause(String gate) {
        Key.OfPause pause = new Key.OfPause(step.pool, gate);
        if (step.state.get(pause) != null) {
            step.state.delete(pause);
        }
    }

    private void forgetControl(String controlId) {
        Key.OfControl key = new Key.OfControl(step.pool, controlId);
        TakenControl taken = step.state.get(key);
        if (taken == null) {
            return;
        }
        step.state.delete(key);
        endings.steps().answers().forget(taken, controlId);
        Key.OfEarlyControl early = new Key.OfEarlyControl(step.pool, taken.workflowId(), taken.taskId());
        EarlyControl kept = step.state.get(early);
        if (kept != null && kept.controlId().equals(controlId)) {
            step.state.delete(early);
        }
    }
}
