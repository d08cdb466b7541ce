package io.sweaifleet.agent.worker.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What core is known to have heard from this incarnation. A heartbeat renews the leases from the moment at which core reads it, which
 * is not before it was made. So as long as leases last from the making of one that core has named, no lease has run out.
 * Guarded by the worker's lock.
 */
final class Heard {

    private record Beat(long sequence, Instant madeAt) {}

    private final Deque<Beat> unnamed = new ArrayDeque<>();
    private Instant lastMadeAt = Instant.MAX;

    /** A heartbeat was made. Those that could not renew anything any more are forgotten. */
    void made(long sequence, Instant at, Duration leaseTime) {
        unnamed.addLast(new Beat(sequence, at));
        while (unnamed.peekFirst().madeAt().isBefore(at.minus(leaseTime))) {
            unnamed.removeFirst();
        }
    }

    /** Core has named a heartbeat; 0 is said by a core that never names one. */
    void named(long sequence) {
        while (!unnamed.isEmpty() && unnamed.peekFirst().sequence() <= sequence) {
            lastMadeAt = unnamed.removeFirst().madeAt();
        }
    }

    /** Begins with a new incarnation. */
    void reset() {
        unnamed.clear();
        lastMadeAt = Instant.MAX;
    }

    /** Until when leases last that have not been taken away; for ever, before core has named a heartbeat. */
    Instant until(Duration leaseTime) {
        return lastMadeAt.equals(Instant.MAX) ? lastMadeAt : lastMadeAt.plus(leaseTime);
    }
}
