package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.schemas.query.CheckAnswer;
import java.util.HashSet;
import java.util.Set;

/** What the owners of the pools said about their state, once all was over. */
final class StoreInvariants implements Check {

    @Override
    public String name() {
        return "store-invariants";
    }

    @Override
    public String promise() {
        return "once all work is done, no pool has anything left that has not ended, and nothing contradicts itself (/check)";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Set<String> answered = new HashSet<>();
        for (CheckAnswer answer : history.recorded().answers()) {
            verdict.look();
            answered.add(answer.pool());
            answer.problems()
                    .forEach(problem ->
                            verdict.violated("pool " + answer.pool() + ", " + problem.of() + ": " + problem.message()));
            verdict.require(answer.complete(), "pool %s has more left than one check may read", answer.pool());
            verdict.require(
                    answer.tasks() == 0 && answer.workflows() == 0,
                    "pool %s has %d tasks and %d workflows left that have not ended",
                    answer.pool(),
                    answer.tasks(),
                    answer.workflows());
        }
        history.recorded()
                .unanswered()
                .forEach((pool, why) -> verdict.violated("pool " + pool + " could not be asked: " + why));
        for (String pool : history.recorded().journal().keySet()) {
            verdict.require(
                    answered.contains(pool) || history.recorded().unanswered().containsKey(pool),
                    "pool %s was not asked",
                    pool);
        }
        return verdict;
    }
}
