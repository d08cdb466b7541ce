package io.sweaifleet.topology.core.domain;

/**
 * What has been used of a budget.
 *
 * @param windowStart when the window that is counted began, ms since the epoch; 0 for a budget without windows
 * @param wallMs wall-clock time of attempts until {@code countedAt}, in ms
 * @param tokens tokens
 * @param costMicroUsd money in millionths of a US dollar
 * @param running attempts that run and are counted
 * @param countedAt until when their time is in {@code wallMs}, ms since the epoch
 * @param told which warnings and ends were told, one bit each
 * @param timerAt when its timer is due, ms since the epoch; 0 for none
 */
public record MeterEntry(
        long windowStart,
        long wallMs,
        long tokens,
        long costMicroUsd,
        int running,
        long countedAt,
        int told,
        long timerAt) {

    /** Nothing was used. */
    static final MeterEntry NONE = new MeterEntry(0, 0, 0, 0, 0, 0, 0, 0);

    long used(Budget.Measure measure) {
        return switch (measure) {
            case WALL -> wallMs;
            case TOKENS -> tokens;
            case COST -> costMicroUsd;
        };
    }

    /**
     * The same, counted until now.
     *
     * @param resumedAt a gap in core's clock before it is not counted, ms since the epoch
     * @param windowMs length of a window, in ms; 0 for a budget without windows
     */
    MeterEntry at(long now, long resumedAt, long windowMs) {
        long from = Math.max(countedAt, Math.min(resumedAt, now));
        long start = windowMs == 0 ? 0 : Math.floorDiv(now, windowMs) * windowMs;
        if (start > windowStart) {
            long inWindow = running * (now - Math.max(from, start));
            return new MeterEntry(start, inWindow, 0, 0, running, now, 0, timerAt);
        }
        return new MeterEntry(
                windowStart, wallMs + running * (now - from), tokens, costMicroUsd, running, now, told, timerAt);
    }

    MeterEntry plus(long moreTokens, long moreCost) {
        return new MeterEntry(
                windowStart, wallMs, tokens + moreTokens, costMicroUsd + moreCost, running, countedAt, told, timerAt);
    }

    MeterEntry withRunning(int change) {
        return new MeterEntry(
                windowStart, wallMs, tokens, costMicroUsd, Math.max(0, running + change), countedAt, told, timerAt);
    }

    boolean hasTold(int bit) {
        return (told & bit) != 0;
    }

    MeterEntry telling(int bit, boolean isTold) {
        int bits = isTold ? told | bit : told & ~bit;
        return new MeterEntry(windowStart, wallMs, tokens, costMicroUsd, running, countedAt, bits, timerAt);
    }

    MeterEntry withTimerAt(long dueAt) {
        return new MeterEntry(windowStart, wallMs, tokens, costMicroUsd, running, countedAt, told, dueAt);
    }
}
