package io.sweaifleet.agent.playbook.support;

import io.sweaifleet.agent.playbook.PlaybookContext;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Keeps long work inside its deadline: it ends at once when the attempt is cancelled, and early enough to write the report when
 * time runs out.
 */
public final class Pace {

    private static final Duration LONGEST_RESERVE = Duration.ofSeconds(30);

    private final PlaybookContext context;
    private final InstantSource clock;
    private final long lastMillis;

    /** Starts now; a fifth of the time left, 30 s at most, is kept for what follows the long work. */
    public Pace(PlaybookContext context, InstantSource clock) {
        this.context = context;
        this.clock = clock;
        Duration left = Duration.between(clock.instant(), context.deadline());
        Duration reserve = left.dividedBy(5);
        reserve = reserve.compareTo(LONGEST_RESERVE) > 0 ? LONGEST_RESERVE : reserve;
        this.lastMillis = context.deadline().minus(reserve).toEpochMilli();
    }

    /**
     * Whether the long work may go on; false when only the reserve is left.
     *
     * @throws io.sweaifleet.agent.attempt.Cancellation.CancelledException when the attempt was cancelled
     */
    public boolean mayGoOn() {
        context.cancellation().check();
        return clock.millis() < lastMillis;
    }
}
