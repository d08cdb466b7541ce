package io.sweaifleet.schemas.registry;

/** Which versions of a subject must be able to read which; the names are the protocol's. */
public enum Compatibility {
    NONE,
    BACKWARD,
    BACKWARD_TRANSITIVE,
    FORWARD,
    FORWARD_TRANSITIVE,
    FULL,
    /** Every version reads every other: old consumers read new events, new consumers read old ones. */
    FULL_TRANSITIVE
}
