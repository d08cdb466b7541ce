package io.sweaifleet.deploy.bench;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.LocalNode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A node of the benchmark's own, in a temporary directory, with a worker for each pool. Closing it removes everything. */
final class BenchNode implements AutoCloseable {

    /** Pool of the node's first worker. */
    static final String POOL = "default";

    /** What a node runs: the name of the node's setting, which this module knows only by its name. */
    private static final String PARTS = "fleet.node.parts";

    /** The worker's settings, likewise. */
    private static final String WORKER_ID = "fleet.worker.id";

    private static final String WORKER_ROLES = "fleet.worker.roles";

    /** The graph is fed by the topics like any consumer; it is no part of a task's way, and would share the two cores. */
    private static final String PATH_OF_A_TASK = "redis,kafka,registry,topology,worker";

    private final LocalNode node;
    private final List<Path> directories = new ArrayList<>();
    private final Path parent;
    private final Map<String, String> given;

    private BenchNode(LocalNode node, Path parent, Map<String, String> given) {
        this.node = node;
        this.parent = parent;
        this.given = Map.copyOf(given);
    }

    /** @param given settings of each of its processes */
    static BenchNode start(Map<String, String> given, PrintStream progress) throws Exception {
        LocalNode node = ServiceLoader.load(LocalNode.class)
                .findFirst()
                .orElseThrow(() ->
                        CliException.environment("this distribution has no single node", "Build it with ./fleet."));
        BenchNode bench = new BenchNode(node, Files.createTempDirectory("fleet-bench-"), given);
        try {
            bench.startNode(POOL, Map.of(PARTS, PATH_OF_A_TASK, WORKER_ROLES, BenchRole.NAME), progress);
            BenchRole.declare(bench.settings());
            return bench;
        } catch (Exception e) {
            bench.close();
            throw e;
        }
    }

    /** Declares a pool and starts a worker for it: a node that runs nothing else, since a worker serves one pool. */
    void startWorker(String pool, String role, PrintStream progress) throws Exception {
        Settings settings = settings();
        BenchRole.declarePool(settings, pool);
        startNode(
                pool,
                Map.of(
                        PARTS,
                        "worker",
                        FleetSettings.BOOTSTRAP.name(),
                        settings.get(FleetSettings.BOOTSTRAP),
                        FleetSettings.REGISTRY_URL.name(),
                        settings.get(FleetSettings.REGISTRY_URL),
                        FleetSettings.REDIS_URL.name(),
                        settings.get(FleetSettings.REDIS_URL),
                        FleetSettings.POOL.name(),
                        pool,
                        WORKER_ID,
                        pool,
                        WORKER_ROLES,
                        role),
                progress);
    }

    private void startNode(String name, Map<String, String> overrides, PrintStream progress) throws Exception {
        Path directory = parent.resolve(name);
        directories.add(directory);
        Map<String, String> all = new HashMap<>(given);
        all.putAll(overrides);
        node.startInBackground(directory, all, progress);
    }

    /** Addresses of the whole node, which is the first. */
    Settings settings() {
        Path directory = directories.get(0);
        Path config = node.runningConfig(directory)
                .orElseThrow(() -> CliException.environment(
                        "the benchmark's node ended by itself", "See the logs in " + directory + "."));
        return Settings.load(config, Map.of());
    }

    /** Processor time that each part of the node, further workers counted with it, and this driver have used so far. */
    Map<String, Duration> processorTime() {
        Map<String, Duration> used = new TreeMap<>();
        used.put("driver", used(ProcessHandle.current()));
        for (Path directory : directories) {
            node.parts(directory).forEach((part, process) -> used.merge(part, used(process), Duration::plus));
        }
        return used;
    }

    /** Processor time that the topology and the broker have used so far. */
    Duration processorTimeOfPath() {
        Map<String, Duration> used = processorTime();
        return used.getOrDefault("topology", Duration.ZERO).plus(used.getOrDefault("kafka", Duration.ZERO));
    }

    /** Kills a part's process, as {@code kill -9} does; the node starts it again. */
    void kill(String part) {
        ProcessHandle process = node.parts(directories.get(0)).get(part);
        if (process == null || !process.destroyForcibly()) {
            throw new IllegalStateException("the benchmark's node has no process for " + part);
        }
    }

    private static Duration used(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() throws InterruptedException {
        for (int i = directories.size() - 1; i >= 0; i--) {
            node.stop(directories.get(i));
        }
        deleteTree(parent);
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("the benchmark's directory " + root + " could not be removed", e);
        }
    }
}
