package io.sweaifleet.deploy.chaos.agent;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Puts this module on a worker's class path, beside its own playbooks: {@code -javaagent:} with the module's jar. A worker
 * that is not started so knows nothing of it.
 */
public final class ChaosAgent {

    /** System property: directory of the logs of runs. */
    public static final String RUNS = "fleet.chaos.runs";

    /** System property: pool that the worker serves. */
    public static final String POOL = "fleet.chaos.pool";

    /** System property: id of the worker. */
    public static final String WORKER = "fleet.chaos.worker";

    private ChaosAgent() {}

    /** Called by the JVM before the worker's own {@code main}; being on the class path is all that is wanted. */
    public static void premain(String arguments) {}

    /** The jar that this class is in. */
    public static Path jar() {
        try {
            return Path.of(ChaosAgent.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the jar of " + ChaosAgent.class + " has no path", e);
        }
    }
}
