package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.schedule.MissedPolicy;
import io.sweaifleet.schemas.schedule.OverlapPolicy;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Schedules submit their workflow at their times.
 *
 * <p>A schedule has one timer. When it is due, at most one firing takes place: whatever else is due follows in further steps. Id and
 * tasks of a run follow from the schedule's id and the time of the firing, so whoever decides it again decides the same run.
 *
 * <p>Of the times that are due, the latest is on time when it is due for at most {@link #ON_TIME_MS}. All before it, and the latest
 * when it is later than that, were missed: the schedule's policy says what becomes of them.
 */
final class Schedules {

    /** Label of a run that names its schedule. */
    static final String LABEL = "fleet.schedule";

    /** Label of a run that tells the time of its firing. */
    static final String TIME_LABEL = "fleet.schedule-time";

    /** A firing that comes no later than this is on time, in ms: a restart of core takes about as long. */
    static final long ON_TIME_MS = 60_000;

    private static final DateTimeFormatter IN_ID =
            DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss'z'").withZone(ZoneOffset.UTC);

    private final Step step;
    private final Endings endings;

    Schedules(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    /** A schedule was defined, changed or removed. It applies at once; a change of its times makes them count from now. */
    void onSchedule(CoreInput input) {
        if (!Definitions.isNews(step, step.pool, input)) {
            return;
        }
        String id = input.getName();
        Key.OfSchedule key = new Key.OfSchedule(step.pool, id);
        ScheduleEntry before = step.state.get(key);
        Schedule spec = input.getSchedule();
        if (before != null && before.timerAt() != 0) {
            step.dropTimer(before.timerAt(), TimerKind.SCHEDULE, id);
        }
        if (spec == null) {
            if (before != null) {
                step.state.delete(key);
                changed(before.spec(), "is removed; runs under way go on").add();
            }
            return;
        }
        long next = nextOf(spec, before);
        ScheduleEntry entry = new ScheduleEntry(
                spec,
                input.getOrigin(),
                next,
                0,
                before == null ? "" : before.lastRun(),
                before == null ? FiringTimes.NONE : before.lastTime(),
                before == null || spec.getPaused() ? FiringTimes.NONE : before.kept());
        String what = "of version " + spec.getVersion();
        if (spec.getPaused()) {
            changed(spec, what + " is paused").add();
        } else if (next == FiringTimes.NONE) {
            changed(spec, what + " never fires (again)").add();
        } else {
            changed(spec, what + " fires next at " + Instant.ofEpochMilli(next))
                    .dueAt(next)
                    .add();
        }
        arm(FiringTimes.of(spec), entry);
    }

    private long nextOf(Schedule spec, @Nullable ScheduleEntry before) {
        FiringTimes times = FiringTimes.of(spec);
        if (spec.getPaused()) {
            return FiringTimes.NONE;
        }
        return before != null && hasTimesOf(before.spec(), spec) ? before.next() : times.after(step.now());
    }

    /** Whether a change leaves the times as they are: then those that were missed are not forgotten by it. */
    private static boolean hasTimesOf(Schedule one, Schedule other) {
        return Schedule.newBuilder(one)
                .setCron(other.getCron())
                .setTimeZone(other.getTimeZone())
                .setIntervalMs(other.getIntervalMs())
                .setStartAt(other.getStartAt())
                .setEndAt(other.getEndAt())
                .setJitterMs(other.getJitterMs())
                .setPaused(other.getPaused())
                .build()
                .equals(one);
    }

    private Step.Entry changed(Schedule spec, String what) {
        return step.journal(TaskEventType.SCHEDULE_CHANGED, "", tenantOf(spec))
                .schedule(spec.getId())
                .message("Schedule " + spec.getId() + " " + what);
    }

    /** The timer of a schedule is due. */
    void onTimer(Key.OfTimer timer) {
        ScheduleEntry entry = step.state.get(new Key.OfSchedule(step.pool, timer.id()));
        if (entry == null || entry.timerAt() != timer.dueAt()) {
            return;
        }
        FiringTimes times = FiringTimes.of(entry.spec());
        ScheduleEntry after = entry;
        if (entry.kept() != FiringTimes.NONE && !isUnderWay(entry.lastRun())) {
            after = fire(entry.keeping(FiringTimes.NONE), entry.kept());
        } else if (entry.next() != FiringTimes.NONE && times.dueAt(entry.next()) <= step.now()) {
            after = due(times, entry);
        }
        arm(times, after);
    }

    /** A workflow has ended that may be the run of a schedule, which may keep a firing for this moment. */
    static void onRunEnded(Step step, String workflowId, Map<String, String> labels) {
        String id = labels.get(LABEL);
        ScheduleEntry entry = id == null ? null : step.state.get(new Key.OfSchedule(step.pool, id));
        if (id != null
                && entry != null
                && entry.kept() != FiringTimes.NONE
                && entry.lastRun().equals(workflowId)) {
            if (entry.timerAt() != 0) {
                step.dropTimer(entry.timerAt(), TimerKind.SCHEDULE, id);
            }
            step.setTimer(step.now(), TimerKind.SCHEDULE, id);
            step.state.put(new Key.OfSchedule(step.pool, id), entry.withTimerAt(step.now()));
        }
    }

    /** Keeps the schedule, with a timer for what comes next. */
    private void arm(FiringTimes times, ScheduleEntry entry) {
        String id = entry.spec().getId();
        long at = entry.next() == FiringTimes.NONE ? 0 : Math.max(times.dueAt(entry.next()), step.now());
        if (entry.kept() != FiringTimes.NONE && !isUnderWay(entry.lastRun())) {
            at = step.now();
        }
        if (at != 0) {
            step.setTimer(at, TimerKind.SCHEDULE, id);
        }
        step.state.put(new Key.OfSchedule(step.pool, id), entry.withTimerAt(at));
    }

    /** Takes the times that are due from the earliest on, up to the first one that fires. */
    private ScheduleEntry due(FiringTimes times, ScheduleEntry entry) {
        long first = entry.next();
        long last = Math.max(first, times.dueUpTo(step.now()));
        boolean onTime = step.now() - times.dueAt(last) <= ON_TIME_MS;
        long firing =
                switch (policyOf(entry.spec())) {
                    case SKIP -> onTime ? last : FiringTimes.NONE;
                    case FIRE_ALL -> firstToMakeUp(times, entry.spec(), first, last, onTime);
                    default -> onTime || isRecent(times, entry.spec(), last) ? last : FiringTimes.NONE;
                };
        if (firing != first) {
            long left = firing == FiringTimes.NONE ? last : times.upTo(firing - 1);
            missed(entry.spec(), first, left);
        }
        ScheduleEntry taken = entry.withNext(times.after(firing == FiringTimes.NONE ? last : firing));
        return firing == FiringTimes.NONE ? taken : fire(taken, firing);
    }

    private static MissedPolicy policyOf(Schedule spec) {
        return spec.getMissed() == MissedPolicy.UNKNOWN ? MissedPolicy.FIRE_ONCE : spec.getMissed();
    }

    /** The earliest of the latest times that FIRE_ALL makes up for. */
    private long firstToMakeUp(FiringTimes times, Schedule spec, long first, long last, boolean onTime) {
        if (!onTime && !isRecent(times, spec, last)) {
            return FiringTimes.NONE;
        }
        long earliest = last;
        for (int missed = onTime ? 0 : 1; missed < spec.getMostMissed(); missed++) {
            long before = times.upTo(earliest - 1);
            if (before == FiringTimes.NONE || before < first || !isRecent(times, spec, before)) {
                break;
            }
            earliest = before;
        }
        return earliest;
    }

    private boolean isRecent(FiringTimes times, Schedule spec, long time) {
        return step.now() - times.dueAt(time) <= spec.getCatchUpWindowMs();
    }

    private void missed(Schedule spec, long first, long last) {
        String which = first == last
                ? "The firing of " + Instant.ofEpochMilli(first) + " was missed and is"
                : "The firings from " + Instant.ofEpochMilli(first) + " to " + Instant.ofEpochMilli(last)
                        + " were missed and are";
        skipped(spec, first, which + " not made up for (" + policyOf(spec) + ")");
    }

    private void skipped(Schedule spec, long time, String why) {
        step.journal(TaskEventType.SCHEDULE_SKIPPED, "", tenantOf(spec))
                .schedule(spec.getId())
                .dueAt(time)
                .message(why)
                .add();
    }

    private boolean isUnderWay(String run) {
        return !run.isEmpty() && step.liveWorkflow(run) != null;
    }

    /** Submits the workflow, unless the run before is in the way. */
    private ScheduleEntry fire(ScheduleEntry entry, long time) {
        Schedule spec = entry.spec();
        String firing = "The firing of " + Instant.ofEpochMilli(time);
        if (spec.getOverlap() != OverlapPolicy.ALLOW && isUnderWay(entry.lastRun())) {
            if (spec.getOverlap() == OverlapPolicy.BUFFER_ONE) {
                if (entry.kept() != FiringTimes.NONE) {
                    skipped(
                            spec,
                            entry.kept(),
                            "The firing of " + Instant.ofEpochMilli(entry.kept())
                                    + " is left out for the one after it: run " + entry.lastRun()
                                    + " is still under way");
                }
                return entry.keeping(time);
            }
            skipped(spec, time, firing + " is left out: run " + entry.lastRun() + " is still under way");
            return entry;
        }
        Submission submission = submission(entry, time);
        Submissions submissions = new Submissions(step, endings);
        String run = submission.workflowId();
        List<String> taken = submissions.takenIds(submission);
        if (step.state.get(new Key.OfWorkflow(step.pool, run)) != null || !taken.isEmpty()) {
            skipped(
                    spec,
                    time,
                    firing + " is left out: the pool has a workflow or task " + (taken.isEmpty() ? run : taken.get(0))
                            + " already");
            return entry;
        }
        step.journal(TaskEventType.SCHEDULE_FIRED, run, tenantOf(spec))
                .schedule(spec.getId())
                .dueAt(time)
                .message("Schedule " + spec.getId() + " fires for " + Instant.ofEpochMilli(time))
                .add();
        submissions.take(submission);
        return entry.fired(run, time);
    }

    private static String tenantOf(Schedule spec) {
        return Texts.tenant(spec.getWorkflow().getTenant());
    }

    private Submission submission(ScheduleEntry entry, long time) {
        Schedule spec = entry.spec();
        Instant at = Instant.ofEpochMilli(time);
        String run = spec.getId() + "-" + IN_ID.format(at);
        WorkflowSubmitted template = spec.getWorkflow();
        List<TaskSubmitted> tasks = new ArrayList<>(template.getTasks().size());
        for (TaskSubmitted task : template.getTasks()) {
            tasks.add(taskOf(run, time, task));
        }
        Map<String, String> labels = new HashMap<>(template.getLabels());
        labels.put(LABEL, spec.getId());
        labels.put(TIME_LABEL, at.toString());
        WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder(template)
                .setId(run)
                .setTasks(tasks)
                .setLabels(labels)
                .build();
        Origin read = entry.origin();
        CoreInput input = CoreInput.newBuilder()
                .setPool(step.pool)
                .setType(CoreInputType.WORKFLOW)
                .setOrigin(new Origin(
                        read.getTopic(), read.getTopicId(), read.getPartition(), read.getOffset(), step.decidedAt()))
                .setDigest("schedule " + spec.getId() + " at " + time)
                .setWorkflow(workflow)
                .build();
        return new Submission(input, workflow);
    }

    /** Ids of tasks are unique within the pool, so each run has its own. */
    private static TaskSubmitted taskOf(String run, long time, TaskSubmitted task) {
        Long delayMs = task.getDelayMs();
        return TaskSubmitted.newBuilder(task)
                .setId(run + "-" + task.getId())
                .setWorkflowId(run)
                .setDependsOn(task.getDependsOn().stream()
                        .map(needed -> run + "-" + needed)
                        .toList())
                .setNotBefore(delayMs == null ? null : Instant.ofEpochMilli(time + delayMs))
                .setDelayMs(null)
                .build();
    }
}
