package io.sweaifleet.deploy.chaos.history;

/**
 * A worker that begins.
 *
 * @param madeAt when it said so, ms since the epoch
 * @param appendedAt when a broker had it, and core could know, ms since the epoch
 */
public record Hello(String worker, long madeAt, long appendedAt) {}
