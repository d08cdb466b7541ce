package io.sweaifleet.topology.core.domain;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket, kept as the generic cell rate algorithm (ITU-T I.371, annex A): one moment, the theoretical arrival time, says
 * how full it is, so that a bucket nobody uses costs nothing.
 *
 * <p>With {@code T = interval / permits} and {@code τ = (burst − 1) × T}: a start at t conforms when {@code t ≥ tat − τ}, and
 * moves the tat to {@code max(tat, t) + T}. So at most {@code burst + t / T} starts fall into any stretch of length t.
 *
 * @param permits starts in each interval
 * @param intervalMs length of the interval in ms
 * @param burst starts that may come at once after a pause
 */
public record RateLimit(int permits, long intervalMs, int burst) {

    static RateLimit of(io.sweaifleet.schemas.role.RateLimit declared) {
        return new RateLimit(
                Math.max(1, declared.getPermits()),
                Math.max(1, declared.getIntervalMs()),
                Math.max(1, declared.getBurst()));
    }

    /** Time between two starts at the full rate, rounded up so that the rate is never exceeded, in ns. */
    private long spacing() {
        return -Math.floorDiv(-nanos(intervalMs), permits);
    }

    private long tolerance() {
        return (burst - 1) * spacing();
    }

    /** Number of starts that conform at a moment. */
    long permitsAt(long tat, long nowMs) {
        long now = nanos(nowMs);
        return Math.max(0, Math.floorDiv(now + tolerance() - Math.max(tat, now), spacing()) + 1);
    }

    /** The theoretical arrival time after so many starts at a moment, in ns since the epoch. */
    long after(long tat, long nowMs, long starts) {
        return Math.max(tat, nanos(nowMs)) + starts * spacing();
    }

    /** First moment at which a start conforms, in ms since the epoch. */
    long nextAt(long tat) {
        return millis(tat - tolerance());
    }

    /** First moment that is not before one in ns, in ms. */
    static long millis(long nanos) {
        return -Math.floorDiv(-nanos, nanos(1));
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
