package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.TaskEventType;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rates of starts, by rate key. A task beyond the rate is held behind the key's gate; a timer of the key lets as many through as
 * may start then, and removes the bucket once it is full again and nobody waits.
 */
final class Rates {

    /** Within this time a changed limit is applied to what already waits, in ms. */
    static final long RECHECK_MS = 60_000;

    private static final String RATE = "rate:";

    private Rates() {}

    private static String gateOf(String rateKey) {
        return RATE + rateKey;
    }

    /** The rate key of a gate, or null when the gate is another's. */
    static @Nullable String keyOf(String gate) {
        return gate.startsWith(RATE) ? gate.substring(RATE.length()) : null;
    }

    /** What a rate says to those it holds back. */
    static String nextAt(String rateKey, long next) {
        return "rate of key " + rateKey + ": next at " + Instant.ofEpochMilli(next);
    }

    private static RateEntry entry(Step step, String rateKey) {
        return Objects.requireNonNullElse(step.state.get(new Key.OfRate(step.pool, rateKey)), RateEntry.FULL);
    }

    /** Moves a task that could start behind the gate of its rate key, when the rate says so. */
    static boolean hold(Step step, String taskId, TaskEntry.Live task, long order) {
        String key = task.spec().getRateKey();
        RateLimit limit = key == null ? null : step.rules.rateOf(key);
        if (key == null || limit == null) {
            return false;
        }
        RateEntry entry = entry(step, key);
        if (limit.permitsAt(entry.tat(), step.now()) > 0) {
            return false;
        }
        long next = limit.nextAt(entry.tat());
        Queue.put(step, taskId, task.withPhase(new TaskEntry.Phase.Held(order, gateOf(key))));
        arm(step, key, entry, Math.min(next, step.now() + RECHECK_MS));
        step.journal(TaskEventType.TASK_HELD, taskId, task.workflowId(), task.spec())
                .dueAt(next)
                .message(nextAt(key, next))
                .add();
        return true;
    }

    /** A task with a rate key starts. */
    static void enter(Step step, @Nullable String key) {
        RateLimit limit = key == null ? null : step.rules.rateOf(key);
        if (key != null && limit != null) {
            RateEntry before = entry(step, key);
            long tat = limit.after(before.tat(), step.now(), 1);
            arm(step, key, new RateEntry(tat, before.timerAt()), RateLimit.millis(tat));
        }
    }

    /** Keeps a bucket, and sees to it that its timer is due no later than a moment. */
    private static void arm(Step step, String key, RateEntry entry, long dueAt) {
        long timerAt = entry.timerAt();
        if (timerAt == 0 || dueAt < timerAt) {
            if (timerAt != 0) {
                step.dropTimer(timerAt, TimerKind.RATE, key);
            }
            step.setTimer(dueAt, TimerKind.RATE, key);
            timerAt = dueAt;
        }
        step.state.put(new Key.OfRate(step.pool, key), new RateEntry(entry.tat(), timerAt));
    }

    /** Lets through what may start now. A task that waited may find that others took its permit; then it is held again. */
    static void onTimer(Step step, Key.OfTimer timer) {
        String key = timer.id();
        RateEntry entry = entry(step, key);
        if (entry.timerAt() != timer.dueAt()) {
            return;
        }
        RateLimit limit = step.rules.rateOf(key);
        long permits = limit == null
                ? Gates.RELEASES_PER_STEP
                : Math.min(Gates.RELEASES_PER_STEP, limit.permitsAt(entry.tat(), step.now()));
        int released = Gates.letThrough(step, gateOf(key), (int) permits);
        boolean more = step.state.firstReady(step.pool, gateOf(key)) != null;
        if (!more && RateLimit.millis(entry.tat()) <= step.now()) {
            step.state.delete(new Key.OfRate(step.pool, key));
            return;
        }
        long next = RateLimit.millis(entry.tat());
        if (more) {
            next = limit == null
                    ? step.now()
                    : Math.min(limit.nextAt(limit.after(entry.tat(), step.now(), released)), step.now() + RECHECK_MS);
        }
        arm(step, key, new RateEntry(entry.tat(), 0), next);
    }
}
