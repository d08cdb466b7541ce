package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.worker.WorkerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What always holds of a pool's state: whatever has not ended has something that will take it further. A task waits for others, or
 * stands in a queue, or has a timer, or a lease.
 */
public final class Invariants {

    private final StateView state;
    private final String pool;

    /**
     * @param state what is checked
     * @param pool whose state it is
     */
    public Invariants(StateView state, String pool) {
        this.state = state;
        this.pool = pool;
    }

    /** What is wrong with a task; empty when nothing is. */
    public List<String> ofTask(String taskId, TaskEntry.Live task) {
        List<String> wrong = new ArrayList<>();
        if (!(state.get(new Key.OfWorkflow(pool, task.workflowId())) instanceof WorkflowEntry.Live workflow)) {
            wrong.add("its workflow " + task.workflowId() + " is not under way");
        } else if (!workflow.taskIds().contains(taskId)) {
            wrong.add("its workflow " + task.workflowId() + " does not list it");
        }
        String phase = ofPhase(taskId, task);
        if (phase != null) {
            wrong.add(phase);
        }
        return wrong;
    }

    private @Nullable String ofPhase(String taskId, TaskEntry.Live task) {
        TaskEntry.Phase phase = task.phase();
        if (phase instanceof TaskEntry.Phase.Waiting waiting) {
            long open = new LinkedHashSet<>(task.spec().getDependsOn())
                    .stream()
                            .filter(id -> state.get(new Key.OfTask(pool, id)) instanceof TaskEntry.Live)
                            .count();
            return open == waiting.open() && open > 0
                    ? null
                    : "it waits for " + waiting.open() + " tasks, of which " + open + " have not ended";
        }
        if (phase instanceof TaskEntry.Phase.Backoff backoff) {
            return isSet(backoff.dueAt(), TimerKind.RETRY, taskId) ? null : "no timer queues it again";
        }
        if (phase instanceof TaskEntry.Phase.Running running) {
            return ofLease(taskId, running.lease());
        }
        if (phase instanceof TaskEntry.Phase.Asking asking) {
            return asking.dueAt() == 0 || isSet(asking.dueAt(), TimerKind.ANSWER_DUE, taskId)
                    ? null
                    : "no timer ends its waiting for an answer";
        }
        if (phase instanceof TaskEntry.Phase.Parent parent) {
            return ofOthers(taskId, parent);
        }
        Key.OfReady place = Queue.placeOf(pool, taskId, task);
        if (place == null || state.get(place) == null) {
            return "it stands in no queue";
        }
        String rateKey = Rates.keyOf(place.queue());
        if (rateKey != null) {
            RateEntry rate = state.get(new Key.OfRate(pool, rateKey));
            return rate != null && isSet(rate.timerAt(), TimerKind.RATE, rateKey)
                    ? null
                    : "no timer lets it through the rate of key " + rateKey;
        }
        String tenant = Budgets.tenantOf(place.queue());
        if (tenant != null) {
            String scope = new BudgetScope(BudgetScope.Kind.TENANT, tenant).name();
            MeterEntry meter = state.get(new Key.OfMeter(pool, scope));
            return meter != null && isSet(meter.timerAt(), TimerKind.BUDGET, scope)
                    ? null
                    : "no timer lets it through the budget of tenant " + tenant;
        }
        if (phase instanceof TaskEntry.Phase.Ready) {
            Lane lane = Lane.of(task.spec());
            Key.OfTurn turn =
                    new Key.OfTurn(pool, lane.name(), Texts.tenant(task.spec().getTenant()));
            if (!lane.isPlain() && state.get(new Key.OfLane(pool, lane.role(), lane.digest())) == null) {
                return "nobody looks at what it requires";
            }
            return state.get(turn) == null ? "its tenant never has its turn" : null;
        }
        return null;
    }

