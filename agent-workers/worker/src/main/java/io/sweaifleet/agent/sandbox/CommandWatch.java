package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for a command to end by itself or to have to be ended, whichever comes first. The same for every sandbox. */
public final class CommandWatch {

    private static final long LOOK_EVERY_MS = 200;

    private CommandWatch() {}

    /** A command that runs. */
    public interface Running {

        /** Waits for its end, no longer than this many milliseconds; true when it has ended. */
        boolean awaitEnd(long ms) throws IOException, InterruptedException;

        /** Bytes that it has written to its output so far. */
        long outputBytes() throws IOException;
    }

    /**
     * Waits.
     *
     * @param maxOutputBytes output that ends it
     * @return {@link End#EXITED} when it ended by itself; else why it has to be ended, which is the caller's to do
     */
    public static End await(
            Running running, Duration timeout, Cancellation cancellation, long maxOutputBytes, DiskWatch disk)
            throws IOException, InterruptedException {
        Freeze freeze = cancellation.freeze();
        Duration frozenBefore = freeze.frozen();
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long frozen = freeze.frozen().minus(frozenBefore).toNanos();
            long left = TimeUnit.NANOSECONDS.toMillis(deadline + frozen - System.nanoTime());
            if (left <= 0 && !freeze.isFrozen()) {
                return running.awaitEnd(0) ? End.EXITED : End.TIMED_OUT;
            }
            if (running.awaitEnd(Math.max(1, Math.min(left, LOOK_EVERY_MS)))) {
                return End.EXITED;
            }
            if (cancellation.isCancelled()) {
                return End.CANCELLED;
            }
            if (running.outputBytes() > maxOutputBytes) {
                return End.TOO_MUCH_OUTPUT;
            }
            if (disk.exceeded()) {
                return End.TOO_MUCH_DISK;
            }
        }
    }
}
