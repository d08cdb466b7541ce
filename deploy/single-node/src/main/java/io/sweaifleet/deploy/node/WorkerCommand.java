package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a further worker. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a further worker for a fleet, in the foreground: its agents run in its own process, or on a Ray cluster.",
            "It has a directory of its own; the fleet's addresses come from the node of --data-dir, or from --config."
        })
final class WorkerCommand implements Callable<Integer> {

    @Mixin
    private final DataDirOption node = new DataDirOption();

    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = "The worker's own directory, which keeps its id.")
    private Path dir = Path.of("");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties with the fleet's addresses, instead of those of the node of --data-dir.")
    private @Nullable Path config;

    @Option(
            names = "--ray-address",
            paramLabel = "HOST:PORT",
            description = "Head of a Ray cluster (ray start --head) on whose nodes the agents run.")
    private @Nullable String rayAddress;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting, such as fleet.worker.roles=qa. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws InterruptedException {
        UpCommand.refuseInsideRun("a worker");
        Path directory = dir.toAbsolutePath().normalize();
        Path fleet = config == null ? node.path().resolve("fleet.properties") : config;
        if (!Files.isRegularFile(fleet)) {
            throw CliException.environment(
                    "there is no file " + fleet + " with the fleet's addresses",
                    "start a node with 'fleet up', or name the file by --config");
        }
        Map<String, String> overrides = new LinkedHashMap<>(settings);
        overrides.put("fleet.node.parts", "worker");
        overrides.put("fleet.data-dir", directory.toString());
        // Whoever brings a branch back, or shows a report, looks for it where the fleet keeps them.
        overrides.putIfAbsent(
                FleetSettings.ARTIFACTS_DIR.name(),
                Settings.load(fleet, Map.of()).get(FleetSettings.ARTIFACTS_DIR).toString());
        // Results are brought back by the worker of the node that has the repositories.
        overrides.putIfAbsent("fleet.worker.follow-branches", "false");
        if (rayAddress != null) {
            overrides.put("fleet.worker.ray.run-mode", "cluster");
            overrides.put("fleet.worker.ray.address", rayAddress);
        }
        try {
            new Launcher(directory, fleet, overrides, System.out).run("Stop it with Ctrl-C.");
        } catch (PartException failure) {
            throw new CliException(
                    ExitCode.ENVIRONMENT, String.valueOf(failure.getMessage()), failure.remedy(), failure);
        }
        return 0;
    }
}
