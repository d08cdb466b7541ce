package io.sweaifleet.deploy.chaos;

import io.sweaifleet.deploy.chaos.check.Check;
import io.sweaifleet.deploy.chaos.check.CheckedHistory;
import io.sweaifleet.deploy.chaos.check.Checker;
import io.sweaifleet.deploy.chaos.check.Replayed;
import io.sweaifleet.deploy.chaos.check.Verdict;
import io.sweaifleet.deploy.chaos.history.History;
import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.deploy.chaos.history.HistoryReader;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.HistoryVerifier;
import io.sweaifleet.schemas.archive.Archive;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What the checker says of a history.
 *
 * @param history what was checked
 * @param verdicts what each check says
 */
public record Proof(History history, Map<Check, Verdict> verdicts) {

    /** Reads and checks the history in a directory, which needs no fleet. */
    public static Proof of(HistoryDirectory directory) {
        HistoryReader reader = new HistoryReader(directory);
        History history = reader.read();
        return new Proof(history, Checker.check(new CheckedHistory(history, replay(reader.archive()))));
    }

    /** Whether everything holds that was promised. */
    public boolean holds() {
        return verdicts.values().stream()
                .allMatch(verdict -> verdict.violations().isEmpty());
    }

    private static Replayed replay(Archive archive) {
        HistoryVerifier verifier = ServiceLoader.load(HistoryVerifier.class)
                .findFirst()
                .orElseThrow(() -> CliException.environment(
                        "this program has no core to verify with", "use ./fleet of a whole distribution"));
        try {
            HistoryVerifier.Result result = verifier.verify(Optional.empty(), archive, Optional.empty());
            return new Replayed(result.events(), result.outcomes(), result.differences());
        } catch (CliException unverifiable) {
            return new Replayed(0, 0, List.of(String.valueOf(unverifiable.getMessage())));
        }
    }
}
