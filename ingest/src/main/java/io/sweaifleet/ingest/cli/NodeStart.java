package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** The node that a command works with: the one that is up, or one that is started in the background and stays up. */
public final class NodeStart {

    private static final String NESTED = "FLEET_RUN";

    private final NodeOptions options;
    private final Optional<LocalNode> local;
    private final Clock clock;

    NodeStart(NodeOptions options, CliContext context) {
        this(options, context.node(), context.clock());
    }

    private NodeStart(NodeOptions options, Optional<LocalNode> local, Clock clock) {
        this.options = options;
        this.local = local;
        this.clock = clock;
    }

    /** For commands of other modules. */
    public static NodeStart system(NodeOptions options) {
        return new NodeStart(options, ServiceLoader.load(LocalNode.class).findFirst(), Clock.systemUTC());
    }

    /**
     * Refuses to go on when this process is part of an agent's attempt.
     *
     * @param command what was called, such as {@code fleet run}
     */
    public static void refuseInsideRun(Terminal terminal, String command) {
        String outer = terminal.environment().getOrDefault(NESTED, "");
        if (!outer.isEmpty()) {
            throw CliException.environment(
                    "this is part of the fleet's run of " + outer + "; a run inside a run is refused",
                    "leave " + command + " out of what the repository's build and tests call");
        }
    }

    /** Settings of the fleet that is named or up; empty when there is none. */
    public Optional<Settings> running() {
        return options.findSettings(local);
    }

    /**
     * Settings of the fleet to work with. Without one that is up or named, a node is started.
     *
     * @param overrides further settings of a node that is started
     * @param progress where to say what is being started
     */
    public Settings ensure(Map<String, String> overrides, PrintStream progress) throws InterruptedException {
        Optional<Settings> running = running();
        if (running.isPresent()) {
            return running.get();
        }
        if (options.config().isPresent() || local.isEmpty()) {
            return options.settings(local);
        }
        Map<String, String> all = new LinkedHashMap<>(options.overrides());
        all.putAll(overrides);
        Instant start = clock.instant();
        try {
            local.get().startInBackground(options.dataDir(), all, progress);
        } catch (NodeStartException e) {
            throw new CliException(ExitCode.ENVIRONMENT, "the node did not start: " + e.getMessage(), e.remedy(), e);
        }
        progress.println("the node is up after " + Durations.words(start, clock.instant())
                + " and stays up; `fleet down" + dataDirOption() + "` stops it");
        progress.println();
        return options.settings(local);
    }

    /** What to add to a command so that it means the same node. */
    public String dataDirOption() {
        return options.overrides().containsKey(FleetSettings.DATA_DIR.name()) ? " --data-dir " + options.dataDir() : "";
    }
}
