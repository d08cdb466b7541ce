package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Fault;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;

/** Only who was away loses a lease. */
final class HealthyLeases implements Check {

    /** How long a worker needs to be heard again after it was started again or went on. */
    private static final long BACK_WITHIN_MS = 30_000;

    /** What core says of leases of a worker that took its leave. */
    private static final String GOODBYE = "said goodbye";

    @Override
    public String name() {
        return "healthy-leases";
    }

    @Override
    public String promise() {
        return "a lease expires only when its worker was killed, started again or stopped while it held it, or took its leave";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().forEach((pool, events) -> {
            for (TaskEvent event : events) {
                if (event.getType() == TaskEventType.LEASE_EXPIRED) {
                    verdict.look();
                    LeaseLife lease = history.leases().get(String.valueOf(event.getLeaseId()));
                    verdict.require(
                            lease == null || event.getMessage().contains(GOODBYE) || wasAway(history, lease),
                            "event %d of pool %s takes lease %s from %s, to which nothing was done: %s",
                            event.getSequence(),
                            pool,
                            event.getLeaseId(),
                            event.getWorkerId(),
                            event.getMessage());
                }
            }
        });
        return verdict;
    }

    private static boolean wasAway(CheckedHistory history, LeaseLife lease) {
        for (Fault fault : history.recorded().faults()) {
            if (fault.target().equals(lease.worker())
                    && fault.pid() != 0
                    && fault.at() <= lease.endedAt()
                    && fault.at() + fault.forMs() + BACK_WITHIN_MS >= lease.assignedAt()) {
                return true;
            }
        }
        return false;
    }
}
