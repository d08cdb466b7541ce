package io.sweaifleet.topology.core.domain;

/**
 * Where a tenant stands in the round of a role.
 *
 * @param tag its virtual time; see {@link Turns}
 * @param since number of the pool's last event when it got this tag; of equal tags, the older one goes first
 */
public record TurnEntry(long tag, long since) {}
