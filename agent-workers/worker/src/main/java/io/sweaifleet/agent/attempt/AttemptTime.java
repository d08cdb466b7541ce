package io.sweaifleet.agent.attempt;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The time that an attempt has. It stands still while the attempt is frozen; the deadline of its task does not. Thread-safe. */
public final class AttemptTime {

    private final Freeze freeze;
    private final Duration frozenBefore;
    private final Instant byTimeout;
    private final @Nullable Instant deadline;

    /**
     * @param begun when the attempt begins, which is now
     * @param timeout longest time of the attempt
     * @param deadline moment at which its task must have ended, or null
     */
    public AttemptTime(Freeze freeze, Instant begun, Duration timeout, @Nullable Instant deadline) {
        this.freeze = freeze;
        this.frozenBefore = freeze.frozen();
        this.byTimeout = begun.plus(timeout);
        this.deadline = deadline;
    }

    /** When the attempt must have ended, as it stands now. */
    public Instant end() {
        Instant moved = byTimeout.plus(freeze.frozen().minus(frozenBefore));
        return deadline != null && deadline.isBefore(moved) ? deadline : moved;
    }
}
