package io.sweaifleet.deploy.tests;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline. */
final class Await {

    private Await() {}

    static void until(Duration limit, Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > giveUpAt) {
                throw new AssertionError("After " + limit + " it was not " + what.get());
            }
            Thread.sleep(20);
        }
    }
}
