package io.sweaifleet.ingest.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The single node as the command line sees it. Found by {@link java.util.ServiceLoader}; at most one is expected. */
public interface LocalNode {

    /**
     * The node's {@code fleet.properties} while it is up, with every effective address.
     *
     * @param dataDir the node's data directory; need not exist
     * @return empty when no node runs on that directory, also when one was killed and left its file behind
     */
    Optional<Path> runningConfig(Path dataDir);

    /**
     * Starts a node on the directory and returns once it is ready. It outlives the calling process.
     *
     * @param dataDir data directory, created when it does not exist
     * @param overrides settings by full key, such as {@code fleet.worker.sandbox}; they win over every other source
     * @param progress where to say, one line a part, what is being started; no control characters
     * @throws NodeStartException when a part did not come up; nothing stays behind then
     * @throws InterruptedException when the caller was interrupted; nothing stays behind then
     */
    void startInBackground(Path dataDir, Map<String, String> overrides, PrintStream progress)
            throws NodeStartException, InterruptedException;

    /**
     * The processes of the node's parts while it is up, by the part's name, such as {@code kafka}.
     *
     * @return empty when no node runs on that directory
     */
    Map<String, ProcessHandle> parts(Path dataDir);

    /**
     * Stops the node on the directory and returns once all its processes have ended; does nothing when none runs.
     *
     * @throws InterruptedException when the caller was interrupted; the node may still be stopping then
     */
    void stop(Path dataDir) throws InterruptedException;
}
