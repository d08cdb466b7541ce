package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Fault;
import io.sweaifleet.deploy.chaos.history.Hello;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;

/** Only who was away loses a lease. */
final class HealthyLeases implements Check {

    /** How long core, to which something may have been done as well, needs to hear a worker that is back. */
    private static final long HEARD_WITHIN_MS = 30_000;

    /** What core says of leases of a worker that took its leave. */
    private static final String GOODBYE = "said goodbye";

    @Override
    public String name() {
        return "healthy-leases";
    }

    @Override
    public String promise() {
        return "a lease expires only of a worker that was killed, started again or stopped and was not heard since, or took its leave";
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
                    && backAt(history, fault) + HEARD_WITHIN_MS >= lease.assignedAt()) {
                return true;
            }
        }
        return false;
    }

    /** A process that was killed is back when its successor has said hello: without a broker that can take a while. */
    private static long backAt(CheckedHistory history, Fault fault) {
        long over = fault.at() + fault.forMs();
        if (fault.kind().equals("STOP")) {
            return over;
        }
        return history.recorded().hellos().stream()
                .filter(hello -> hello.worker().equals(fault.target()) && hello.madeAt() > fault.at())
                .mapToLong(Hello::appendedAt)
                .min()
                .orElse(over);
    }
}
