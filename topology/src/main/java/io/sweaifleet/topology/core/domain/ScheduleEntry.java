package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.schedule.Schedule;

/**
 * A schedule, and where it stands. Times in ms since the epoch.
 *
 * @param spec the schedule, defaults of its workflow filled in
 * @param origin where it was read
 * @param next time of the next firing, or {@link FiringTimes#NONE}
 * @param timerAt when its timer is due, or 0 when none is set
 * @param lastRun workflow of the last firing, or empty
 * @param lastTime time of the last firing, or {@link FiringTimes#NONE}
 * @param kept time of a firing that waits for the last run to end, or {@link FiringTimes#NONE}
 */
public record ScheduleEntry(
        Schedule spec, Origin origin, long next, long timerAt, String lastRun, long lastTime, long kept) {

    ScheduleEntry withNext(long time) {
        return new ScheduleEntry(spec, origin, time, timerAt, lastRun, lastTime, kept);
    }

    ScheduleEntry withTimerAt(long at) {
        return new ScheduleEntry(spec, origin, next, at, lastRun, lastTime, kept);
    }

    ScheduleEntry fired(String run, long time) {
        return new ScheduleEntry(spec, origin, next, timerAt, run, time, kept);
    }

    ScheduleEntry keeping(long time) {
        return new ScheduleEntry(spec, origin, next, timerAt, lastRun, lastTime, time);
    }
}
