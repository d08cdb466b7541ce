package io.sweaifleet.agent.brain.limit;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Slots and rates of the agents of one worker, first come, first served. */
public final class LocalGate implements InferenceGate {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(200);

    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

    @Override
    public Slot enter(ModelConfig model, Cancellation cancellation) throws InterruptedException {
        return endpoints
                .computeIfAbsent(InferenceGate.endpoint(model), url -> new Endpoint())
                .enter(model, cancellation);
    }

    @Override
    public void pause(ModelConfig model, Duration time) {
        endpoints
                .computeIfAbsent(InferenceGate.endpoint(model), url -> new Endpoint())
                .pause(time);
    }

    @Override
    public void close() {
        endpoints.clear();
    }

    /** One endpoint. */
    private static final class Endpoint {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final Deque<Object> queue = new ArrayDeque<>();
        private final Deque<Long> lastMinute = new ArrayDeque<>();
        private int held;
        private long pausedUntil = System.nanoTime();

        Slot enter(ModelConfig model, Cancellation cancellation) throws InterruptedException {
            Object ticket = new Object();
            lock.lockInterruptibly();
            try {
                queue.add(ticket);
                while (true) {
                    if (cancellation.isCancelled()) {
                        cancellation.check();
                    }
                    long wait = queue.peek() == ticket ? waitOf(model) : LOOK_AGAIN;
                    if (wait <= 0) {
                        break;
                    }
                    long left = changed.awaitNanos(Math.min(wait, LOOK_AGAIN));
                    assert left <= wait;
                }
                held++;
                if (model.requestsPerMinute() > 0) {
                    lastMinute.add(System.nanoTime());
                }
            } finally {
                queue.remove(ticket);
                changed.signalAll();
                lock.unlock();
            }
            return this::leave;
        }

        /** Nanoseconds to wait at least; 0 when a request may pass now. */
        private long waitOf(ModelConfig model) {
            long now = System.nanoTime();
            if (model.slots() > 0 && held >= model.slots()) {
                return LOOK_AGAIN;
            }
            if (pausedUntil - now > 0) {
                return pausedUntil - now;
            }
            if (model.requestsPerMinute() <= 0) {
                return 0;
            }
            while (!lastMinute.isEmpty() && now - lastMinute.peek() >= MINUTE) {
                lastMinute.remove();
            }
            return lastMinute.size() < model.requestsPerMinute() ? 0 : lastMinute.peek() + MINUTE - now;
        }

        private void leave() {
            lock.lock();
            try {
                held--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void pause(Duration time) {
            lock.lock();
            try {
                long until = System.nanoTime() + time.toNanos();
                if (until - pausedUntil > 0) {
                    pausedUntil = until;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
