package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.worker.protocol.Lease.Phase;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.HeldLease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The leases that a worker holds, and the results that it can answer a repeated assignment with. Guarded by the worker's lock. */
final class LeaseBook {

    /** Results of acknowledged leases that are remembered, so that a repeated ASSIGN is answered and not run. */
    private static final int REMEMBERED_RESULTS = 10_000;

    private final Freeze freeze;
    private final Map<String, Lease> held = new LinkedHashMap<>();
    private final Map<String, AgentResult> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, AgentResult> eldest) {
            return size() > REMEMBERED_RESULTS;
        }
    };

    private long tickets;

    /** @param freeze holds the attempts of all leases */
    LeaseBook(Freeze freeze) {
        this.freeze = freeze;
    }

    /** Keeps a result that core has taken, or that an earlier process came to. */
    void remember(AgentResult result) {
        remembered.put(result.getLeaseId(), result);
    }

    /** Holds an assignment from now on; null when it is held already. One that was completed before comes with its result. */
    @Nullable
    Lease take(Assignment assignment, Instant now) {
        Lease lease = new Lease(assignment, freeze, now);
        if (held.putIfAbsent(lease.id(), lease) != null) {
            return null;
        }
        AgentResult known = remembered.get(lease.id());
        if (known != null) {
            lease.phase = Phase.FINISHED;
            lease.sentAt = now;
            lease.result = known;
        }
        return lease;
    }

    /** Gives a lease to an agent, or to its next actor, and returns the call for it: earlier calls are outdated. */
    AgentCall give(Lease lease, Agent agent) {
        lease.agent = agent;
        lease.ticket = ++tickets;
        agent.load.add(lease);
        return new AgentCall(lease.id(), lease.ticket);
    }

    /** The lease that waits for this very call; null when it does not wait, or for another call. */
    @Nullable
    Lease waitingFor(AgentCall call) {
        Lease lease = held.get(call.leaseId());
        return lease != null && lease.ticket == call.ticket() && lease.phase == Phase.QUEUED ? lease : null;
    }

    /** Lets go of a lease; null when it is not held. */
    @Nullable
    Lease release(String leaseId) {
        Lease lease = held.remove(leaseId);
        if (lease != null && lease.result != null) {
            remember(lease.result);
        }
        return lease;
    }

    /** Lets go of every lease. */
    List<Lease> releaseAll() {
        List<Lease> all = List.copyOf(held.values());
        held.clear();
        return all;
    }

    @Nullable
    Lease find(String leaseId) {
        return held.get(leaseId);
    }

    boolean holds(Lease lease) {
        return held.get(lease.id()) == lease;
    }

    int size() {
        return held.size();
    }

    /** Leases whose attempts have not ended. */
    List<Lease> unfinished() {
        return held.values().stream()
                .filter(lease -> lease.phase != Phase.FINISHED)
                .toList();
    }

    Collection<Lease> all() {
        return held.values();
    }

    /** What a heartbeat lists. */
    List<HeldLease> listed() {
        List<HeldLease> listed = new ArrayList<>(held.size());
        for (Lease lease : held.values()) {
            Assignment assignment = lease.assignment;
            listed.add(new HeldLease(
                    assignment.getLeaseId(),
                    assignment.getWorkflowId(),
                    assignment.getTaskId(),
                    assignment.getAttempt(),
                    lease.phase == Phase.FINISHED,
                    lease.frozenFor().toMillis()));
        }
        return listed;
    }
}
