package io.sweaifleet.topology.core.domain;

/**
 * What the scheduler needs of a role.
 *
 * @param version version of the definition
 * @param attemptTimeoutMs longest time of one attempt when the task names none, in ms
 * @param slotsPerAgent attempts that queue at one agent, which runs them one after the other
 */
public record RoleEntry(int version, long attemptTimeoutMs, int slotsPerAgent) {}
