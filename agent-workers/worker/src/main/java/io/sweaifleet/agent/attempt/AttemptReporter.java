package io.sweaifleet.agent.attempt;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.ApprovalAnswer;

/** Where a running attempt reports to. Thread-safe; never blocks for longer than the producer's buffer is full. */
public interface AttemptReporter {

    /** Tells what the agent does now, in a few words for people. Repeating the same step costs nothing. */
    void progress(String step);

    /**
     * Tells what the attempt has used so far. To be called at least once a step, and after whatever cost tokens or money: budgets
     * are counted by it, so that is sent at once; other usage goes with the next step.
     */
    void used(Usage soFar);

    /**
     * Records one decision or tool call. The reporter sets writer, partition, sequence and hashes, so the builder comes
     * without them.
     */
    void audit(AuditEvent.Builder event);

    /**
     * Asks for an approval and waits for it: until somebody answers, the request expires, or the attempt is stopped.
     *
     * @return the answer; a denial when none came
     * @throws Cancellation.CancelledException when the attempt is stopped
     */
    ApprovalAnswer ask(ApprovalRequest request, Cancellation cancellation) throws InterruptedException;

    /** States one fact. */
    void fact(KnowledgeFact fact);
}
