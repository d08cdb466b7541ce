package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A success was one. */
final class RealResults implements Check {

    @Override
    public String name() {
        return "real-results";
    }

    @Override
    public String promise() {
        return "a task that succeeded was done by the agent whose attempt its outcome names last, before the outcome was decided";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<String, AgentRun> byLease = new HashMap<>();
        history.recorded().runs().forEach(run -> byLease.put(run.lease(), run));
        for (TaskOutcome outcome : history.recorded().outcomes()) {
            if (outcome.getStatus() != TaskStatus.SUCCEEDED) {
                continue;
            }
            verdict.look();
            List<AttemptSummary> attempts = outcome.getAttempts();
            AttemptSummary last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
            AgentRun run = last == null ? null : byLease.get(last.getLeaseId());
            verdict.require(
                    last != null && last.getStatus() == AttemptStatus.SUCCEEDED && run != null && run.succeeded(),
                    "task %s/%s succeeded by its outcome, and by the agents' log its last attempt %s",
                    outcome.getPool(),
                    outcome.getTaskId(),
                    run == null ? "never ran" : "ended as " + run.how());
            verdict.require(
                    run == null || run.endedAt() <= outcome.getFinishedAt().toEpochMilli(),
                    "task %s/%s succeeded at %s by its outcome, and by the agents' log its last attempt ended after that",
                    outcome.getPool(),
                    outcome.getTaskId(),
                    outcome.getFinishedAt());
        }
        return verdict;
    }
}
