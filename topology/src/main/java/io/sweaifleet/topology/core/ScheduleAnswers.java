package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.schedule.MissedPolicy;
import io.sweaifleet.schemas.schedule.OverlapPolicy;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.topology.core.domain.ScheduleEntry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What queries tell of a schedule. */
final class ScheduleAnswers {

    private ScheduleAnswers() {}

    static SchedulesAnswer.Schedule of(ScheduleEntry entry, boolean underWay) {
        Schedule spec = entry.spec();
        boolean none = entry.next() == FiringTimes.NONE;
        return new SchedulesAnswer.Schedule(
                spec.getId(),
                spec.getVersion(),
                spec.getDescription(),
                spec.getCron() == null
                        ? "every " + spec.getIntervalMs() + " ms"
                        : spec.getCron() + " " + spec.getTimeZone(),
                (spec.getOverlap() == OverlapPolicy.UNKNOWN ? OverlapPolicy.SKIP : spec.getOverlap()).name(),
                (spec.getMissed() == MissedPolicy.UNKNOWN ? MissedPolicy.FIRE_ONCE : spec.getMissed()).name(),
                spec.getPaused(),
                time(entry.next()),
                none ? null : time(FiringTimes.of(spec).dueAt(entry.next())),
                entry.lastRun().isEmpty() ? null : entry.lastRun(),
                time(entry.lastTime()),
                underWay,
                time(entry.kept()));
    }

    private static @Nullable Instant time(long at) {
        return at == FiringTimes.NONE ? null : Instant.ofEpochMilli(at);
    }
}
