package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.topology.core.domain.Change;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Effect;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Moment;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What ended tasks leave in core's store, made by core's own rules and layout: a task is accepted, given to a worker, and succeeds.
 * Told are the entries that remain, as compaction leaves them in the changelog. What the rules left of one task can be had under
 * other ids too, which is faster.
 */
public final class Tombstones {

    private static final String POOL = "default";
    private static final String ROLE = "bench";
    private static final String WORKER = "worker-1";

    private final Engine engine = new Engine();
    private final ReplayedState state = new ReplayedState();
    private final Map<Key<?>, Object> remaining = new LinkedHashMap<>();
    private final Map<Key<?>, Object> last = new LinkedHashMap<>();
    private final BiConsumer<byte[], byte[]> entries;
    private final long now;
    private Assignment assigned;
    private long offset;

    /**
     * @param now when all of it happens, ms since the epoch
     * @param entries takes keys and values of the changelog
     */
    public Tombstones(long now, BiConsumer<byte[], byte[]> entries) {
        this.now = now;
        this.entries = entries;
        decide(new Event.Accepted(definition(
                CoreInputType.POOL,
                POOL,
                null,
                PoolDefinition.newBuilder()
                        .setPool(POOL)
                        .setVersion(1)
                        .setUpdatedAt(Instant.EPOCH)
                        .build())));
        decide(new Event.Accepted(definition(
                CoreInputType.ROLE,
                ROLE,
                RoleDefinition.newBuilder()
                        .setRole(ROLE)
                        .setVersion(1)
                        .setUpdatedAt(Instant.EPOCH)
                        .build(),
                null)));
        decide(new Event.Alive(
                Heartbeat.newBuilder()
                        .setPool(POOL)
                        .setWorkerId(WORKER)
                        .setIncarnation(now)
                        .setSequence(1)
                        .setType(HeartbeatType.HELLO)
                        .setCommandPartition(0)
                        .setCapacity(1)
                        .setRoles(List.of(new RoleCapacity(ROLE, 1, 1, 1, 1)))
                        .setSentAt(Instant.ofEpochMilli(now))
                        .build(),
                now));
        remaining.clear();
    }

    /** Leaves the same as the task that ended last, under another id. */
    public void likeTheLast(String id) {
        last.forEach((key, value) -> {
            if (value instanceof TaskEntry.Ended task) {
                tell(
                        new Key.OfTask(POOL, id),
                        new TaskEntry.Ended(
                                id, task.status(), task.attempts(), task.outputs(), task.artifacts(), task.end()));
            } else if (value instanceof WorkflowEntry.Ended workflow) {
                tell(
                        new Key.OfWorkflow(POOL, id),
                        new WorkflowEntry.Ended(digest(id), List.of(id), workflow.status(), workflow.decidedAt()));
            } else if (key instanceof Key.OfTimer timer) {
                tell(new Key.OfTimer(POOL, timer.dueAt(), timer.kind(), id), value);
            }
        });
    }

    private void tell(Key<?> key, Object value) {
        entries.accept(Layout.key(key), Layout.value(value));
    }

    /** Lets a task live and end. */
    public void end(String id) {
        decide(new Event.Accepted(submission(id)));
        carryOut(engine.dispatch(state, POOL, moment()));
        decide(new Event.Reported(AgentResult.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(id)
                .setTaskId(id)
                .setAttempt(1)
                .setLeaseId(assigned.getLeaseId())
                .setWorkerId(WORKER)
                .setIncarnation(now)
                .setAgentId("agent-1")
                .setRole(ROLE)
                .setSequence(1)
                .setType(AgentResultType.SUCCEEDED)
                .setAt(Instant.ofEpochMilli(now))
                .build()));
        List<Change<?>> forgotten = new ArrayList<>();
        last.clear();
        remaining.forEach((key, value) -> {
            if (key instanceof Key.OfTask || key instanceof Key.OfWorkflow || key instanceof Key.OfTimer) {
                tell(key, value);
                last.put(key, value);
                forgotten.add(new Change<>(key, null));
            }
        });
        remaining.clear();
        // Here it is forgotten at once: the state in memory does not grow.
        state.apply(new Decision(forgotten, List.of(), false, List.of()));
    }

    private void decide(Event event) {
        carryOut(engine.decide(state, event, moment()));
    }

    private void carryOut(Decision decision) {
        state.apply(decision);
        for (Change<?> change : decision.changes()) {
            if (change.value() == null) {
                remaining.remove(change.key());
            } else {
                remaining.put(change.key(), change.value());
            }
        }
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Command told && told.command().getAssignment() != null) {
                assigned = told.command().getAssignment();
            }
        }
    }

    private Moment moment() {
        return new Moment(now, now, new Cause(CauseType.TIMER, "", -1, -1L, ""), Map.of());
    }

    private Origin origin() {
        return new Origin("fleet.tasks", "tasks-id", 0, ++offset, Instant.ofEpochMilli(now));
    }

    private CoreInput submission(String id) {
        TaskSubmitted task = TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(POOL)
                .setWorkflowId(id)
                .setKind("bench.noop")
                .setRole(ROLE)
                .build();
        return CoreInput.newBuilder()
                .setPool(POOL)
                .setType(CoreInputType.WORKFLOW)
                .setOrigin(origin())
                .setDigest(digest(id))
                .setLone(true)
                .setWorkflow(WorkflowSubmitted.newBuilder()
                        .setId(id)
                        .setPool(POOL)
                        .setTasks(List.of(task))
                        .build())
                .build();
    }

    /** As long as a SHA-256 in hexadecimal digits, and as hard to compress. */
    private static String digest(String id) {
        long one = id.hashCode() * 0x9E3779B97F4A7C15L;
        long two = (one ^ (one >>> 31)) * 0xBF58476D1CE4E5B9L;
        long three = (two ^ (two >>> 29)) * 0x94D049BB133111EBL;
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(one) + hex.toHexDigits(two) + hex.toHexDigits(three) + hex.toHexDigits(one ^ three);
    }

    private CoreInput definition(CoreInputType type, String name, RoleDefinition role, PoolDefinition pool) {
        return CoreInput.newBuilder()
                .setPool(pool == null ? "" : name)
                .setType(type)
                .setOrigin(origin())
                .setName(name)
                .setRole(role)
                .setPoolDefinition(pool)
                .build();
    }
}
