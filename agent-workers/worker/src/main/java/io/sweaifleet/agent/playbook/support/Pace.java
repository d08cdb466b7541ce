package io.sweaifleet.agent.playbook.support;

import io.sweaifleet.agent.playbook.PlaybookContext;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Keeps long work inside its deadline: it ends at once when the attempt is cancelled, and early enough to write the report when
 * time runs out.
 */
@FunctionalInterface
public interface Pace {

    /**
     * Whether the long work may go on; false when only the time for what follows is left.
     *
     * @throws io.sweaifleet.agent.attempt.Cancellation.CancelledException when the attempt was cancelled
     */
    boolean mayGoOn();

    /** The pace of an attempt, from now on; a fifth of the time left, 30 s at most, is kept for what follows the long work. */
    static Pace of(PlaybookContext context, InstantSource clock) {
        Duration left = Duration.between(clock.instant(), context.deadline());
        Duration fifth = left.dividedBy(5);
        Duration most = Duration.ofSeconds(30);
        Duration reserve = fifth.compareTo(most) > 0 ? most : fifth;
        return () -> {
            context.cancellation().check();
            return clock.instant().isBefore(context.deadline().minus(reserve));
        };
    }
}
