package io.sweaifleet.agent.attempt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a running attempt that it must stop, and ends what it has started: child processes register a killer here, so
 * that a hard cancel does not depend on the attempt's cooperation. Thread-safe.
 */
public final class Cancellation {

    private final Freeze freeze;
    private final Object lock = new Object();
    private final List<Runnable> killers = new ArrayList<>();
    private @Nullable String reason;
    private @Nullable Instant since;

    /** One of an attempt that nothing freezes. */
    public Cancellation() {
        this(Freeze.never());
    }

    /** @param freeze what may hold the attempt */
    public Cancellation(Freeze freeze) {
        this.freeze = freeze;
    }

    /** What may hold the attempt. */
    public Freeze freeze() {
        return freeze;
    }

    /** Asks the attempt to stop and runs every registered killer once. Later calls change nothing. */
    public void cancel(String why, Instant now) {
        List<Runnable> toRun;
        synchronized (lock) {
            if (reason != null) {
                return;
            }
            reason = why;
            since = now;
            toRun = List.copyOf(killers);
            killers.clear();
        }
        toRun.forEach(Runnable::run);
    }

    /** Registers what ends a child process; run at once when the attempt is already cancelled. Close it when the child has ended. */
    public Registration onCancel(Runnable killer) {
        synchronized (lock) {
            if (reason == null) {
                killers.add(killer);
                return () -> {
                    synchronized (lock) {
                        killers.remove(killer);
                    }
                };
            }
        }
        killer.run();
        return () -> {};
    }

    /** True once {@link #cancel} was called. */
    public boolean isCancelled() {
        synchronized (lock) {
            return reason != null;
        }
    }

    /** Why, or null while not cancelled. */
    public @Nullable String reason() {
        synchronized (lock) {
            return reason;
        }
    }

    /** Since when, or null while not cancelled. */
    public @Nullable Instant since() {
        synchronized (lock) {
            return since;
        }
    }

    /**
     * A checkpoint of the calling attempt: waits while it is frozen, and stops it when it was cancelled.
     *
     * @throws CancelledException when it was
     */
    public void check() {
        freeze.pass(this);
        String why = reason();
        if (why != null) {
            throw new CancelledException(why);
        }
    }

    /** Ends a registration. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Unwinds an attempt that was cancelled. */
    public static final class CancelledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CancelledException(String why) {
            super(why);
        }
    }
}
