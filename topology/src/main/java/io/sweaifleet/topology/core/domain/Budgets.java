package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.topology.core.domain.Budget.Measure;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Budgets of tasks, workflows and tenants: what attempts use is counted, and work is stopped when it is used up.
 *
 * <p>Tokens and money are what agents report; an attempt is stopped with the report that shows that too much was used, so a budget
 * is exceeded by no more than one report of each attempt under way. Time is core's own, from when an agent started the attempt
 * until its end; a timer is set to when it is used up if as many attempts go on as run now.
 *
 * <p>What an attempt is counted for is decided when it is given to a worker; for one that has no budget nothing is read or written.
 */
final class Budgets {

    /** Within this time a changed budget of a tenant is applied to what already waits, in ms. */
    static final long RECHECK_MS = 60_000;

    private static final String GATE = "budget:";

    /** Bit of what was told: that a budget is used up. The others are of {@link Measure#bit}. */
    private static final int ENDED = 1 << Measure.values().length;

    private final Step step;
    private final Endings endings;

    Budgets(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    // ---------------------------------------------------------------------------------------------- attempts

    /** What an attempt is to be counted for, as bits of {@link BudgetScope.Kind}. */
    static int metersOf(Step step, TaskEntry.Live task) {
        WorkflowEntry.Live payer = step.liveWorkflow(BudgetScope.payer(step, task.workflowId()));
        return (Budget.of(task.spec().getBudget()) == null ? 0 : BudgetScope.Kind.TASK.bit())
                | (payer == null || payer.budget() == null ? 0 : BudgetScope.Kind.WORKFLOW.bit())
                | (step.rules.rulesOf(Texts.tenant(task.spec().getTenant())).budget() == null
                        ? 0
                        : BudgetScope.Kind.TENANT.bit());
    }

    /** The tokens and the money that an attempt may use at most: the least that is left; null when neither is limited. */
    static io.sweaifleet.schemas.common.@Nullable Budget left(
            Step step, String taskId, TaskEntry.Live task, int metered) {
        long tokens = Long.MAX_VALUE;
        long cost = Long.MAX_VALUE;
        for (BudgetScope scope : BudgetScope.of(step, metered, taskId, task)) {
            Budget budget = scope.budget(step);
            if (budget != null) {
                MeterEntry meter = now(step, scope);
                tokens = Math.min(tokens, budget.left(Measure.TOKENS, meter));
                cost = Math.min(cost, budget.left(Measure.COST, meter));
            }
        }
        return tokens == Long.MAX_VALUE && cost == Long.MAX_VALUE
                ? null
                : new io.sweaifleet.schemas.common.Budget(
                        null, tokens == Long.MAX_VALUE ? null : tokens, cost == Long.MAX_VALUE ? null : cost);
    }

    /** An agent has started an attempt: its time counts from now on. */
    void started(String taskId, TaskEntry.Live task, TaskEntry.Lease lease) {
        for (BudgetScope scope : BudgetScope.of(step, lease.metered(), taskId, task)) {
            judge(scope, now(step, scope).withRunning(1), true);
        }
    }

    /**
     * An agent told what its attempt has used so far.
     *
     * @return the lease that remembers that it was counted
     */
    TaskEntry.Lease used(String taskId, TaskEntry.Live task, TaskEntry.Lease lease, @Nullable Usage usage) {
        if (lease.metered() == 0 || usage == null) {
            return lease;
        }
        long tokens = Math.max(lease.tokens(), usage.getInputTokens() + usage.getOutputTokens());
        long cost = Math.max(lease.costMicroUsd(), usage.getCostMicroUsd());
        if (tokens == lease.tokens() && cost == lease.costMicroUsd()) {
            return lease;
        }
        TaskEntry.Lease counted = lease.using(tokens, cost);
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(counted)));
        for (BudgetScope scope : BudgetScope.of(step, lease.metered(), taskId, task)) {
            judge(scope, now(step, scope).plus(tokens - lease.tokens(), cost - lease.costMicroUsd()), false);
        }
        return counted;
    }

    /** An attempt is over. What it used is judged when its end was told; here its time ends. */
    static void left(Step step, String taskId, TaskEntry.Live task, TaskEntry.Lease lease) {
        if (lease.startedAt() == 0) {
            return;
        }
        for (BudgetScope scope : BudgetScope.of(step, lease.metered(), taskId, task)) {
            arm(step, scope, now(step, scope).withRunning(-1));
        }
    }

    /** A task or workflow has ended. */
    static void forget(Step step, BudgetScope scope) {
        Key.OfMeter key = new Key.OfMeter(step.pool, scope.name());
        MeterEntry meter = step.state.get(key);
        if (meter != null) {
            if (meter.timerAt() != 0) {
                step.dropTimer(meter.timerAt(), TimerKind.BUDGET, scope.name());
            }
            step.state.delete(key);
        }
    }

    // ---------------------------------------------------------------------------------------------- meters

    private static MeterEntry now(Step step, BudgetScope scope) {
        MeterEntry meter =
                Objects.requireNonNullElse(step.state.get(new Key.OfMeter(step.pool, scope.name())), MeterEntry.NONE);
        return meter.at(step.now(), step.moment.resumedAt(), scope.windowMs(step.rules));
    }

    /** Keeps a meter, and sets its timer to when something is to be done about it. */
    private static void arm(Step step, BudgetScope scope, MeterEntry meter) {
        long dueAt = dueAt(step, scope, meter);
        if (dueAt != meter.timerAt()) {
            if (meter.timerAt() != 0) {
                step.dropTimer(meter.timerAt(), TimerKind.BUDGET, scope.name());
            }
            if (dueAt != 0) {
                step.setTimer(dueAt, TimerKind.BUDGET, scope.name());
            }
        }
        step.state.put(new Key.OfMeter(step.pool, scope.name()), meter.withTimerAt(dueAt));
    }

    /** When the next limit of time is reached, or the window ends, or what waits is looked at again; 0 for never. */
    private static long dueAt(Step step, BudgetScope scope, MeterEntry meter) {
        long dueAt = Long.MAX_VALUE;
        Budget budget = scope.budget(step);
        if (budget != null && meter.running() > 0 && budget.wallMs() != null) {
            for (long limit : new long[] {budget.warningAt(Measure.WALL), budget.limit(Measure.WALL)}) {
                if (limit > meter.wallMs()) {
                    long each = (limit - meter.wallMs() + meter.running() - 1) / meter.running();
                    dueAt = Math.min(dueAt, step.now() + each);
                }
            }
        }
        if (scope.kind() == BudgetScope.Kind.TENANT) {
            dueAt = Math.min(dueAt, windowEnd(step, scope, meter));
            if (step.state.firstReady(step.pool, gateOf(scope.id())) != null) {
                dueAt = Math.min(dueAt, step.now() + RECHECK_MS);
            }
        }
        return dueAt == Long.MAX_VALUE ? 0 : dueAt;
    }

    private static long windowEnd(Step step, BudgetScope scope, MeterEntry meter) {
        return meter.windowStart() + scope.windowMs(step.rules);
    }

    /**
     * Looks at what was used: warns, or stops work.
     *
     * @param again whether work is to be stopped even though that was told before: there may be some that was not stopped
     */
    private void judge(BudgetScope scope, MeterEntry meter, boolean again) {
        Budget budget = scope.budget(step);
        if (budget == null) {
            arm(step, scope, meter);
            return;
        }
        MeterEntry judged = meter;
        for (Measure measure : Measure.values()) {
            boolean due = meter.used(measure) >= budget.warningAt(measure);
            if (due && !judged.hasTold(measure.bit())) {
                journal(TaskEventType.BUDGET_WARNING, scope)
                        .message(words(step, scope, budget, measure, meter) + " ("
                                + 100 * meter.used(measure) / budget.limit(measure) + " %)")
                        .add();
            }
            judged = judged.telling(measure.bit(), due);
        }
        Measure exhausted = budget.exhausted(meter);
        boolean news = exhausted != null && !judged.hasTold(ENDED);
        arm(step, scope, judged.telling(ENDED, exhausted != null));
        if (exhausted == null) {
            return;
        }
        Failure failure = failure(step, scope, budget, exhausted, meter);
        if (news) {
            journal(TaskEventType.BUDGET_EXCEEDED, scope)
                    .failure(failure)
                    .message(failure.getMessage())
                    .add();
        }
        if (news || again) {
            stop(scope, failure);
        }
    }

    private Step.Entry journal(TaskEventType type, BudgetScope scope) {
        TaskEntry.Live task = scope.kind() == BudgetScope.Kind.TASK ? step.liveTask(scope.id()) : null;
        if (task != null) {
            return step.journal(type, scope.id(), task.workflowId(), task.spec());
        }
        WorkflowEntry.Live workflow = scope.kind() == BudgetScope.Kind.WORKFLOW ? step.liveWorkflow(scope.id()) : null;
        return workflow == null
                ? step.journal(type, "", scope.id())
                : step.journal(type, scope.id(), workflow.tenant());
    }

    private static String words(Step step, BudgetScope scope, Budget budget, Measure measure, MeterEntry meter) {
        String what = scope.kind().word + " " + scope.id() + " has used " + meter.used(measure) + " of its budget of "
                + budget.limit(measure) + measure.unit;
        return scope.kind() == BudgetScope.Kind.TENANT
                ? what + " for the time from " + Instant.ofEpochMilli(meter.windowStart()) + " to "
                        + Instant.ofEpochMilli(windowEnd(step, scope, meter))
                : what;
    }

    private static Failure failure(Step step, BudgetScope scope, Budget budget, Measure measure, MeterEntry meter) {
        return Failures.permanent(
                "BUDGET_EXCEEDED",
                words(step, scope, budget, measure, meter),
                scope.kind() == BudgetScope.Kind.TENANT
                        ? "Raise the tenant's budget in the pool's definition (fleet pools apply), or submit it again with"
                                + " a new id in the next window"
                        : "Submit it again with a new id and a larger budget, or with less to do",
                "budget." + measure.field,
                String.valueOf(meter.used(measure)));
    }

    // ---------------------------------------------------------------------------------------------- stopping

    private void stop(BudgetScope scope, Failure failure) {
        switch (scope.kind()) {
            case TASK -> {
                TaskEntry.Live task = step.liveTask(scope.id());
                if (task != null && task.phase() instanceof TaskEntry.Phase.Running running && mayStop(running)) {
                    Leases.stop(step, scope.id(), task, running.lease(), TaskEntry.StopReason.BUDGET, failure);
                }
            }
            case WORKFLOW -> stopWorkflow(scope, failure);
            case TENANT -> stopTenant(scope, failure);
        }
    }

    private static boolean mayStop(TaskEntry.Phase.Running running) {
        TaskEntry.Stop stop = running.lease().stop();
        return stop == null || stop.reason() == TaskEntry.StopReason.ATTEMPT_TIMEOUT;
    }

    /** Stops what runs of a workflow, and ends the rest; a timer does what is too much for one step. */
    private void stopWorkflow(BudgetScope scope, Failure failure) {
        WorkflowEntry.Live workflow = step.liveWorkflow(scope.id());
        if (workflow == null) {
            return;
        }
        boolean all = stopEach(workflow, failure, phase -> phase instanceof TaskEntry.Phase.Running)
                // Before their children, of which they would begin others.
                && stopEach(workflow, failure, phase -> phase instanceof TaskEntry.Phase.Parent)
                && stopEach(workflow, failure, phase -> true);
        if (!all) {
            goOnAtOnce(scope);
        }
    }

    /**
     * Stops the tasks of a workflow that are in some phases, as far as there is room for it. What is being undone already is not
     * left half undone.
     *
     * @return whether none is left
     */
    private boolean stopEach(WorkflowEntry.Live workflow, Failure failure, Predicate<TaskEntry.Phase> chosen) {
        // Backwards, as a cancel does: nothing is queued that is about to end.
        for (int i = workflow.taskIds().size() - 1; i >= 0; i--) {
            String taskId = workflow.taskIds().get(i);
            TaskEntry.Live task = step.liveTask(taskId);
            if (task == null || !chosen.test(task.phase()) || Steps.isStopping(task)) {
                continue;
            }
            Position position = task.position();
            if (position != null && position.isCompensation()) {
                continue;
            }
            if (!step.hasRoom()) {
                return false;
            }
            if (task.phase() instanceof TaskEntry.Phase.Running running) {
                Leases.stop(step, taskId, task, running.lease(), TaskEntry.StopReason.BUDGET, failure);
            } else if (position == null) {
                endings.endAlone(taskId, task, TaskStatus.FAILED, failure);
            } else {
                endings.steps().stop(taskId, task, TaskStatus.FAILED, failure);
            }
        }
        return true;
    }

    /** Stops what runs of a tenant. */
    private void stopTenant(BudgetScope scope, Failure failure) {
        for (WorkerEntry worker : step.state.workers(step.pool)) {
            for (LeaseEntry lease : step.state.leases(step.pool, worker.workerId())) {
                TaskEntry.Live task = step.liveTask(lease.taskId());
                if (task != null
                        && task.phase() instanceof TaskEntry.Phase.Running running
                        && mayStop(running)
                        && Texts.tenant(task.spec().getTenant()).equals(scope.id())) {
                    if (!step.hasRoom()) {
                        goOnAtOnce(scope);
                        return;
                    }
                    Leases.stop(step, lease.taskId(), task, running.lease(), TaskEntry.StopReason.BUDGET, failure);
                }
            }
        }
    }

    private void goOnAtOnce(BudgetScope scope) {
        MeterEntry meter = step.state.get(new Key.OfMeter(step.pool, scope.name()));
        if (meter != null) {
            if (meter.timerAt() != 0) {
                step.dropTimer(meter.timerAt(), TimerKind.BUDGET, scope.name());
            }
            step.setTimer(step.now(), TimerKind.BUDGET, scope.name());
            step.state.put(new Key.OfMeter(step.pool, scope.name()), meter.withTimerAt(step.now()));
        }
    }

    /** The timer of a meter is due. */
    void onTimer(Key.OfTimer timer) {
        BudgetScope scope = BudgetScope.named(timer.id());
        MeterEntry kept = step.state.get(new Key.OfMeter(step.pool, scope.name()));
        if (kept == null || kept.timerAt() != timer.dueAt()) {
            return;
        }
        MeterEntry meter = now(step, scope).withTimerAt(0);
        Budget budget = scope.budget(step);
        if (scope.kind() == BudgetScope.Kind.TENANT && (budget == null || budget.exhausted(meter) == null)) {
            Gates.letThrough(step, gateOf(scope.id()), Gates.RELEASES_PER_STEP);
            if (step.state.firstReady(step.pool, gateOf(scope.id())) != null) {
                step.state.put(new Key.OfMeter(step.pool, scope.name()), meter);
                goOnAtOnce(scope);
                return;
            }
            if (meter.running() == 0 && (budget == null || isUnused(meter))) {
                step.state.delete(new Key.OfMeter(step.pool, scope.name()));
                return;
            }
        }
        judge(scope, meter, true);
    }

    private static boolean isUnused(MeterEntry meter) {
        return meter.wallMs() == 0 && meter.tokens() == 0 && meter.costMicroUsd() == 0;
    }

    // ---------------------------------------------------------------------------------------------- waiting

    private static String gateOf(String tenant) {
        return GATE + tenant;
    }

    /** The tenant of a gate, or null when the gate is another's. */
    static @Nullable String tenantOf(String gate) {
        return gate.startsWith(GATE) ? gate.substring(GATE.length()) : null;
    }

    /** Moves a task that could start behind the gate of its tenant, when the tenant's budget is used up. */
    static boolean hold(Step step, String taskId, TaskEntry.Live task, long order) {
        String tenant = Texts.tenant(task.spec().getTenant());
        Budget budget = step.rules.rulesOf(tenant).budget();
        if (budget == null) {
            return false;
        }
        BudgetScope scope = new BudgetScope(BudgetScope.Kind.TENANT, tenant);
        if (step.state.get(new Key.OfMeter(step.pool, scope.name())) == null) {
            return false;
        }
        MeterEntry meter = now(step, scope);
        Measure measure = budget.exhausted(meter);
        if (measure == null) {
            return false;
        }
        Queue.put(step, taskId, task.withPhase(new TaskEntry.Phase.Held(order, gateOf(scope.id()))));
        arm(step, scope, meter);
        step.journal(TaskEventType.TASK_HELD, taskId, task.workflowId(), task.spec())
                .dueAt(windowEnd(step, scope, meter))
                .message(words(step, scope, budget, measure, meter))
                .add();
        return true;
    }

    /**
     * Why the tasks of a tenant wait, in words; null when its budget does not hold them.
     *
     * @param rules rules of the pool
     */
    static @Nullable Held held(PoolEntry rules, String tenant, @Nullable MeterEntry meter) {
        Budget budget = rules.rulesOf(tenant).budget();
        Measure measure = budget == null || meter == null ? null : budget.exhausted(meter);
        if (budget == null || meter == null || measure == null) {
            return null;
        }
        long until = meter.windowStart() + rules.rulesOf(tenant).budgetWindowMs();
        return new Held(
                "tenant " + tenant + " has used " + meter.used(measure) + " of its budget of " + budget.limit(measure)
                        + measure.unit + ": next at " + Instant.ofEpochMilli(until),
                until);
    }

    /**
     * What a tenant's budget says to those it holds back.
     *
     * @param until when the next window begins, ms since the epoch
     */
    record Held(String message, long until) {}
}
