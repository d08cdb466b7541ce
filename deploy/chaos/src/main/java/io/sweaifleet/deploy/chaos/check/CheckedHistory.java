package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.History;
import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A history with what several checks look up in it. */
public final class CheckedHistory {

    private final History history;
    private final Replayed replayed;
    private final Map<Ref, TaskSubmitted> tasks;
    private final Map<Ref, List<TaskOutcome>> outcomes;
    private final Map<String, LeaseLife> leases = new LinkedHashMap<>();
    private final Map<Ref, Long> endedBy = new HashMap<>();
    private final Map<Ref, List<AgentRun>> runs = new TreeMap<>();

    /** A history, and what came of deciding it again. */
    public CheckedHistory(History history, Replayed replayed) {
        this.history = history;
        this.replayed = replayed;
        this.tasks = history.tasks();
        this.outcomes = history.outcomesByTask();
        history.journal().values().forEach(this::follow);
        history.runs().forEach(run -> runs.computeIfAbsent(run.task(), none -> new ArrayList<>())
                .add(run));
    }

    private void follow(List<TaskEvent> events) {
        Map<Ref, String> current = new HashMap<>();
        for (TaskEvent event : events) {
            String taskId = event.getTaskId();
            if (taskId == null) {
                continue;
            }
            Ref task = new Ref(event.getPool(), taskId);
            if (event.getType() == TaskEventType.TASK_ASSIGNED) {
                String lease = String.valueOf(event.getLeaseId());
                current.put(task, lease);
                leases.put(
                        lease,
                        new LeaseLife(
                                task,
                                event.getAttempt() == null ? 0 : event.getAttempt(),
                                lease,
                                String.valueOf(event.getWorkerId()),
                                event.getSequence(),
                                event.getDecidedAt().toEpochMilli(),
                                Long.MAX_VALUE,
                                Long.MAX_VALUE,
                                false));
            } else if (endsLease(event.getType())) {
                String lease = current.get(task);
                LeaseLife life = lease == null ? null : leases.get(lease);
                if (life != null && life.isOpen()) {
                    leases.put(
                            life.lease(),
                            life.endedBy(
                                    event.getSequence(),
                                    event.getDecidedAt().toEpochMilli(),
                                    event.getType() == TaskEventType.LEASE_EXPIRED));
                }
            }
            if (event.getType() == TaskEventType.TASK_ENDED) {
                endedBy.putIfAbsent(task, event.getSequence());
            }
        }
    }

    /** Whether an event of this type ends the lease of its task. */
    static boolean endsLease(TaskEventType type) {
        return type == TaskEventType.ATTEMPT_FAILED
                || type == TaskEventType.LEASE_EXPIRED
                || type == TaskEventType.TASK_ENDED;
    }

    /** Everything as it was recorded. */
    History recorded() {
        return history;
    }

    /** What came of deciding everything again. */
    Replayed replayed() {
        return replayed;
    }

    /** Every task that was submitted. */
    Map<Ref, TaskSubmitted> tasks() {
        return tasks;
    }

    @Nullable
    TaskSubmitted task(Ref task) {
        return tasks.get(task);
    }

    /** Outcomes by task. */
    Map<Ref, List<TaskOutcome>> outcomes() {
        return outcomes;
    }

    /** The first outcome of a task, or null when it has none. */
    @Nullable
    TaskOutcome outcome(Ref task) {
        List<TaskOutcome> all = outcomes.getOrDefault(task, List.of());
        return all.isEmpty() ? null : all.get(0);
    }

    /** Every lease, by its id, in the order in which each pool gave them. */
    Map<String, LeaseLife> leases() {
        return leases;
    }

    /** Sequence number of the event that ended a task; {@link Long#MAX_VALUE} when none did. */
    long endOf(Ref task) {
        return endedBy.getOrDefault(task, Long.MAX_VALUE);
    }

    /** Runs of each task, in the order of their starts. */
    Map<Ref, List<AgentRun>> runs() {
        return runs;
    }
}
