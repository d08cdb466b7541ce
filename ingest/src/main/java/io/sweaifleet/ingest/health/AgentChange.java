package io.sweaifleet.ingest.health;

import java.time.Instant;

/**
 * A change of an agent's state, or of several agents of one worker.
 *
 * @param at when core decided it, or the worker's own time for what a heartbeat tells
 * @param who an agent's id, or how many of which role
 * @param why in words; may be empty
 */
public record AgentChange(Instant at, String pool, String workerId, String who, Kind kind, String why) {

    /** What became of it. */
    public enum Kind {
        /** There is one more. */
        CREATED,
        /** It has ended an attempt. */
        READY,
        /** It has begun an attempt. */
        BUSY,
        /** It takes no more. */
        DRAINING,
        /** It has ended. */
        OFFLINE,
        /** It is back: its worker has begun again, or is heard again. */
        RECOVERED
    }
}
