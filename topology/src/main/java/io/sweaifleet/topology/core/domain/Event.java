package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Heartbeat;
import java.util.List;

/** Something that core has to react to. */
public sealed interface Event {

    /** Pool it concerns, or {@link Key#SHARED}. */
    String pool();

    /** Intake accepted or refused something. */
    record Accepted(CoreInput input) implements Event {
        @Override
        public String pool() {
            return input.getPool();
        }
    }

    /**
     * A worker gave a sign of life.
     *
     * @param appendedAt when the broker took it, ms since the epoch
     */
    record Alive(Heartbeat heartbeat, long appendedAt) implements Event {
        @Override
        public String pool() {
            return heartbeat.getPool();
        }
    }

    /** An agent reported. */
    record Reported(AgentResult result) implements Event {
        @Override
        public String pool() {
            return result.getPool();
        }
    }

    /** A {@linkplain Effect.Marker marker} came back. */
    record Marked(Key.OfTimer timer, boolean inResults) implements Event {
        @Override
        public String pool() {
            return timer.pool();
        }
    }

    /** A timer is due. */
    record Due(Key.OfTimer timer) implements Event {
        @Override
        public String pool() {
            return timer.pool();
        }
    }

    /** A role's definition was removed: told to every pool. */
    record RoleRemoved(String pool, String role) implements Event {}

    /** A slice was swept, with what was found then: what a replay takes from the record, since it has no damaged state to find it in. */
    record Swept(Key.OfTimer timer, List<Finding> findings) implements Event {
        @Override
        public String pool() {
            return timer.pool();
        }
    }

    /** What an event left to be decided, when it was too much for one {@linkplain Decision#rest() decision}. */
    record Rest(String pool, Continuation work) implements Event {}

    /** Tasks of a pool are given to its workers. */
    record Dispatch(String pool) implements Event {}
}
