package io.sweaifleet.agent.brain.chat;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a request is made again: twice as long each time, up to a bound, of which at least half is waited; or
 * what the endpoint asks for.
 *
 * @param first wait after the first failure
 * @param longest longest wait
 * @param tries requests in all
 */
record Backoff(Duration first, Duration longest, int tries) {

    static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), 6);

    /** @param failures number of failures so far, from 1 */
    Duration after(int failures, RandomGenerator random) {
        double bound = Math.min(longest.toMillis(), first.toMillis() * Math.pow(2, Math.min(30, failures - 1.0)));
        return Duration.ofMillis((long) (bound / 2 + random.nextDouble() * bound / 2));
    }
}
