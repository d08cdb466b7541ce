package io.sweaifleet.agent.attempt;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the attempts of a worker where they are, while it does not know whether their leases are still its own. An attempt waits at
 * its next {@linkplain Cancellation#check checkpoint}, of which there is one before each tool call, and the child processes it
 * has started are stopped. One that is cancelled goes on, to its end.
 *
 * <p>Checkpoints look at the clock themselves: whoever comes to one after the leases have run out waits, also when the process was
 * stopped meanwhile and nobody has {@linkplain #hold noticed} yet. Thread-safe.
 */
public final class Freeze {

    private static final Duration LONGEST = Duration.ofDays(1);

    private final InstantSource clock;

    /** Guards what follows; waited on at checkpoints. */
    private final Object lock = new Object();

    private Instant until = Instant.MAX;
    private @Nullable Instant heldSince;
    private Duration past = Duration.ZERO;

    /** Guards the children. Taken before {@link #lock}. */
    private final Object childrenLock = new Object();

    private final Set<Child> children = new LinkedHashSet<>();
    private boolean childrenStopped;

    /** Something that runs beside the attempt's thread, such as a child process with all it started. */
    public interface Child {

        /** Stops it where it is. Repeating it does no harm. */
        void stop();

        /** Lets it go on. */
        void goOn();
    }

    /** One that holds nothing until it is told {@linkplain #extend until when} attempts may run. */
    public Freeze(InstantSource clock) {
        this.clock = clock;
    }

    /** One that never holds anything. */
    public static Freeze never() {
        return new Freeze(InstantSource.system());
    }

    /** Attempts may run until then; no effect while they are held. */
    public void extend(Instant moment) {
        synchronized (lock) {
            if (heldSince == null) {
                until = moment;
            }
        }
    }

    /**
     * Holds attempts until {@link #release}. To stop children too, {@link #settle}.
     *
     * @param since from when on they had to wait
     */
    public void hold(Instant since) {
        synchronized (lock) {
            if (heldSince == null) {
                heldSince = since;
            }
        }
    }

    /** Lets attempts go on until then. To let their children go on too, {@link #settle}. */
    public void release(Instant moment) {
        synchronized (lock) {
            if (heldSince != null) {
                past = frozen();
                heldSince = null;
            }
            until = moment;
            lock.notifyAll();
        }
    }

    /** True between {@link #hold} and {@link #release}. */
    public boolean isHeld() {
        synchronized (lock) {
            return heldSince != null;
        }
    }

    /** True while attempts must not go on. */
    public boolean isFrozen() {
        synchronized (lock) {
            return heldSince != null || !clock.instant().isBefore(until);
        }
    }

    /** For how long attempts may run on from now, a day at most; nothing when they must not. */
    public Duration left() {
        synchronized (lock) {
            Instant now = clock.instant();
            if (heldSince != null || !now.isBefore(until)) {
                return Duration.ZERO;
            }
            Instant tomorrow = now.plus(LONGEST);
            return until.isBefore(tomorrow) ? Duration.between(now, until) : LONGEST;
        }
    }

    /** For how long attempts have been held so far, all in all. */
    public Duration frozen() {
        synchronized (lock) {
            if (heldSince == null) {
                return past;
            }
            Duration now = Duration.between(heldSince, clock.instant());
            return now.isNegative() ? past : past.plus(now);
        }
    }

    /** Stops the children, or lets them go on, as is right now. May take a while. */
    public void settle() {
        synchronized (childrenLock) {
            boolean stop = isHeld();
            if (stop != childrenStopped) {
                childrenStopped = stop;
                children.forEach(stop ? Child::stop : Child::goOn);
            }
        }
    }

    /** Has a child stopped while attempts are held. Close the registration when it has ended. */
    public Cancellation.Registration register(Child child) {
        synchronized (childrenLock) {
            children.add(child);
            if (childrenStopped) {
                child.stop();
            }
        }
        return () -> {
            synchronized (childrenLock) {
                children.remove(child);
            }
        };
    }

    /**
     * A checkpoint: waits while attempts are held, unless this one is cancelled.
     *
     * @throws Cancellation.CancelledException when the thread is interrupted meanwhile; its flag stays set
     */
    void pass(Cancellation cancellation) {
        if (!isFrozen()) {
            return;
        }
        try (Cancellation.Registration ignored = cancellation.onCancel(this::wake)) {
            synchronized (lock) {
                while (isFrozen() && !cancellation.isCancelled()) {
                    lock.wait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancellation.CancelledException("interrupted");
        }
    }

    private void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }
}
