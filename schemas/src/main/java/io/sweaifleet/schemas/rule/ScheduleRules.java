package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.text.Shortened;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a schedule may say. What its workflow may say beyond this is as for any submission. */
public final class ScheduleRules {

    /** Ids of runs and of their tasks are made of these: run id, a dash, task id has at most 100 characters. */
    private static final Pattern SHORT_ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    private static final int DESCRIPTION_LIMIT = 500;
    private static final int MOST_MADE_UP = 100;
    private static final long SECOND_MS = 1_000;
    private static final long HOUR_MS = 3_600_000L;
    private static final long WEEK_MS = 604_800_000L;
    private static final long YEAR_MS = 31_622_400_000L;

    private ScheduleRules() {}

    /** The first problem of a schedule, or null. */
    public static @Nullable Failure check(Schedule schedule) {
        Checks checks = new Checks();
        shortId(checks, "id", schedule.getId());
        checks.id("pool", schedule.getPool());
        checks.range("version", schedule.getVersion(), 0, Integer.MAX_VALUE);
        checks.length("description", schedule.getDescription(), DESCRIPTION_LIMIT);
        times(checks, schedule);
        checks.range("jitterMs", schedule.getJitterMs(), 0, jitterLimit(schedule));
        checks.range("catchUpWindowMs", schedule.getCatchUpWindowMs(), 0, WEEK_MS);
        checks.range("mostMissed", schedule.getMostMissed(), 1, MOST_MADE_UP);
        workflow(checks, schedule, schedule.getWorkflow());
        return checks.problem();
    }

    private static long jitterLimit(Schedule schedule) {
        Long interval = schedule.getIntervalMs();
        return interval == null ? HOUR_MS : Math.max(0, Math.min(HOUR_MS, interval - 1));
    }

    private static void times(Checks checks, Schedule schedule) {
        Long interval = schedule.getIntervalMs();
        if ((schedule.getCron() == null) == (interval == null)) {
            checks.refuse(
                    interval == null ? "MISSING_FIELD" : "INVALID_VALUE",
                    interval == null ? "Neither cron nor intervalMs is set" : "Both cron and intervalMs are set",
                    "Give one of them, such as cron: \"15 3 * * *\" or intervalMs: 15m",
                    "cron",
                    schedule.getCron());
            return;
        }
        if (interval != null) {
            checks.range("intervalMs", interval, SECOND_MS, YEAR_MS);
            if (interval % SECOND_MS != 0) {
                checks.refuse(
                        "INVALID_VALUE",
                        "Field intervalMs is " + interval + ", which is not a number of whole seconds",
                        "Give a multiple of 1,000",
                        "intervalMs",
                        interval);
            }
        }
        if (schedule.getStartAt() != null
                && schedule.getEndAt() != null
                && schedule.getEndAt().isBefore(schedule.getStartAt())) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field endAt is " + schedule.getEndAt() + ", which is before startAt " + schedule.getStartAt(),
                    "Give a later end, or none",
                    "endAt",
                    schedule.getEndAt());
        }
        if (schedule.getStartAt() != null && schedule.getStartAt().toEpochMilli() < 0) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field startAt is " + schedule.getStartAt() + ", which is before 1970",
                    "Give a later start, or none",
                    "startAt",
                    schedule.getStartAt());
        }
        if (checks.problem() == null) {
            try {
                FiringTimes.of(schedule);
            } catch (IllegalArgumentException e) {
                boolean zone = String.valueOf(e.getMessage()).contains("time zone");
                checks.refuse(
                        "INVALID_VALUE",
                        zone
                                ? "Field timeZone is '" + Shortened.to(120, schedule.getTimeZone())
                                        + "', which is no time zone"
                                : "Field cron is '" + Shortened.to(120, String.valueOf(schedule.getCron()))
                                        + "', which is no cron expression: " + e.getMessage(),
                        zone
                                ? "Give a name such as UTC or Europe/Berlin"
                                : "Give five fields: minute, hour, day of the month, month, day of the week, such as"
                                        + " \"15 3 * * MON-FRI\"",
                        zone ? "timeZone" : "cron",
                        zone ? schedule.getTimeZone() : schedule.getCron());
            }
        }
    }

    private static void workflow(Checks checks, Schedule schedule, WorkflowSubmitted workflow) {
        if (workflow.getId() != null) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field workflow.id is set, but each run has an id of its own",
                    "Leave it out: ids of runs are made of the schedule's id and the time",
                    "workflow.id",
                    workflow.getId());
        }
        if (workflow.getPool() != null && !workflow.getPool().equals(schedule.getPool())) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field workflow.pool is " + workflow.getPool() + ", but the schedule's pool is "
                            + schedule.getPool(),
                    "Leave it out",
                    "workflow.pool",
                    workflow.getPool());
        }
        noMoment(checks, "workflow.deadline", workflow.getDeadline(), "scheduleToStartMs or startToFinishMs of tasks");
        for (int i = 0; i < workflow.getTasks().size(); i++) {
            TaskSubmitted task = workflow.getTasks().get(i);
            String prefix = "workflow.tasks[" + i + "].";
            if (task.getId() != null) {
                shortId(checks, prefix + "id", task.getId());
            }
            noMoment(checks, prefix + "deadline", task.getDeadline(), "scheduleToStartMs or startToFinishMs");
            noMoment(checks, prefix + "notBefore", task.getNotBefore(), "delayMs, counted from the time of the firing");
        }
    }

    private static void noMoment(Checks checks, String field, @Nullable Object moment, String instead) {
        if (moment != null) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field " + field + " is set, which is one moment for all runs",
                    "Use " + instead,
                    field,
                    moment);
        }
    }

    private static void shortId(Checks checks, String field, String value) {
        if (!SHORT_ID.matcher(value).matches()) {
            checks.refuse(
                    value.isEmpty() ? "MISSING_FIELD" : "INVALID_ID",
                    value.isEmpty()
                            ? "Field " + field + " is empty"
                            : "Field " + field + " is '" + Shortened.to(120, value)
                                    + "', which is not the id of a schedule or of its tasks",
                    "Use lower-case letters, digits and dashes, beginning with a letter or digit, at most 40 characters",
                    field,
                    value);
        }
    }
}
