package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a worker free for tasks that need more of one than is ever free at once, because smaller tasks fill it.
 *
 * <p>Until the first task of their lane is {@linkplain #isOverdue overdue} such tasks are passed by, and the smaller ones run. From
 * then on nothing else is given to one worker that could take it; so it starts when the attempts of that worker have ended, each
 * within its own time. Of several such lanes the one with the first task comes first, and each keeps one worker.
 */
final class Reservations {

    /** A task is overdue when it counts as much as one of this priority that has just come: one above the highest. */
    static final int OVERDUE_PRIORITY = 10;

    private final Step step;
    private final Turns turns;
    private final Map<String, WorkerEntry> workers;

    /**
     * @param workers workers that may take work, by id: brought up to what is decided here
     */
    Reservations(Step step, Turns turns, Map<String, WorkerEntry> workers) {
        this.step = step;
        this.turns = turns;
        this.workers = workers;
    }

    private boolean isOverdue(Key.OfReady task) {
        return task.order() + OVERDUE_PRIORITY * step.rules.agingHalfTimeMs() <= step.now();
    }

    /** Gives up reservations whose reason has gone. */
    void review() {
        for (WorkerEntry worker : step.state.workers(step.pool)) {
            if (!worker.keptFor().isEmpty() && !isStillNeeded(worker)) {
                keep(worker, "");
            }
        }
    }

    private boolean isStillNeeded(WorkerEntry worker) {
        Lane lane = Lane.named(worker.keptFor());
        Requirements required = step.state.get(new Key.OfLane(step.pool, lane.role(), lane.digest()));
        return required != null
                && workers.containsKey(worker.workerId())
                && couldTake(worker, lane.role(), required)
                && overdueIn(lane) != null;
    }

    private static boolean couldTake(WorkerEntry worker, String role, Requirements required) {
        WorkerEntry.Offer offer = worker.roles().get(role);
        return offer != null && offer.slots() > 0 && worker.capacity() > 0 && required.areMetBy(worker);
    }

    /** The first task of a lane, if it is overdue and may run: no worker is to be idle for one that a gate holds back. */
    private Key.@Nullable OfReady overdueIn(Lane lane) {
        Key.OfReady head = turns.first(lane);
        if (head == null || !isOverdue(head)) {
            return null;
        }
        TaskEntry.Live task = step.queuedTask(head);
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Ready)) {
            return null;
        }
        step.blamed = task.workflowId();
        if (Gates.hold(step, head.taskId(), task, head.order())) {
            Queue.remove(step, head, task);
            return null;
        }
        return head;
    }

    /** Keeps workers for lanes of a role whose tasks are overdue, and that no worker can serve now. */
    void grant(String role) {
        Map<Key.OfReady, Lane> overdue = new TreeMap<>(Turns.IN_ORDER);
        for (Map.Entry<String, Requirements> required :
                List.copyOf(step.state.lanes(step.pool, role).entrySet())) {
            Lane lane = new Lane(role, required.getKey());
            if (!required.getValue().resources().isNone()
                    && isPassedBy(role, required.getValue())
                    && !isKeptFor(lane.name())) {
                Key.OfReady head = overdueIn(lane);
                if (head != null) {
                    overdue.put(head, lane);
                }
            }
        }
        for (Lane lane : new ArrayList<>(overdue.values())) {
            Requirements required = step.state.get(new Key.OfLane(step.pool, role, lane.digest()));
            WorkerEntry worker = required == null ? null : emptiest(role, required);
            if (worker != null) {
                keep(worker, lane.name());
            }
        }
    }

    private boolean isPassedBy(String role, Requirements required) {
        return workers.values().stream().anyMatch(worker -> couldTake(worker, role, required))
                && workers.values().stream().noneMatch(worker -> worker.takes(role, required));
    }

    private boolean isKeptFor(String lane) {
        return workers.values().stream().anyMatch(worker -> worker.keptFor().equals(lane));
    }

    /** The worker that has fewest attempts to end before it could take a task; null when all are kept for others. */
    private @Nullable WorkerEntry emptiest(String role, Requirements required) {
        WorkerEntry best = null;
        for (WorkerEntry worker : workers.values()) {
            if (worker.keptFor().isEmpty() && couldTake(worker, role, required)) {
                boolean better = best == null
                        || worker.heldInAll() < best.heldInAll()
                        || (worker.heldInAll() == best.heldInAll()
                                && worker.workerId().compareTo(best.workerId()) < 0);
                best = better ? worker : best;
            }
        }
        return best;
    }

    /** A task of a lane has started: a worker that was kept for it is free for all again. Tells whether there was one. */
    boolean release(Lane lane) {
        boolean released = false;
        for (WorkerEntry worker : List.copyOf(workers.values())) {
            if (worker.keptFor().equals(lane.name())) {
                keep(worker, "");
                released = true;
            }
        }
        return released;
    }

    private void keep(WorkerEntry worker, String lane) {
        WorkerEntry kept = worker.keptFor(lane);
        step.state.put(new Key.OfWorker(step.pool, worker.workerId()), kept);
        workers.computeIfPresent(worker.workerId(), (id, known) -> kept);
    }
}
