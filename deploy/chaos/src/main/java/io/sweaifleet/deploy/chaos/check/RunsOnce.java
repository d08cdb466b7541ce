package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.Ref;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What agents really did, against what core committed. */
final class RunsOnce implements Check {

    @Override
    public String name() {
        return "runs-once";
    }

    @Override
    public String promise() {
        return "an agent starts only what was committed, each lease once; no attempt runs beside another of its task unless its"
                + " lease had expired";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<String, AgentRun> byLease = new HashMap<>();
        for (AgentRun run : history.recorded().runs()) {
            verdict.look();
            AgentRun before = byLease.putIfAbsent(run.lease(), run);
            verdict.require(
                    before == null,
                    "lease %s of task %s was started twice: by %s and by %s",
                    run.lease(),
                    run.task(),
                    before == null ? "" : before.worker(),
                    run.worker());
            LeaseLife lease = history.leases().get(run.lease());
            verdict.require(
                    lease != null
                            && lease.task().equals(run.task())
                            && lease.attempt() == run.attempt()
                            && lease.worker().equals(run.worker()),
                    "%s ran attempt %d of task %s under lease %s, which the journal gave as %s",
                    run.worker(),
                    run.attempt(),
                    run.task(),
                    run.lease(),
                    lease == null ? "nothing" : lease);
        }
        history.runs().forEach((task, runs) -> besides(verdict, history, task, runs));
        return verdict;
    }

    private static void besides(Verdict verdict, CheckedHistory history, Ref task, List<AgentRun> runs) {
        for (int i = 0; i < runs.size(); i++) {
            for (int j = i + 1; j < runs.size(); j++) {
                AgentRun one = runs.get(i);
                AgentRun other = runs.get(j);
                LeaseLife lease = history.leases().get(one.lease());
                verdict.require(
                        other.startedAt() >= one.endedAt() || (lease != null && lease.expired()),
                        "attempts %d and %d of task %s ran at once (from %d and from %d), and lease %s had not expired",
                        one.attempt(),
                        other.attempt(),
                        task,
                        one.startedAt(),
                        other.startedAt(),
                        one.lease());
            }
        }
    }
}
