package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What holds tasks back that could be given to a worker: a pause, a concurrency key that is in use, a rate ({@link Rates}), or a
 * tenant's budget that is used up ({@link Budgets}).
 *
 * <p>A task meets its gates when it is the first of its role's queue, not before. Then it is moved behind the gate, into a queue
 * of the same order, and comes back when the gate opens; so what is held costs nothing until then. A pause of the whole pool
 * or of a role moves nothing: the dispatcher passes the role by.
 *
 * <p>Of a concurrency key, one task comes back whenever a place may have become free: when one that ran leaves it, and when one
 * that had come back is taken away before it ran.
 */
public final class Gates {

    /** Tasks that one step lets through, fewer than a step sees of a queue; the rest follows by a timer that is due at once. */
    static final int RELEASES_PER_STEP = 300;

    /** The gate of a whole pool. */
    static final String POOL = "pool:";

    private static final String KEY = "key:";
    private static final String TENANT = "tenant:";
    private static final String WORKFLOW = "workflow:";
    private static final String TASK = "task:";

    private Gates() {}

    /** Whether a queue's name is a gate's: ids of roles and tenants have no colon. */
    public static boolean isGate(String queue) {
        return queue.indexOf(':') >= 0;
    }

    static String ofRole(String role) {
        return "role:" + role;
    }

    static String ofTenant(String tenant) {
        return TENANT + tenant;
    }

    static String ofWorkflow(String workflowId) {
        return WORKFLOW + workflowId;
    }

    static String ofTask(String taskId) {
        return TASK + taskId;
    }

    private static String ofKey(String concurrencyKey) {
        return KEY + concurrencyKey;
    }

    /** The concurrency key of a gate, or null when the gate is another's. */
    static @Nullable String keyOf(String gate) {
        return gate.startsWith(KEY) ? gate.substring(KEY.length()) : null;
    }

    /** What a pause says to those it holds back. */
    static String pausedBy(EarlyControl pause, String gate) {
        return "paused" + pause.said() + " (" + gate + ")";
    }

    /** What a key in use says to those it holds back. */
    static String heldBy(String concurrencyKey, Holders holders) {
        return "concurrency key " + concurrencyKey + " is held by " + some(holders.taskIds());
    }

    /** Whether nothing of a role may start now. */
    static boolean closes(Step step, String role) {
        return isPaused(step, POOL) || isPaused(step, ofRole(role));
    }

    private static boolean isPaused(Step step, String gate) {
        return step.state.get(new Key.OfPause(step.pool, gate)) != null;
    }

    /** Moves a task that its queue just gave away behind the gate that is closed to it; false when none is. */
    static boolean hold(Step step, String taskId, TaskEntry.Live task, long order) {
        TaskSubmitted spec = task.spec();
        for (String gate : gatesOf(step.state::get, step.pool, taskId, task)) {
            EarlyControl pause = step.state.get(new Key.OfPause(step.pool, gate));
            if (pause != null) {
                hold(step, taskId, task, order, gate, pausedBy(pause, gate));
                wakeNext(step, spec.getConcurrencyKey());
                return true;
            }
        }
        String key = spec.getConcurrencyKey();
        if (Budgets.hold(step, taskId, task, order)) {
            wakeNext(step, key);
            return true;
        }
        Holders holders = key == null ? Holders.NONE : holders(step, key);
        if (key != null && holders.taskIds().size() >= spec.getConcurrencyLimit()) {
            hold(step, taskId, task, order, ofKey(key), heldBy(key, holders));
            return true;
        }
        if (Rates.hold(step, taskId, task, order)) {
            wakeNext(step, key);
            return true;
        }
        return false;
    }

    /** Reads entries of the state. */
    interface Reader {
        <V> @Nullable V get(Key<V> key);
    }

    /** The pauses that hold back a single task: its tenant's, its workflow's, those of the runs above it, its own. */
    static List<String> gatesOf(Reader state, String pool, String taskId, TaskEntry.Live task) {
        String tenant = ofTenant(Texts.tenant(task.spec().getTenant()));
        if (task.position() == null) {
            return List.of(tenant, ofWorkflow(task.workflowId()), ofTask(taskId));
        }
        List<String> gates = new ArrayList<>(List.of(tenant, ofTask(taskId)));
        RunLink.upwards(state, pool, task.workflowId()).forEach(workflowId -> gates.add(ofWorkflow(workflowId)));
        return gates;
    }

    /** Names some tasks. */
    static String some(List<String> taskIds) {
        int shown = Math.min(3, taskIds.size());
        String names = "task " + String.join(", task ", taskIds.subList(0, shown));
        int more = taskIds.size() - shown;
        return more == 0 ? names : names + " and " + more + " more";
    }

    private static void hold(Step step, String taskId, TaskEntry.Live task, long order, String gate, String message) {
        Queue.put(step, taskId, task.withPhase(new TaskEntry.Phase.Held(order, gate)));
        step.journal(TaskEventType.TASK_HELD, taskId, task.workflowId(), task.spec())
                .message(message)
                .add();
    }

    private static Holders holders(Step step, String key) {
        return Objects.requireNonNullElse(step.state.get(new Key.OfHolders(step.pool, key)), Holders.NONE);
    }

    /** A task with a concurrency key starts. */
    static void enter(Step step, String taskId, @Nullable String key) {
        if (key != null) {
            step.state.put(new Key.OfHolders(step.pool, key), holders(step, key).with(taskId));
        }
    }

    /** A task with a concurrency key runs no longer. */
    static void leave(Step step, String taskId, @Nullable String key) {
        if (key == null) {
            return;
        }
        Holders left = holders(step, key).without(taskId);
        if (left.taskIds().isEmpty()) {
            step.state.delete(new Key.OfHolders(step.pool, key));
        } else {
            step.state.put(new Key.OfHolders(step.pool, key), left);
        }
        wakeNext(step, key);
    }

    /** Lets the first task through that waits for a concurrency key, if there is a place for it. */
    static void wakeNext(Step step, @Nullable String key) {
        if (key == null) {
            return;
        }
        Key.OfReady first = step.state.firstReady(step.pool, ofKey(key));
        TaskEntry.Live task = first == null ? null : step.queuedTask(first);
        if (first != null
                && (task == null
                        || holders(step, key).taskIds().size() < task.spec().getConcurrencyLimit())) {
            letThrough(step, first, task);
        }
    }

    /** Lets everything through that a pause held back; sets a timer for the rest when there is much. */
    static void release(Step step, String gate) {
        if (isPaused(step, gate)) {
            return;
        }
        letThrough(step, gate, RELEASES_PER_STEP);
        if (step.state.firstReady(step.pool, gate) != null) {
            step.setTimer(step.now(), TimerKind.RELEASE_REST, gate);
        }
    }

    /** Lets the first tasks behind a gate through, at most so many; tells how many. */
    static int letThrough(Step step, String gate, int most) {
        int released = 0;
        while (released < most && step.hasRoom()) {
            Key.OfReady first = step.state.firstReady(step.pool, gate);
            if (first == null) {
                break;
            }
            letThrough(step, first, step.queuedTask(first));
            released++;
        }
        return released;
    }

    private static void letThrough(Step step, Key.OfReady held, TaskEntry.@Nullable Live task) {
        step.state.delete(held);
        if (task != null
                && task.phase() instanceof TaskEntry.Phase.Held phase
                && phase.gate().equals(held.queue())) {
            Queue.enqueue(step, held.taskId(), task);
        }
    }
}
