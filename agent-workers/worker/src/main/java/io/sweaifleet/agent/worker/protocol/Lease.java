package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An attempt that the worker holds, from its assignment until core acknowledged its result. Guarded by the worker's lock but for the report sequence. */
final class Lease {

    /** How far it is. */
    enum Phase {
        QUEUED,
        RUNNING,
        FINISHED
    }

    /** Why a running attempt was told to stop. */
    enum StopCause {
        CANCEL,
        TIMEOUT,
        ABANDONED
    }

    final Assignment assignment;
    final Cancellation cancellation = new Cancellation();
    Phase phase = Phase.QUEUED;

    /** The agent that runs it; null when none could be found. */
    @Nullable
    Agent agent;

    /** Names one submission to an actor: an actor that was given up on finds its ticket outdated and does nothing. */
    long ticket;

    @Nullable
    Instant startedAt;

    volatile @Nullable StopCause stopCause;

    @Nullable
    Instant stopAskedAt;

    volatile String stopReason = "";

    /** Sends the step that waits for its turn; null while nothing runs. */
    volatile @Nullable Consumer<Instant> reporter;

    volatile @Nullable AgentResult result;

    @Nullable
    Instant sentAt;

    private int sequence;

    Lease(Assignment assignment) {
        this.assignment = assignment;
    }

    String id() {
        return assignment.getLeaseId();
    }

    /** Number of the next report; the caller holds this lease's monitor until the report is handed to the producer, so that reports leave in order. */
    int nextSequence() {
        return ++sequence;
    }
}
