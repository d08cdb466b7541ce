package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.Waiting.Reason;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a task that has not started does not run.
 *
 * <p>Every reason that holds now is given: first what the task waits for by itself (tasks, a moment), then pauses, its
 * concurrency key, its rate, its tenant's budget, definitions that are missing, and last, for a queued task, the lack of a worker, slot or resource. That order is
 * the one in which they have to go.
 */
public final class WhyWaiting {

    /** Places at the front of a queue that are numbered; further behind, to count would cost more than it tells. */
    static final int NUMBERED_PLACES = 1_000;

    private static final int NAMED_ITEMS = 10;

    private final StateView state;
    private final String pool;

    /**
     * @param state what is asked
     * @param pool whose tasks are explained
     */
    public WhyWaiting(StateView state, String pool) {
        this.state = state;
        this.pool = pool;
    }

    /** The reasons; none for a task whose attempt has begun. */
    public List<Waiting> of(String taskId, TaskEntry.Live task) {
        if (task.phase() instanceof TaskEntry.Phase.Running running) {
            return running.lease().startedAt() != 0 ? List.of() : List.of(agentBusy(running.lease()));
        }
        if (task.phase() instanceof TaskEntry.Phase.Asking asking) {
            return List.of(answer(taskId, task, asking));
        } else if (task.phase() instanceof TaskEntry.Phase.Parent parent) {
            return List.of(others(taskId, parent));
        }
        List<Waiting> reasons = new ArrayList<>();
        if (task.phase() instanceof TaskEntry.Phase.Waiting) {
            dependencies(task.spec()).ifPresent(reasons::add);
        } else if (task.phase() instanceof TaskEntry.Phase.Backoff backoff) {
            reasons.add(moment(task, backoff.dueAt()));
        }
        pauses(taskId, task, reasons);
        if (task.phase() instanceof TaskEntry.Phase.Ready || task.phase() instanceof TaskEntry.Phase.Held) {
            key(task.spec()).ifPresent(reasons::add);
        }
        String rateKey = task.phase() instanceof TaskEntry.Phase.Held held ? Rates.keyOf(held.gate()) : null;
        if (rateKey != null) {
            reasons.add(rate(rateKey));
        }
        String tenant = task.phase() instanceof TaskEntry.Phase.Held held ? Budgets.tenantOf(held.gate()) : null;
        if (tenant != null) {
            reasons.add(budget(tenant));
        }
        String role = task.spec().getRole();
        if (!role.isEmpty()) {
            definitions(role).ifPresent(reasons::add);
        }
        Key.OfReady place = Queue.placeOf(pool, taskId, task);
        if (place != null && task.phase() instanceof TaskEntry.Phase.Ready) {
            capacity(task.spec(), place).ifPresent(reasons::add);
        }
        return reasons.isEmpty()
                ? List.of(new Waiting(Reason.NEXT, "is about to be given to a worker", List.of(), null))
                : reasons;
    }

    private Waiting answer(String taskId, TaskEntry.Live task, TaskEntry.Phase.Asking asking) {
        Instant until = asking.dueAt() == 0 ? null : Instant.ofEpochMilli(asking.dueAt());
        Optional<WorkflowStep> step = stepOf(task);
        SignalStep signal = step.map(WorkflowStep::getSignal).orElse(null);
        if (signal != null) {
            return new Waiting(Reason.SIGNAL, "waits for signal " + signal.getName(), List.of(signal.getName()), until);
        }
        ApprovalStep approval = step.map(WorkflowStep::getApproval).orElse(null);
        String prompt = Texts.orEmpty(task.spec().getInstructions());
        return new Waiting(
                Reason.APPROVAL,
                approval == null ? "asks for approval" : Answers.asked(approval, prompt),
                approval == null ? List.of(taskId) : approval.getApprovers(),
                until);
    }

    private Optional<WorkflowStep> stepOf(TaskEntry.Live task) {
        RunLink link = state.get(new Key.OfWorkflow(pool, task.workflowId())) instanceof WorkflowEntry.Live live
                ? live.run()
                : null;
        WorkflowDefinition definition =
                link == null ? null : state.get(new Key.OfDefinitionVersion(link.definition(), link.version()));
        Position position = task.position();
        return definition == null || position == null
                ? Optional.empty()
                : definition.getSteps().stream()
                        .filter(step -> step.getId().equals(position.step()))
                        .findFirst();
    }

