package io.sweaifleet.topology.core.domain;

/**
 * The bucket of a rate key.
 *
 * @param tat its theoretical arrival time, in ns since the epoch; see {@link RateLimit}
 * @param timerAt when its timer is due, in ms since the epoch; 0 for none
 */
public record RateEntry(long tat, long timerAt) {

    /** A full bucket. */
    static final RateEntry FULL = new RateEntry(0, 0);
}
