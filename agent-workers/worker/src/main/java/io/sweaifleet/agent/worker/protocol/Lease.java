package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An attempt that the worker holds, from its assignment until core acknowledged its result. Guarded by the worker's lock, but for what is said to be otherwise. */
final class Lease {

    /** How far it is. */
    enum Phase {
        QUEUED,
        RUNNING,
        FINISHED
    }

    /** Why an attempt was told to stop. */
    enum StopCause {
        CANCEL,
        TIMEOUT,
        ABANDONED
    }

    /**
     * That an attempt was told to stop.
     *
     * @param cause why
     * @param reason why, for people
     * @param askedAt since when
     */
    record Stop(StopCause cause, String reason, Instant askedAt) {}

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

    /** Set once. Read without the lock by the thread that runs the attempt. */
    volatile @Nullable Stop stop;

    /** Takes the steps of the running attempt; null while nothing runs. Set without the lock. */
    volatile @Nullable LeaseReporter reporter;

    /** The last report, once it was sent; set under this lease's monitor. */
    volatile @Nullable AgentResult result;

    /** When {@link #result} was sent last; set before it. */
    volatile Instant sentAt = Instant.MIN;

    private int sequence;

    Lease(Assignment assignment) {
        this.assignment = assignment;
    }

    String id() {
        return assignment.getLeaseId();
    }

    /** True when the result was sent and the time to wait for its acknowledgement is over. */
    boolean isUnacknowledgedSince(Instant moment) {
        return result != null && !sentAt.isAfter(moment);
    }

    /** Number of the next report; the caller holds this lease's monitor until the report is handed to the producer, so that reports leave in order. */
    int nextSequence() {
        return ++sequence;
    }
}
