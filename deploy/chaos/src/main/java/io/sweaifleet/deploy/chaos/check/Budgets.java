package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Work stops that has used its budget up: by what core decided, and by what the agents did. What a killed or lost attempt could no
 * longer tell is left out: nobody else can know of it.
 */
final class Budgets implements Check {

    @Override
    public String name() {
        return "budgets";
    }

    @Override
    public String promise() {
        return "no attempt starts of a task whose budget is used up, and no attempt goes beyond a budget by more than one step";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().values().forEach(events -> byEvents(verdict, events));
        history.tasks().forEach((task, submitted) -> {
            Budget budget = submitted.getBudget();
            if (budget != null && budget.getTokens() != null) {
                verdict.look();
                byRuns(verdict, history, task, budget.getTokens());
            }
        });
        return verdict;
    }

    private static void byEvents(Verdict verdict, List<TaskEvent> events) {
        Set<String> usedUp = new HashSet<>();
        for (TaskEvent event : events) {
            if (event.getType() == TaskEventType.BUDGET_EXCEEDED) {
                usedUp.add(String.valueOf(event.getTaskId()));
            } else if (event.getType() == TaskEventType.TASK_ASSIGNED) {
                verdict.require(
                        !usedUp.contains(String.valueOf(event.getTaskId())),
                        "event %d of pool %s starts task %s, whose budget is used up",
                        event.getSequence(),
                        event.getPool(),
                        event.getTaskId());
            }
        }
    }

    private static void byRuns(Verdict verdict, CheckedHistory history, Ref task, long limit) {
        long used = 0;
        for (AgentRun run : history.runs().getOrDefault(task, List.of())) {
            LeaseLife lease = history.leases().get(run.lease());
            if (run.how() == null || lease == null || lease.expired()) {
                continue;
            }
            List<Long> steps = run.tokens();
            for (int step = 0; step < steps.size(); step++) {
                verdict.require(
                        used < limit,
                        "by the agents' log, step %d of attempt %d of task %s came after %d of %d tokens were used",
                        step + 1,
                        run.attempt(),
                        task,
                        used,
                        limit);
                used += steps.get(step);
            }
        }
    }
}
