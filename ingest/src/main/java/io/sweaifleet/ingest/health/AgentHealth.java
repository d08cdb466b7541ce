package io.sweaifleet.ingest.health;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an agent stands.
 *
 * @param agentId its id, such as {@code qa-1@worker-7}
 * @param roleVersion version of the role's definition that its worker applies; 0 when no heartbeat told
 * @param since when the state began
 * @param task task that it does; null when it does none
 * @param heartbeat when its worker was heard last; null when it was not within the time that was looked at
 * @param attempts attempts that ended within the time that was looked at
 * @param failed those of them that failed for another reason than their task: the agent, its surroundings, a lost lease
 * @param median of the time that its attempts took; null when none ended
 * @param slow whether that is more than {@value #SLOW} times the median of all attempts of the role, of at least
 *     {@value #ENOUGH} attempts of its own
 */
public record AgentHealth(
        String agentId,
        String role,
        String pool,
        String workerId,
        int roleVersion,
        State state,
        Instant since,
        @Nullable String task,
        @Nullable Instant heartbeat,
        int attempts,
        int failed,
        @Nullable Duration median,
        boolean slow) {

    static final int SLOW = 3;

    /** So many attempts say something of an agent. */
    static final int ENOUGH = 5;

    /** Where it stands. */
    public enum State {
        /** Waits for an attempt. */
        READY,
        /** Does an attempt. */
        BUSY,
        /** Does, at most, what it has: its worker takes no more. */
        DRAINING,
        /** Its worker has ended, or is lost. */
        OFFLINE
    }

    /** Share of its attempts that failed for another reason than their task, from 0 to 1. */
    public double errorRate() {
        return attempts == 0 ? 0 : (double) failed / attempts;
    }

    /** Whether at least half of enough attempts failed for another reason than their task. */
    public boolean isFailing() {
        return attempts >= ENOUGH && errorRate() >= 0.5;
    }

    /** The middle of some times. */
    static @Nullable Duration median(List<Duration> times) {
        return times.isEmpty() ? null : times.stream().sorted().toList().get((times.size() - 1) / 2);
    }
}
