package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.ingest.cli.NodeStartException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a node. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the node: Kafka, registry, Redis, Neo4j, Connect, the topologies and a worker.",
            "A server whose address is given (fleet.kafka.bootstrap-servers, …) is used instead of one of its own."
        })
final class UpCommand implements Callable<Integer> {
    private static final String NESTED = "FLEET_RUN";

    @Mixin
    private final DataDirOption dataDir = new DataDirOption();

    @Option(
            names = {"-d", "--background"},
            description = "Return once the node is ready and leave it up.")
    private boolean background;

    @Option(names = "--config", paramLabel = "FILE", description = "Properties file with settings of your own.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting, such as fleet.node.port.kafka=9092. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--sandbox",
            paramLabel = "KIND",
            description = "Where agents run a repository's code: auto, bubblewrap, process or none.")
    private @Nullable String sandbox;

    @Override
    public Integer call() throws InterruptedException {
        refuseInsideRun("a node");
        Path directory = dataDir.path();
        Optional<NodeState> running = NodeDirectory.running(directory);
        if (running.isPresent()) {
            if (background && running.get().phase() == NodeState.Phase.READY) {
                System.out.println("fleet: the node in " + directory + " is up already, as process "
                        + running.get().launcher().pid());
                return 0;
            }
            throw CliException.environment(
                    "a node runs on " + directory + " already, as process "
                            + running.get().launcher().pid(),
                    "use that one, end it by 'fleet down', or give another --data-dir");
        }
        if (background) {
            return inBackground(directory);
        }
        try {
            new Launcher(directory, config, overrides(), System.out).run("Stop it with Ctrl-C.");
        } catch (PartException failure) {
            throw new CliException(
                    ExitCode.ENVIRONMENT, String.valueOf(failure.getMessage()), failure.remedy(), failure);
        }
        return 0;
    }

    /** Agents work for the node that started them. */
    static void refuseInsideRun(String what) {
        String run = System.getenv(NESTED);
        if (run != null && !run.isEmpty()) {
            throw CliException.environment(
                    what + " is not started inside the fleet run " + run,
                    "agents work for the node that started them; run this outside");
        }
    }

    private int inBackground(Path directory) throws InterruptedException {
        try {
            new BackgroundNode().startInBackground(directory, config, overrides(), System.out);
        } catch (NodeStartException failure) {
            throw new CliException(
                    ExitCode.ENVIRONMENT, String.valueOf(failure.getMessage()), failure.remedy(), failure);
        }
        return 0;
    }

    private Map<String, String> overrides() {
        Map<String, String> overrides = new LinkedHashMap<>(settings);
        if (sandbox != null) {
            overrides.put("fleet.worker.sandbox", sandbox);
        }
        return overrides;
    }
}
