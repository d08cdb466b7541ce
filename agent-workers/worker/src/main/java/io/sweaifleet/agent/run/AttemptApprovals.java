package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptTime;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.policy.Approvals;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks through core: what one attempt asks is named by its lease and a number. */
final class AttemptApprovals implements Approvals {

    private static final int MAX_ARGUMENT = 2_000;
    private static final int MAX_PREVIEW = 8_000;

    private final Attempt attempt;
    private final AttemptTime time;
    private final Duration patience;
    private final Clock clock;
    private final AtomicInteger number = new AtomicInteger();

    /** @param patience how long an answer is waited for; never longer than the attempt has time */
    AttemptApprovals(Attempt attempt, AttemptTime time, Duration patience, Clock clock) {
        this.attempt = attempt;
        this.time = time;
        this.patience = patience;
        this.clock = clock;
    }

    @Override
    public Answer ask(ApprovalQuestion question, Cancellation cancellation) throws InterruptedException {
        Map<String, String> arguments = new LinkedHashMap<>();
        question.arguments().forEach((name, value) -> arguments.put(name, shortened(value, MAX_ARGUMENT)));
        ApprovalRequest request = ApprovalRequest.newBuilder()
                .setRequestId("a" + attempt.assignment().getAttempt() + "-" + number.incrementAndGet())
                .setTool(question.tool())
                .setArguments(arguments)
                .setPreview(shortened(question.preview(), MAX_PREVIEW))
                .setRule(question.rule())
                .setReason(shortened(question.reason(), MAX_ARGUMENT))
                .setExpiresAt(expiry(clock.instant()))
                .build();
        attempt.reporter().progress("asks for approval of " + question.tool() + " (" + question.rule() + ")");
        ApprovalAnswer answer = attempt.reporter().ask(request, cancellation);
        cancellation.check();
        return new Answer(answer.getApproved(), answer.getBy(), answer.getComment());
    }

    /** The attempt keeps a tenth of the time it has left, to go on without what it asked. */
    private Instant expiry(Instant now) {
        Duration left = Duration.between(now, time.end());
        Duration most = left.minus(left.dividedBy(10));
        return now.plus(patience.compareTo(most) < 0 ? patience : most);
    }

    private static String shortened(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "\u2026";
    }
}
