package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.worker.WorkerState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A worker as core knows it.
 *
 * @param incarnation start of its process, ms since the epoch; lower ones are superseded
 * @param partition partition of the worker commands that it reads
 * @param capacity attempts it can hold in all roles together
 * @param roles what it offers, by role
 * @param commands number of the last command sent to this incarnation
 * @param lastHeartbeatAt when core saw its last sign of life, ms since the epoch
 * @param silentTimerAt when the timer that looks for silence is due, ms since the epoch; 0 for none
 * @param stateSince when the state began, ms since the epoch
 * @param held number of leases it holds, by role
 * @param capabilities capabilities that it reported, sorted
 * @param resources what it gives to attempts in all
 * @param used what the leases that it holds take of that: core's own count
 * @param keptFor name of the lane that it is kept free for; empty for none, see {@link Reservations}
 * @param lastHeartbeat number of the last heartbeat of this incarnation
 * @param lastCommandAt when it was told something last, ms since the epoch; 0 for never
 */
public record WorkerEntry(
        String workerId,
        long incarnation,
        int partition,
        WorkerState state,
        int capacity,
        Map<String, Offer> roles,
        Map<String, String> labels,
        String host,
        long commands,
        long lastHeartbeatAt,
        long silentTimerAt,
        long stateSince,
        Map<String, Integer> held,
        List<String> capabilities,
        Resources resources,
        Resources used,
        String keptFor,
        long lastHeartbeat,
        long lastCommandAt) {

    /**
     * What a worker offers for a role.
     *
     * @param slots attempts that may be assigned at once
     */
    public record Offer(int roleVersion, int agents, int slots) {}

    int heldInAll() {
        int sum = 0;
        for (int count : held.values()) {
            sum += count;
        }
        return sum;
    }

    /** Slots that are free for a role: what the worker reported less what core gave it. */
    int free(String role) {
        Offer offer = roles.get(role);
        if (offer == null || state != WorkerState.ONLINE) {
            return 0;
        }
        return Math.min(offer.slots() - held.getOrDefault(role, 0), capacity - heldInAll());
    }

    /** Share of the role's slots in use, 0 to 1. */
    double load(String role) {
        Offer offer = roles.get(role);
        return offer == null || offer.slots() == 0 ? 1.0 : (double) held.getOrDefault(role, 0) / offer.slots();
    }

    /** Whether it can be given an attempt of a role now that requires this. */
    boolean takes(String role, Requirements required) {
        return free(role) > 0 && required.resources().fitIn(resources.minus(used)) && required.areMetBy(this);
    }

    WorkerEntry withCommand(long sequence, long toldAt) {
        return with(state, stateSince, sequence, silentTimerAt, held, used, keptFor, toldAt);
    }

    WorkerEntry withSilentTimerAt(long dueAt) {
        return with(state, stateSince, commands, dueAt, held, used, keptFor, lastCommandAt);
    }

    WorkerEntry withState(WorkerState next, long since) {
        return with(next, since, commands, silentTimerAt, held, used, keptFor, lastCommandAt);
    }

    /** The same with one more lease. */
    WorkerEntry withLease(String role, Resources taken) {
        return with(
                state, stateSince, commands, silentTimerAt, counted(role, 1), used.plus(taken), keptFor, lastCommandAt);
    }

    /** The same with one lease less. */
    WorkerEntry withoutLease(String role, Resources given) {
        return with(
                state,
                stateSince,
                commands,
                silentTimerAt,
                counted(role, -1),
                used.minus(given),
                keptFor,
                lastCommandAt);
    }

    /** The same with its leases counted anew. */
    WorkerEntry recounted(Map<String, Integer> heldByRole, Resources taken) {
        return with(state, stateSince, commands, silentTimerAt, heldByRole, taken, keptFor, lastCommandAt);
    }

    private Map<String, Integer> counted(String role, int change) {
        Map<String, Integer> next = new TreeMap<>(held);
        int count = next.merge(role, change, Integer::sum);
        if (count <= 0) {
            next.remove(role);
        }
        return next;
    }

    WorkerEntry keptFor(String lane) {
        return with(state, stateSince, commands, silentTimerAt, held, used, lane, lastCommandAt);
    }

    /** The same worker with what changes between two of its heartbeats. */
    private WorkerEntry with(
            WorkerState newState,
            long newStateSince,
            long newCommands,
            long newSilentTimerAt,
            Map<String, Integer> newHeld,
            Resources newUsed,
            String newKeptFor,
            long newLastCommandAt) {
        return new WorkerEntry(
                workerId,
                incarnation,
                partition,
                newState,
                capacity,
                roles,
                labels,
                host,
                newCommands,
                lastHeartbeatAt,
                newSilentTimerAt,
                newStateSince,
                newHeld,
                capabilities,
                resources,
                newUsed,
                newKeptFor,
                lastHeartbeat,
                newLastCommandAt);
    }
}
