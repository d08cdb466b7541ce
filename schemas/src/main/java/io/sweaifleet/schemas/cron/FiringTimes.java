package io.sweaifleet.schemas.cron;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.schedule.Schedule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The times of a schedule. A firing's <i>time</i> follows from the expression or the interval; it is <i>due</i> a little later when the
 * schedule has a jitter. Both are functions of the schedule alone: whoever asks again gets the same. All in ms since the epoch.
 */
public final class FiringTimes {

    /** There is none. */
    public static final long NONE = Long.MIN_VALUE;

    private final Schedule schedule;
    private final @Nullable CronExpression cron;
    private final long intervalMs;
    private final long startAt;
    private final long endAt;

    private FiringTimes(Schedule schedule, @Nullable CronExpression cron) {
        this.schedule = schedule;
        this.cron = cron;
        this.intervalMs = schedule.getIntervalMs() == null ? 0 : schedule.getIntervalMs();
        this.startAt = schedule.getStartAt() == null ? 0 : schedule.getStartAt().toEpochMilli();
        this.endAt = schedule.getEndAt() == null
                ? Long.MAX_VALUE
                : schedule.getEndAt().toEpochMilli();
    }

    /**
     * The times of a schedule.
     *
     * @throws IllegalArgumentException when it has neither a cron expression nor an interval, or one that is none
     */
    public static FiringTimes of(Schedule schedule) {
        String expression = schedule.getCron();
        if (expression == null && schedule.getIntervalMs() == null) {
            throw new IllegalArgumentException("Schedule " + schedule.getId() + " has neither cron nor intervalMs");
        }
        return new FiringTimes(
                schedule, expression == null ? null : CronExpression.parse(expression, schedule.getTimeZone()));
    }

    /** The first time after a moment, or {@link #NONE}. */
    public long after(long moment) {
        long from = Math.max(moment, startAt - 1);
        Instant next = cron == null ? null : cron.after(Instant.ofEpochMilli(from));
        long found;
        if (cron == null) {
            found = startAt + (Math.floorDiv(from - startAt, intervalMs) + 1) * intervalMs;
        } else if (next == null) {
            return NONE;
        } else {
            found = next.toEpochMilli();
        }
        return found > endAt ? NONE : found;
    }

    /** The last time that is not after a moment, or {@link #NONE}. */
    public long upTo(long moment) {
        long to = Math.min(moment, endAt);
        if (to < startAt) {
            return NONE;
        }
        Instant last = cron == null ? null : cron.upTo(Instant.ofEpochMilli(to));
        if (cron == null) {
            return startAt + Math.floorDiv(to - startAt, intervalMs) * intervalMs;
        }
        return last == null || last.toEpochMilli() < startAt ? NONE : last.toEpochMilli();
    }

    /** When the firing of a time is due: up to the schedule's jitter later. */
    public long dueAt(long time) {
        long jitterMs = schedule.getJitterMs();
        if (jitterMs == 0) {
            return time;
        }
        String name = Keys.of(schedule.getPool(), schedule.getId()) + "@" + time;
        return time + Math.floorMod(hash(name), jitterMs + 1);
    }

    /** The last time whose firing is due by a moment, or {@link #NONE}. */
    public long dueUpTo(long moment) {
        long time = upTo(moment);
        while (time != NONE && dueAt(time) > moment) {
            time = upTo(time - 1);
        }
        return time;
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
