package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where one running attempt reports to. Steps that follow each other too fast are held back, but for the latest; what costs is told at once. */
final class LeaseReporter implements AttemptReporter {

    /** Time for an answer to come after the request has expired: core's clock may be another, and the answer on its way. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BiConsumer<String, @Nullable Usage> steps;
    private final Consumer<ApprovalRequest> asking;
    private final Map<String, CompletableFuture<ApprovalAnswer>> asked = new ConcurrentHashMap<>();
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
        String id = request.getRequestId();
        CompletableFuture<ApprovalAnswer> answer = new CompletableFuture<>();
        asked.put(id, answer);
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> answer.cancel(false))) {
            cancellation.check();
            asking.accept(request);
            Duration left =
                    Duration.between(clock.instant(), request.getExpiresAt()).plus(PATIENCE);
            return answer.get(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new ApprovalAnswer(id, false, "", "no answer came");
        } catch (CancellationException | ExecutionException e) {
            return new ApprovalAnswer(id, false, "", "the attempt was stopped");
        } finally {
            asked.remove(id);
        }
    }

    /** An answer has come; one that nobody waits for changes nothing. */
    void answered(ApprovalAnswer answer) {
        CompletableFuture<ApprovalAnswer> waiting = asked.get(answer.getRequestId());
        if (waiting != null) {
            waiting.complete(answer);
        }
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
