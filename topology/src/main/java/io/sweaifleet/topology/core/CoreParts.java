package io.sweaifleet.topology.core;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** What core's processors share: settings, the clock, and one commit pacer per thread. */
final class CoreParts {

    private final CoreSerdes serdes;
    private final int partitions;
    private final InstantSource clock;
    private final LongSupplier ticks;
    // context.commit() commits every task of the thread, so the rule is per thread too.
    private final ThreadLocal<CommitPacer> pacers = ThreadLocal.withInitial(CommitPacer::new);

    /**
     * @param ticks any clock in ms that does not go back, for the pace of commits
     */
    CoreParts(CoreSerdes serdes, int partitions, InstantSource clock, LongSupplier ticks) {
        this.serdes = serdes;
        this.partitions = partitions;
        this.clock = clock;
        this.ticks = ticks;
    }

    CoreSerdes serdes() {
        return serdes;
    }

    int partitions() {
        return partitions;
    }

    long now() {
        return clock.millis();
    }

    long ticks() {
        return ticks.getAsLong();
    }

    CommitPacer pacerOfThread() {
        return pacers.get();
    }
}
