package io.sweaifleet.topology.generation;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for what brokers do in their own time. */
final class Waiting {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);

    private Waiting() {}

    /**
     * Waits until a condition holds.
     *
     * @param what the condition, as the end of "… was waited for in vain"
     * @throws EnlargementException when it does not within two minutes
     */
    static void until(String what, BooleanSupplier condition) {
        if (!holdsWithin(LIMIT, condition)) {
            throw new EnlargementException(
                    "for " + LIMIT.toSeconds() + " s it was waited in vain that " + what,
                    "look at the brokers, and repeat the command: it goes on where it was");
        }
    }

    static boolean holdsWithin(Duration limit, BooleanSupplier condition) {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > giveUpAt) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
