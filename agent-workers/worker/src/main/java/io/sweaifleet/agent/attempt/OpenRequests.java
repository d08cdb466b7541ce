package io.sweaifleet.agent.attempt;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What one attempt asks and is not answered yet. Thread-safe. */
public final class OpenRequests {

    /** Time for an answer to come after the request has expired: core's clock may be another, and the answer on its way. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InstantSource clock;
    private final Map<String, CompletableFuture<ApprovalAnswer>> open = new ConcurrentHashMap<>();

    /** @param clock the wall clock that requests expire by */
    public OpenRequests(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Sends a request and waits for its answer: until it comes, the request expires, or the attempt is stopped.
     *
     * @param send passes the request on
     * @return the answer; a denial when none came
     * @throws Cancellation.CancelledException when the attempt is stopped already
     */
    public ApprovalAnswer ask(ApprovalRequest request, Cancellation cancellation, Consumer<ApprovalRequest> send)
            throws InterruptedException {
        String id = request.getRequestId();
        CompletableFuture<ApprovalAnswer> answer = new CompletableFuture<>();
        open.put(id, answer);
        try (Cancellation.Registration ignored = cancellation.onCancel(() -> answer.cancel(false))) {
            cancellation.check();
            send.accept(request);
            Duration left =
                    Duration.between(clock.instant(), request.getExpiresAt()).plus(PATIENCE);
            return answer.get(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new ApprovalAnswer(id, false, "", "no answer came");
        } catch (CancellationException | ExecutionException e) {
            return new ApprovalAnswer(id, false, "", "the attempt was stopped");
        } finally {
            open.remove(id);
        }
    }

    /** An answer has come; one that nobody waits for changes nothing. */
    public void answered(ApprovalAnswer answer) {
        CompletableFuture<ApprovalAnswer> waiting = open.get(answer.getRequestId());
        if (waiting != null) {
            waiting.complete(answer);
        }
    }
}
