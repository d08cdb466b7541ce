package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.OpenRequests;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where one running attempt reports to. Steps that follow each other too fast are held back, but for the latest; what costs is told at once. */
final class LeaseReporter implements AttemptReporter {

    private final BiConsumer<String, @Nullable Usage> steps;
    private final Consumer<ApprovalRequest> asking;
    private final OpenRequests asked;
    private final Duration interval;
    private final InstantSource clock;
    private final Outbox outbox;
    private final Supplier<String> writer;

    private String lastStep = "";
    private Instant lastSent = Instant.MIN;
    private @Nullable String waiting;
    private @Nullable Usage usage;

    /**
     * @param steps sends a step, and what was used until then
     * @param asking sends a request for an approval
     * @param interval shortest time between two steps sent
     * @param writer who writes the audit events of this moment: worker and incarnation
     */
    LeaseReporter(
            BiConsumer<String, @Nullable Usage> steps,
            Consumer<ApprovalRequest> asking,
            Duration interval,
            InstantSource clock,
            Outbox outbox,
            Supplier<String> writer) {
        this.steps = steps;
        this.asking = asking;
        this.interval = interval;
        this.clock = clock;
        this.asked = new OpenRequests(clock);
        this.outbox = outbox;
        this.writer = writer;
    }

    @Override
    public void progress(String step) {
        synchronized (this) {
            if (step.equals(lastStep)) {
                return;
            }
            lastStep = step;
            waiting = step;
        }
        flush(clock.instant());
    }

    /** Sends the latest step, unless one was sent only just now: then a later flush does. */
    void flush(Instant now) {
        String step;
        Usage used;
        synchronized (this) {
            if (waiting == null || now.isBefore(lastSent.plus(interval))) {
                return;
            }
            step = waiting;
            used = usage;
            waiting = null;
            lastSent = now;
        }
        steps.accept(step, used);
    }

    @Override
    public void used(Usage soFar) {
        String step;
        synchronized (this) {
            boolean costs = costs(soFar) && (usage == null || !sameCosts(soFar, usage));
            usage = soFar;
            if (!costs) {
                return;
            }
            step = waiting == null ? lastStep : waiting;
            waiting = null;
            lastSent = clock.instant();
        }
        steps.accept(step, soFar);
    }

    private static boolean costs(Usage usage) {
        return usage.getInputTokens() + usage.getOutputTokens() > 0 || usage.getCostMicroUsd() > 0;
    }

    private static boolean sameCosts(Usage one, Usage other) {
        return one.getInputTokens() + one.getOutputTokens() == other.getInputTokens() + other.getOutputTokens()
                && one.getCostMicroUsd() == other.getCostMicroUsd();
    }

    @Override
    public ApprovalAnswer ask(ApprovalRequest request, Cancellation cancellation) throws InterruptedException {
        return asked.ask(request, cancellation, asking);
    }

    /** An answer has come; one that nobody waits for changes nothing. */
    void answered(ApprovalAnswer answer) {
        asked.answered(answer);
    }

    @Override
    public void audit(AuditEvent.Builder event) {
        outbox.audit(writer.get(), event);
    }

    @Override
    public void fact(KnowledgeFact fact) {
        outbox.fact(fact);
    }
}
