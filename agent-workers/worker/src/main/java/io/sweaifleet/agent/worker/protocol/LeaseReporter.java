package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where one running attempt reports to. Steps that follow each other too fast are held back, but for the latest. */
final class LeaseReporter implements AttemptReporter {

    private final Consumer<String> steps;
    private final Duration interval;
    private final InstantSource clock;
    private final Outbox outbox;
    private final Supplier<String> writer;

    private String lastStep = "";
    private Instant lastSent = Instant.MIN;
    private @Nullable String waiting;

    /**
     * @param steps sends a step
     * @param interval shortest time between two steps sent
     * @param writer who writes the audit events of this moment: worker and incarnation
     */
    LeaseReporter(
            Consumer<String> steps, Duration interval, InstantSource clock, Outbox outbox, Supplier<String> writer) {
        this.steps = steps;
        this.interval = interval;
        this.clock = clock;
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
        synchronized (this) {
            if (waiting == null || now.isBefore(lastSent.plus(interval))) {
                return;
            }
            step = waiting;
            waiting = null;
            lastSent = now;
        }
        steps.accept(step);
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