    /** What a task that began others waits for: their ends. */
    private Waiting others(String taskId, TaskEntry.Phase.Parent parent) {
        if (parent instanceof TaskEntry.Phase.Items items) {
            List<String> open = new ArrayList<>();
            for (int number = 0; number < items.next() && open.size() < NAMED_ITEMS; number++) {
                String itemId = TaskIds.ofChild(taskId, number);
                if (state.get(new Key.OfTask(pool, itemId)) instanceof TaskEntry.Live) {
                    open.add(itemId);
                }
            }
            return new Waiting(
                    Reason.ITEMS,
                    (items.next() - items.open()) + " of " + items.total() + " items have ended, " + items.open()
                            + " are under way",
                    open,
                    null);
        } else if (parent instanceof TaskEntry.Phase.Iterations iterations) {
            String iterationId = TaskIds.ofChild(taskId, iterations.number());
            return new Waiting(
                    Reason.ITERATION,
                    "iteration " + iterations.number() + " is under way: task " + iterationId,
                    List.of(iterationId),
                    null);
        }
        boolean begun = parent instanceof TaskEntry.Phase.Calling calling && calling.hasBegun();
        return new Waiting(
                Reason.WORKFLOW,
                (begun ? "waits for workflow " : "is about to begin workflow ") + taskId,
                List.of(taskId),
                null);
    }

    /** Why nothing of a role may be given to workers, in words; empty when nothing forbids it. */
    public Optional<String> blocked(String role) {
        for (String gate : List.of(Gates.POOL, Gates.ofRole(role))) {
            Optional<Waiting> pause = pause(gate);
            if (pause.isPresent()) {
                return pause.map(Waiting::message);
            }
        }
        Optional<Waiting> missing = definitions(role);
        if (missing.isPresent()) {
            return missing.map(Waiting::message);
        }
        return Capacity.of(state.workers(pool), role).workers() == 0 ? Optional.of(noWorker(role)) : Optional.empty();
    }

    /** What a gate holds its tasks for, in words and by kind. */
    public Waiting atGate(String gate) {
        String key = Gates.keyOf(gate);
        if (key != null && !holders(key).taskIds().isEmpty()) {
            return keyInUse(key);
        }
        String rateKey = Rates.keyOf(gate);
        if (rateKey != null) {
            return rate(rateKey);
        }
        String tenant = Budgets.tenantOf(gate);
        if (tenant != null) {
            return budget(tenant);
        }
        return pause(gate).orElseGet(() -> letThrough(gate));
    }

    private Waiting budget(String tenant) {
        PoolEntry rules = Objects.requireNonNullElse(state.get(new Key.OfPool(pool)), PoolEntry.UNDECLARED);
        String scope = new BudgetScope(BudgetScope.Kind.TENANT, tenant).name();
        Budgets.Held held = Budgets.held(rules, tenant, state.get(new Key.OfMeter(pool, scope)));
        return held == null
                ? letThrough(tenant)
                : new Waiting(Reason.BUDGET, held.message(), List.of(tenant), Instant.ofEpochMilli(held.until()));
    }

    private Waiting rate(String rateKey) {
        PoolEntry rules = Objects.requireNonNullElse(state.get(new Key.OfPool(pool)), PoolEntry.UNDECLARED);
        RateLimit limit = rules.rateOf(rateKey);
        RateEntry entry = state.get(new Key.OfRate(pool, rateKey));
        if (limit == null || entry == null) {
            return letThrough(rateKey);
        }
        long next = limit.nextAt(entry.tat());
        return new Waiting(Reason.RATE, Rates.nextAt(rateKey, next), List.of(rateKey), Instant.ofEpochMilli(next));
    }

    private static Waiting letThrough(String by) {
        return new Waiting(Reason.NEXT, "about to be let through", List.of(by), null);
    }

    private Waiting keyInUse(String key) {
        Holders holders = holders(key);
        return new Waiting(Reason.CONCURRENCY_KEY, Gates.heldBy(key, holders), holders.taskIds(), null);
    }

    private static Waiting agentBusy(TaskEntry.Lease lease) {
        return new Waiting(
                Reason.AGENT_BUSY,
                "given to worker " + lease.workerId() + ", whose agent has not begun",
                List.of(lease.workerId()),
                null);
    }

