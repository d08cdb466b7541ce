package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A key is held by no more than its limit: by the leases that core gave, and by what the agents did. */
final class ConcurrencyKeys implements Check {

    @Override
    public String name() {
        return "concurrency-keys";
    }

    @Override
    public String promise() {
        return "no more attempts of a concurrency key hold leases, or run under leases that have not expired, than its limit";
    }

    /** A stretch of time in which an agent worked under a valid lease. */
    private record Work(Ref task, long from, long to, int limit) {}

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().values().forEach(events -> byLeases(verdict, history, events));
        byRuns(verdict, history);
        return verdict;
    }

    private static void byLeases(Verdict verdict, CheckedHistory history, List<TaskEvent> events) {
        Map<String, LinkedHashMap<Ref, Long>> holders = new HashMap<>();
        for (TaskEvent event : events) {
            String taskId = event.getTaskId();
            TaskSubmitted task = taskId == null ? null : history.task(new Ref(event.getPool(), taskId));
            String key = task == null ? null : task.getConcurrencyKey();
            if (taskId == null || task == null || key == null) {
                continue;
            }
            Ref ref = new Ref(event.getPool(), taskId);
            LinkedHashMap<Ref, Long> held = holders.computeIfAbsent(key, none -> new LinkedHashMap<>());
            if (event.getType() == TaskEventType.TASK_ASSIGNED) {
                verdict.look();
                held.put(ref, event.getSequence());
                verdict.require(
                        held.size() <= task.getConcurrencyLimit(),
                        "event %d starts task %s with concurrency key %s, of which %s hold leases; the limit is %d",
                        event.getSequence(),
                        ref,
                        key,
                        held.keySet(),
                        task.getConcurrencyLimit());
            } else if (CheckedHistory.endsLease(event.getType())) {
                held.remove(ref);
            }
        }
    }

    private static void byRuns(Verdict verdict, CheckedHistory history) {
        Map<Ref, List<Work>> byKey = new TreeMap<>();
        for (AgentRun run : history.recorded().runs()) {
            TaskSubmitted task = history.task(run.task());
            String key = task == null ? null : task.getConcurrencyKey();
            if (task != null && key != null) {
                LeaseLife lease = history.leases().get(run.lease());
                long to = lease != null && lease.expired() ? Math.min(run.endedAt(), lease.endedAt()) : run.endedAt();
                byKey.computeIfAbsent(new Ref(run.task().pool(), key), none -> new ArrayList<>())
                        .add(new Work(run.task(), run.startedAt(), to, task.getConcurrencyLimit()));
            }
        }
        byKey.forEach((key, works) -> {
            works.sort(Comparator.comparingLong(Work::from));
            List<Work> running = new ArrayList<>();
            for (Work work : works) {
                verdict.look();
                running.removeIf(other -> other.to() <= work.from());
                running.add(work);
                verdict.require(
                        running.size() <= work.limit(),
                        "by the agents' log, tasks %s with concurrency key %s ran at once at %d; the limit is %d",
                        running.stream().map(Work::task).toList(),
                        key,
                        work.from(),
                        work.limit());
            }
        });
    }
}
