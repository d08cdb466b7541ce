package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.AttemptTime;
import io.sweaifleet.agent.attempt.Cancellation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops attempts whose time is over, and interrupts the thread of one that is stopped, so that a playbook that computes or
 * waits without calling a tool notices as well.
 */
final class Watchdog implements AutoCloseable {

    /** How often a frozen attempt is looked at whose time would be over. */
    private static final long FROZEN_LOOK_MS = 500;

    private final ScheduledThreadPoolExecutor timer;

    Watchdog() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "fleet-attempt-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches an attempt that runs on the calling thread until the watch is closed. */
    Watch watch(Cancellation cancellation, AttemptTime time, Clock clock) {
        Watch watch = new Watch(Thread.currentThread());
        watch.registration = cancellation.onCancel(watch::interrupt);
        lookAtTheEnd(watch, cancellation, time, clock);
        return watch;
    }

    private void lookAtTheEnd(Watch watch, Cancellation cancellation, AttemptTime time, Clock clock) {
        long left = Duration.between(clock.instant(), time.end()).toMillis();
        boolean frozen = cancellation.freeze().isFrozen();
        watch.timeout(timer.schedule(
                () -> {
                    Instant now = clock.instant();
                    if (cancellation.freeze().isFrozen() || now.isBefore(time.end())) {
                        lookAtTheEnd(watch, cancellation, time, clock);
                    } else {
                        watch.over = true;
                        cancellation.cancel("its time was over", now);
                    }
                },
                Math.max(frozen ? FROZEN_LOOK_MS : 0, left),
                TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** The watch over one attempt. */
    static final class Watch implements AutoCloseable {

        private final Thread thread;
        private final Object lock = new Object();
        private Cancellation.@Nullable Registration registration;
        private @Nullable ScheduledFuture<?> timeout;
        private volatile boolean over;
        private boolean closed;

        private Watch(Thread thread) {
            this.thread = thread;
        }

        /** Whether the attempt was stopped because its time was over. */
        boolean isOver() {
            return over;
        }

        /** Keeps what is to happen next, unless the watch is over. */
        private void timeout(ScheduledFuture<?> next) {
            synchronized (lock) {
                timeout = next;
                if (closed) {
                    next.cancel(false);
                }
            }
        }

        private void interrupt() {
            synchronized (lock) {
                if (!closed) {
                    thread.interrupt();
                }
            }
        }

        /** No interrupt comes after this; one that came is cleared. Called on the attempt's own thread. */
        @Override
        public void close() {
            synchronized (lock) {
                if (closed) {
                    return;
                }
                closed = true;
                if (timeout != null) {
                    timeout.cancel(false);
                }
            }
            if (registration != null) {
                registration.close();
            }
            boolean cleared = Thread.interrupted();
            assert cleared || !thread.isInterrupted();
        }
    }
}
