package io.sweaifleet.deploy.chaos.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All promises that a history is held against. */
public final class Checker {

    /** The checks, in the order in which they are told. */
    public static final List<Check> CHECKS = List.of(
            new OneOutcome(),
            new WorkflowOutcomes(),
            new Reasons(),
            new Contradictions(),
            new JournalNumbers(),
            new Lifecycle(),
            new RunsOnce(),
            new RealResults(),
            new HealthyLeases(),
            new Dependencies(),
            new ConcurrencyKeys(),
            new Rates(),
            new Priorities(),
            new FairShares(),
            new Pauses(),
            new Budgets(),
            new StoreInvariants(),
            new Replays());

    private Checker() {}

    /** What each check says of a history. */
    public static Map<Check, Verdict> check(CheckedHistory history) {
        Map<Check, Verdict> verdicts = new LinkedHashMap<>();
        CHECKS.forEach(check -> verdicts.put(check, check.on(history)));
        return verdicts;
    }
}
