package io.sweaifleet.agent.worker.protocol;

/**
 * Something that a decision asks for. Decided while the worker's lock is held, carried out when it is not: neither a full
 * buffer nor a slow actor then delays a heartbeat.
 */
@FunctionalInterface
interface Effect {

    /** Does it. */
    void by(Hands hands);
}
