package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the registry is away. Intake cannot go on without it, and a record must neither be lost nor be refused for
 * it; so the thread rests and tries again.
 */
public final class Patience {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 2_000;

    private final Duration limit;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param limit how long to wait at most: below {@code max.poll.interval.ms}, or the group gives the partition away.
     *     After that the failure is passed on, and the record is read again
     */
    public Patience(Duration limit) {
        this.limit = limit;
    }

    /** Ends all waiting: the application is closing. */
    public void close() {
        closed.countDown();
    }

    /**
     * Does something as soon as the registry can be asked.
     *
     * @throws RegistryUnavailableException when it stayed away too long, or the application is closing
     */
    <T> T untilRegistryAnswers(Supplier<T> action) {
        long startedAt = System.nanoTime();
        long pauseMs = FIRST_PAUSE_MS;
        while (true) {
            try {
                return action.get();
            } catch (RegistryUnavailableException away) {
                if (pauseMs == FIRST_PAUSE_MS) {
                    LOG.warn("The schema registry cannot be asked; waiting for it: {}", away.getMessage());
                }
                if (System.nanoTime() - startedAt > limit.toNanos() || isClosedAfter(pauseMs)) {
                    throw away;
                }
                pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
            }
        }
    }

    private boolean isClosedAfter(long pauseMs) {
        try {
            return closed.await(pauseMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
