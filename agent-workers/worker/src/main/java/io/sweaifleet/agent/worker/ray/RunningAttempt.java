package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.attempt.OpenRequests;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An attempt that an actor runs: keeps what it reports until its worker asks for it. Thread-safe. */
final class RunningAttempt implements AttemptReporter {

    /** Reports kept at most; a worker that does not ask for them for so long has the attempt wait. */
    private static final int MOST_REPORTS = 10_000;

    private final InstantSource clock;
    private final Freeze freeze;
    private final Cancellation cancellation;
    private final OpenRequests asked;
    private final List<Batch.Report> reports = new ArrayList<>();
    private @Nullable AttemptEnd end;
    private boolean ended;

    RunningAttempt(InstantSource clock) {
        this.clock = clock;
        this.asked = new OpenRequests(clock);
        this.freeze = new Freeze(clock);
        this.cancellation = new Cancellation(freeze);
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /** The attempt may run for so long; nothing or less holds it where it is. */
    void runFor(Duration time) {
        Instant now = clock.instant();
        if (time.isZero() || time.isNegative()) {
            freeze.hold(now);
        } else if (freeze.isHeld()) {
            freeze.release(now.plus(time));
        } else {
            freeze.extend(now.plus(time));
        }
        freeze.settle();
    }

    /** What was reported since the last time; waits for some for a while. */
    synchronized Batch poll(long waitMs) throws InterruptedException {
        long giveUpAt = System.nanoTime() + waitMs * 1_000_000;
        while (reports.isEmpty() && !ended) {
            long left = (giveUpAt - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        Batch batch = new Batch(true, reports, end);
        reports.clear();
        notifyAll();
        return batch;
    }

    /** The attempt has ended so. */
    synchronized void end(AttemptEnd how) {
        end = how;
        ended = true;
        notifyAll();
    }

    private synchronized void report(Batch.Report report) {
        try {
            while (reports.size() >= MOST_REPORTS && !ended) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancellation.CancelledException("interrupted");
        }
        reports.add(report);
        notifyAll();
    }

    @Override
    public void progress(String step) {
        report(new Batch.Progress(step));
    }

    @Override
    public void used(Usage soFar) {
        report(new Batch.Used(soFar));
    }

    @Override
    public void audit(AuditEvent.Builder event) {
        // The worker's chain sets these.
        report(new Batch.Audit(event.setWriter("")
                .setPartition(0)
                .setSequence(0)
                .setPreviousHash("")
                .setHash("")
                .build()));
    }

    @Override
    public ApprovalAnswer ask(ApprovalRequest request, Cancellation stopped) throws InterruptedException {
        return asked.ask(request, stopped, sent -> report(new Batch.Asking(sent)));
    }

    /** The worker has an answer to what the attempt asks. */
    void answered(ApprovalAnswer answer) {
        asked.answered(answer);
    }

    @Override
    public void fact(KnowledgeFact fact) {
        report(new Batch.Stated(fact));
    }
}
