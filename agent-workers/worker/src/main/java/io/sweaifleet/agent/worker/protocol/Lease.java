package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Duration;
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
    final Cancellation cancellation;
    final Instant takenAt;
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

    /** How long the worker's attempts had been frozen, all in all, when the lease was taken. */
    private final Duration frozenBefore;

    private int sequence;

    Lease(Assignment assignment, Freeze freeze, Instant takenAt) {
        this.takenAt = takenAt;
        this.assignment = assignment;
        this.cancellation = new Cancellation(freeze);
        this.frozenBefore = freeze.frozen();
    }

    String id() {
        return assignment.getLeaseId();
    }

    /** For how long its attempt has been frozen so far. */
    Duration frozenFor() {
        return cancellation.freeze().frozen().minus(frozenBefore);
    }

    /** When its attempt, which runs, takes too long; its time stands still while it is frozen. */
    Instant timeoutAt(Instant started) {
        return started.plusMillis(assignment.getTimeoutMs()).plus(frozenFor());
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
