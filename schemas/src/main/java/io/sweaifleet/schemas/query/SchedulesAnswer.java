package io.sweaifleet.schemas.query;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of a pool.
 *
 * @param pool pool
 * @param schedules by id
 */
public record SchedulesAnswer(String pool, List<Schedule> schedules) {

    /**
     * One schedule, and where it stands.
     *
     * @param id id within the pool
     * @param version version of the schedule
     * @param description one line for people
     * @param when cron expression and time zone, or "every ... ms"
     * @param overlap what happens while the run before is under way
     * @param missed what happens to firings that were missed
     * @param paused whether it is held back
     * @param next time of the next firing, or null when there is none
     * @param due when that firing is due: the time and the schedule's jitter, or null
     * @param lastRun workflow of the last firing, or null
     * @param last time of the last firing, or null
     * @param underWay whether the last run has not ended
     * @param kept time of a firing that waits for the last run to end, or null
     */
    public record Schedule(
            String id,
            int version,
            String description,
            String when,
            String overlap,
            String missed,
            boolean paused,
            @Nullable Instant next,
            @Nullable Instant due,
            @Nullable String lastRun,
            @Nullable Instant last,
            boolean underWay,
            @Nullable Instant kept) {}
}
