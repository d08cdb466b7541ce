package io.sweaifleet.deploy.bench;

import java.time.Duration;

/**
 * When to submit what: at a steady rate from now on, or all at once.
 *
 * @param began when it began, of {@link System#nanoTime}
 * @param gapNanos time between two records; 0 for a burst
 * @param records how many there are
 */
record Pace(long began, long gapNanos, int records) {

    /** Bounds how long a burst is submitted without looking at what has come back. */
    static final int AT_ONCE = 500;

    static Pace from(int records, int perSecond) {
        return new Pace(System.nanoTime(), perSecond == 0 ? 0 : 1_000_000_000L / perSecond, records);
    }

    /** Whether the next record after so many is due. */
    boolean isDue(int sent) {
        return sent < records && System.nanoTime() - began >= gapNanos * sent;
    }

    /** How long to wait for what comes back, until the next record after so many is due. The wait takes no processor time. */
    Duration untilNext(int sent) {
        if (sent == records) {
            return Duration.ofMillis(200);
        }
        long left = began + gapNanos * sent - System.nanoTime();
        return left <= 0 ? Duration.ZERO : Duration.ofMillis(Math.max(1, left / 1_000_000));
    }
}
