package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nothing starts before what it waits for. */
final class Dependencies implements Check {

    @Override
    public String name() {
        return "dependencies";
    }

    @Override
    public String promise() {
        return "a task starts only after each task that it depends on has ended well, or says that its failure does not matter";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<Ref, LeaseLife> first = new HashMap<>();
        history.leases().values().forEach(lease -> first.putIfAbsent(lease.task(), lease));
        history.tasks().forEach((task, submitted) -> {
            for (String needed : submitted.getDependsOn()) {
                verdict.look();
                LeaseLife lease = first.get(task);
                if (lease != null) {
                    started(verdict, history, lease, new Ref(task.pool(), needed));
                }
            }
        });
        return verdict;
    }

    private static void started(Verdict verdict, CheckedHistory history, LeaseLife lease, Ref needed) {
        Ref task = lease.task();
        verdict.require(
                history.endOf(needed) < lease.assigned(),
                "event %d starts task %s, and task %s that it depends on had not ended",
                lease.assigned(),
                task,
                needed);
        TaskOutcome outcome = history.outcome(needed);
        TaskSubmitted dependency = history.task(needed);
        boolean worked = outcome != null
                && (outcome.getStatus() == TaskStatus.SUCCEEDED
                        || (outcome.getStatus() == TaskStatus.SKIPPED
                                && !outcome.getAttempts().isEmpty()));
        verdict.require(
                worked || (dependency != null && dependency.getOnFailure() == FailurePolicy.CONTINUE),
                "event %d starts task %s, and task %s that it depends on ended as %s",
                lease.assigned(),
                task,
                needed,
                outcome == null ? "nothing" : outcome.getStatus());
        if (outcome == null || outcome.getStatus() != TaskStatus.SUCCEEDED) {
            return;
        }
        long doneAt = history.runs().getOrDefault(needed, List.of()).stream()
                .filter(AgentRun::succeeded)
                .mapToLong(AgentRun::endedAt)
                .min()
                .orElse(Long.MAX_VALUE);
        for (AgentRun run : history.runs().getOrDefault(task, List.of())) {
            verdict.require(
                    run.startedAt() >= doneAt,
                    "by the agents' log, task %s ran from %d on, and task %s that it depends on was not done before %d",
                    task,
                    run.startedAt(),
                    needed,
                    doneAt);
        }
    }
}
