package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.ingest.cli.HistoryVerifier;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.topology.core.ArchivedHistory;
import io.sweaifleet.topology.core.CoreHistory;
import io.sweaifleet.topology.core.CoreReplay;
import io.sweaifleet.topology.core.UnverifiableException;
import io.sweaifleet.topology.core.Verification;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Verifies with the very core that this node runs. */
public final class CoreVerifier implements HistoryVerifier {

    /** For the service loader. */
    public CoreVerifier() {}

    @Override
    public Result verify(Optional<Fleet> fleet, Archive archive, Optional<String> pool) {
        try {
            Collection<String> pools = with(fleet, archive, CoreReplay::pools);
            if (pool.isPresent() && !pools.contains(pool.get())) {
                throw CliException.usage(
                        "pool " + pool.get() + " has no history",
                        pools.isEmpty() ? "nothing was recorded" : "use one of " + String.join(", ", pools));
            }
            List<Verification> verified = new ArrayList<>();
            for (String each : pool.isPresent() ? List.of(pool.get()) : pools) {
                verified.add(with(fleet, archive, replay -> replay.verify(each)));
            }
            return result(verified);
        } catch (UnverifiableException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the history cannot be verified: " + e.getMessage(),
                    "a history is whole from the first record on: archive before records are deleted (fleet.archive.dir),"
                            + " and name the archive with --archive",
                    e);
        }
    }

    /** Each replay has a history of its own: a pool takes a reader for every partition. */
    private static <T> T with(Optional<Fleet> fleet, Archive archive, Function<CoreReplay, T> use) {
        try (CoreHistory history =
                fleet.isPresent() ? new FleetHistory(fleet.get(), archive) : new ArchivedHistory(archive)) {
            return use.apply(new CoreReplay(history));
        }
    }

    private static Result result(List<Verification> verified) {
        List<String> differences = new ArrayList<>();
        for (Verification pool : verified) {
            pool.differences().forEach(difference -> differences.add("pool " + pool.pool() + ", " + difference));
        }
        return new Result(
                verified.stream().mapToLong(Verification::events).sum(),
                verified.stream().mapToLong(Verification::outcomes).sum(),
                verified.size(),
                differences);
    }
}
