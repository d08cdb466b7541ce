package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.archive.Archive;
import java.util.List;
import java.util.Optional;

/** Verifies that core decides again what it decided; the module that knows core has it. Found by {@link java.util.ServiceLoader}. */
public interface HistoryVerifier {

    /**
     * Feeds core with what was recorded.
     *
     * @param fleet where to read, if a fleet is to be asked
     * @param archive what the topics hold no longer, or all there is
     * @param pool the one pool to verify, or all
     * @throws CliException with {@link ExitCode#USAGE} when the history cannot be verified
     */
    Result verify(Optional<Fleet> fleet, Archive archive, Optional<String> pool);

    /**
     * What came of it.
     *
     * @param events events that came out as recorded
     * @param outcomes outcomes that came out as recorded
     * @param pools number of pools
     * @param differences what came out otherwise, for people; empty when all is well
     */
    record Result(long events, long outcomes, int pools, List<String> differences) {}
}
