package io.sweaifleet.topology.core.domain;

/**
 * Numbers that a pool gives out.
 *
 * @param events number of the last TaskEvent
 * @param leases number of the last lease
 */
public record Counters(long events, long leases) {

    static final Counters NONE = new Counters(0, 0);
}