    /** A task that began others goes on when they end. */
    private @Nullable String ofOthers(String taskId, TaskEntry.Phase.Parent parent) {
        if (parent instanceof TaskEntry.Phase.Items items) {
            int open = 0;
            for (int number = 0; number < items.next(); number++) {
                open += isLive(TaskIds.ofChild(taskId, number)) ? 1 : 0;
            }
            boolean goesOn = open > 0 || isSet(items.growAt(), TimerKind.ITEMS_REST, taskId);
            return open == items.open() && goesOn
                    ? null
                    : "it waits for " + items.open() + " items, of which " + open + " have not ended";
        } else if (parent instanceof TaskEntry.Phase.Iterations iterations) {
            return isLive(TaskIds.ofChild(taskId, iterations.number()))
                    ? null
                    : "its iteration " + iterations.number() + " is not under way";
        } else if (parent instanceof TaskEntry.Phase.Calling calling && !calling.hasBegun()) {
            return isSet(calling.dueAt(), TimerKind.CALL, taskId) ? null : "no timer begins its workflow";
        }
        boolean under = state.get(new Key.OfWorkflow(pool, taskId)) instanceof WorkflowEntry.Live live
                && live.run() != null
                && live.run().parentTaskId().equals(taskId);
        return under ? null : "its workflow is not under way";
    }

    private boolean isLive(String taskId) {
        return state.get(new Key.OfTask(pool, taskId)) instanceof TaskEntry.Live;
    }

    private @Nullable String ofLease(String taskId, TaskEntry.Lease lease) {
        LeaseEntry entry = state.get(new Key.OfLease(pool, lease.workerId(), lease.leaseId()));
        if (entry == null || !entry.taskId().equals(taskId)) {
            return "its lease " + lease.leaseId() + " is not worker " + lease.workerId() + "'s";
        }
        TaskEntry.Stop stop = lease.stop();
        boolean ends = isSet(lease.timeoutAt(), TimerKind.ATTEMPT_TIMEOUT, taskId)
                || (stop != null && isSet(stop.graceEndsAt(), TimerKind.STOP_GRACE, taskId));
        return ends ? null : "no timer ends its attempt";
    }

    /** What is wrong with a workflow; empty when nothing is. */
    public List<String> ofWorkflow(String workflowId, WorkflowEntry.Live workflow) {
        RunEntry run = workflow.run() == null ? null : state.get(new Key.OfRun(pool, workflowId));
        if (workflow.run() != null && run == null) {
            return List.of("it is a run, but nothing is known of what it was asked for");
        }
        if (run != null && workflow.taskIds().isEmpty()) {
            return isSet(run.lookAt(), TimerKind.RUN_ASKED, workflowId)
                    ? List.of()
                    : List.of("no timer looks for its definition");
        }
        long open = workflow.taskIds().stream()
                .filter(id -> state.get(new Key.OfTask(pool, id)) instanceof TaskEntry.Live)
                .count();
        return open == workflow.open() && open > 0
                ? List.of()
                : List.of("it waits for " + workflow.open() + " tasks, of which " + open + " have not ended");
    }

    /** What is wrong with a worker; empty when nothing is. */
    public List<String> ofWorker(WorkerEntry worker) {
        List<String> wrong = new ArrayList<>();
        if (worker.state() != WorkerState.OFFLINE
                && !isSet(worker.silentTimerAt(), TimerKind.WORKER_SILENT, worker.workerId())) {
            wrong.add("no timer looks for its silence");
        }
        Map<String, Integer> held = new HashMap<>();
        Resources used = Resources.NONE;
        for (LeaseEntry lease : state.leases(pool, worker.workerId())) {
            held.merge(lease.role(), 1, Integer::sum);
            used = used.plus(lease.resources());
        }
        if (!used.equals(worker.used())) {
            wrong.add("it is counted with " + worker.used() + " in use, but its leases take " + used);
        }
        if (!held.equals(worker.held())) {
            wrong.add("it is counted with leases " + worker.held() + ", but has " + held);
        }
        return wrong;
    }

    private boolean isSet(long dueAt, TimerKind kind, String id) {
        return state.get(new Key.OfTimer(pool, dueAt, kind, id)) != null;
    }
}