    private Optional<Waiting> dependencies(TaskSubmitted spec) {
        List<String> open = new LinkedHashSet<>(spec.getDependsOn())
                .stream()
                        .filter(id -> state.get(new Key.OfTask(pool, id)) instanceof TaskEntry.Live)
                        .toList();
        return open.isEmpty()
                ? Optional.empty()
                : Optional.of(new Waiting(Reason.DEPENDENCY, "waits for " + Gates.some(open), open, null));
    }

    private static Waiting moment(TaskEntry.Live task, long dueAt) {
        Instant until = Instant.ofEpochMilli(dueAt);
        return task.attempts().isEmpty()
                ? new Waiting(Reason.NOT_BEFORE, "not before " + until, List.of(), until)
                : new Waiting(
                        Reason.RETRY,
                        "attempt " + (task.attempts().size() + 1) + " not before " + until,
                        List.of(),
                        until);
    }

    private void pauses(String taskId, TaskEntry.Live task, List<Waiting> reasons) {
        pause(Gates.POOL).ifPresent(reasons::add);
        pause(Gates.ofRole(task.spec().getRole())).ifPresent(reasons::add);
        for (String gate : Gates.gatesOf(state::get, pool, taskId, task)) {
            pause(gate).ifPresent(reasons::add);
        }
    }

    private Optional<Waiting> pause(String gate) {
        EarlyControl pause = state.get(new Key.OfPause(pool, gate));
        return pause == null
                ? Optional.empty()
                : Optional.of(new Waiting(Reason.PAUSED, Gates.pausedBy(pause, gate), List.of(gate), null));
    }

    private Optional<Waiting> key(TaskSubmitted spec) {
        String key = spec.getConcurrencyKey();
        if (key == null || holders(key).taskIds().size() < spec.getConcurrencyLimit()) {
            return Optional.empty();
        }
        return Optional.of(keyInUse(key));
    }

    private Holders holders(String key) {
        return Objects.requireNonNullElse(state.get(new Key.OfHolders(pool, key)), Holders.NONE);
    }

    private Optional<Waiting> definitions(String role) {
        if (state.get(new Key.OfPool(pool)) == null) {
            return Optional.of(new Waiting(
                    Reason.UNKNOWN_POOL,
                    "pool " + pool + " is not declared; the task is refused unless it soon is",
                    List.of(pool),
                    null));
        }
        if (state.get(new Key.OfRole(role)) == null) {
            return Optional.of(new Waiting(
                    Reason.UNKNOWN_ROLE,
                    "role " + role + " is not defined; the task is refused unless it soon is",
                    List.of(role),
                    null));
        }
        return Optional.empty();
    }

    private Optional<Waiting> capacity(TaskSubmitted spec, Key.OfReady place) {
        String role = spec.getRole();
        Requirements required = Requirements.of(spec);
        if (Capacity.of(state.workers(pool), role).workers() == 0) {
            return Optional.of(new Waiting(Reason.NO_WORKER, noWorker(role), List.of(role), null));
        }
        Matching matching = new Matching(state.workers(pool), role, required);
        Capacity capacity = Capacity.of(state.workers(pool), role, required);
        if (capacity.workers() == 0) {
            return Optional.of(new Waiting(Reason.NO_MATCHING_WORKER, matching.missing(), List.of(role), null));
        }
        if (capacity.free() > 0) {
            return matching.occupied(Lane.of(spec));
        }
        String some = required.equals(Requirements.NONE) ? "" : " at the workers that have what it requires";
        String used = capacity.inUse() >= capacity.slots()
                ? "all slots of role " + role + some + " are in use (" + capacity.inUse() + " of " + capacity.slots()
                        + ")"
                : "the workers of role " + role + " are full: " + capacity.inUse() + " of its " + capacity.slots()
                        + " slots" + some + " are in use, other roles take the rest";
        Integer number = numberOf(place);
        return Optional.of(new Waiting(
                Reason.NO_FREE_SLOT,
                number == null ? used : used + "; number " + number + " in the queue",
                List.of(role),
                null));
    }

    private static String noWorker(String role) {
        return "no worker that is online offers role " + role;
    }

    private @Nullable Integer numberOf(Key.OfReady place) {
        Iterator<Key.OfReady> ahead = state.ready(pool, place.queue());
        for (int number = 1; number <= NUMBERED_PLACES && ahead.hasNext(); number++) {
            if (ahead.next().compareTo(place) >= 0) {
                return number;
            }
        }
        return null;
    }
}
