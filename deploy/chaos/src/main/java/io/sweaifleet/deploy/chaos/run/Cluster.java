package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.agent.ChaosAgent;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.LocalNode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A fleet of several instances on this machine: one node with broker, registry and Redis, one node for each instance of intake
 * and core, and one for each worker. Each node's launcher starts again what dies. Closing it ends all of it.
 */
final class Cluster implements AutoCloseable {

    /** What a node runs: the name of the node's setting, which this module knows only by its name. */
    private static final String PARTS = "fleet.node.parts";

    private static final String BROKER_PREFIX = "fleet.kafka.server.";

    /** Faults come more often than a node that is left alone would bear. On a machine that is busy, a start takes its time; a part that is slow to come is not to be started again and again. */
    private static final Map<String, String> PATIENT =
            Map.of("fleet.node.restarts", "1000", "fleet.node.start-within", "5m");

    private static final String SERVERS = "servers";

    /** Name of the part that is an instance of core. */
    static final String TOPOLOGY = "topology";

    private final LocalNode node;
    private final Path root;
    /** Where each target of a fault lives: the directory of its node, by the target's name. */
    private final Map<String, Part> parts = new LinkedHashMap<>();

    private final Thread onInterrupt = new Thread(this::end, "end-cluster");

    /** A process of the fleet: the part of a node. */
    private record Part(Path directory, String name) {}

    private Cluster(LocalNode node, Path root) {
        this.node = node;
        this.root = root;
    }

    /**
     * Starts a fleet and returns when all of it is ready.
     *
     * @param root directory of everything that it keeps
     * @param runs where its agents write down what they do
     */
    static Cluster start(Path root, ClusterPlan plan, Path runs, PrintStream progress) throws Exception {
        LocalNode node = ServiceLoader.load(LocalNode.class)
                .findFirst()
                .orElseThrow(() ->
                        CliException.environment("this distribution has no single node", "Build it with ./fleet."));
        Cluster cluster = new Cluster(node, root);
        // Ctrl-C leaves nothing behind.
        Runtime.getRuntime().addShutdownHook(cluster.onInterrupt);
        try {
            cluster.startServers(plan, progress);
            cluster.startOthers(plan, runs);
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    private void startServers(ClusterPlan plan, PrintStream progress) throws Exception {
        Path directory = root.resolve(SERVERS);
        parts.put("broker", new Part(directory, "kafka"));
        parts.put("registry", new Part(directory, "registry"));
        parts.put("redis", new Part(directory, "redis"));
        Map<String, String> settings = new HashMap<>(PATIENT);
        settings.put(PARTS, "redis,kafka,registry");
        plan.broker().forEach((name, value) -> settings.put(BROKER_PREFIX + name, value));
        progress.println("chaos: starting broker, registry and Redis");
        node.startInBackground(directory, settings, quiet());
    }

    private void startOthers(ClusterPlan plan, Path runs) throws Exception {
        Map<String, Map<String, String>> nodes = new LinkedHashMap<>();
        for (int i = 1; i <= plan.cores(); i++) {
            String name = "core-" + i;
            Map<String, String> settings = new HashMap<>(addresses());
            settings.put(PARTS, TOPOLOGY);
            settings.put("fleet.topology.instance-id", name);
            settings.put("fleet.topology.standbys", Integer.toString(plan.cores() - 1));
            settings.put("fleet.topology.session-timeout", plan.sessionTimeout().toMillis() + "ms");
            settings.putAll(plan.topology());
            nodes.put(name, settings);
            parts.put(name, new Part(root.resolve(name), TOPOLOGY));
        }
        plan.workers()
                .forEach((pool, workers) -> workers.forEach(worker -> {
                    Map<String, String> settings = new HashMap<>(addresses());
                    settings.put(PARTS, "worker");
                    settings.put(FleetSettings.POOL.name(), pool);
                    settings.put("fleet.worker.id", worker);
                    settings.put("fleet.worker.heartbeat", "1s");
                    settings.put("fleet.worker.follow-branches", "false");
                    settings.put("fleet.node.jvm-options.worker", agentOptions(pool, worker, runs));
                    nodes.put(worker, settings);
                    parts.put(worker, new Part(root.resolve(worker), "worker"));
                }));
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            List<Future<?>> started = new ArrayList<>();
            nodes.forEach((name, settings) -> started.add(threads.submit(() -> {
                node.startInBackground(root.resolve(name), settings, quiet());
                return name;
            })));
            for (Future<?> each : started) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }

    private static String agentOptions(String pool, String worker, Path runs) {
        return String.join(
                " ",
                "-javaagent:" + ChaosAgent.jar(),
                "-D" + ChaosAgent.RUNS + "=" + runs,
                "-D" + ChaosAgent.POOL + "=" + pool,
                "-D" + ChaosAgent.WORKER + "=" + worker);
    }

    private Map<String, String> addresses() {
        Settings settings = settings();
        Map<String, String> addresses = new HashMap<>(PATIENT);
        addresses.put(FleetSettings.BOOTSTRAP.name(), settings.get(FleetSettings.BOOTSTRAP));
        addresses.put(FleetSettings.REGISTRY_URL.name(), settings.get(FleetSettings.REGISTRY_URL));
        addresses.put(FleetSettings.REDIS_URL.name(), settings.get(FleetSettings.REDIS_URL));
        return addresses;
    }

    private static PrintStream quiet() {
        return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** Addresses of broker, registry and Redis. */
    Settings settings() {
        return settingsOf(root.resolve(SERVERS))
                .orElseThrow(() -> CliException.environment(
                        "the node of the servers ended by itself", "See the logs in " + root + "."));
    }

    /** Where an instance of core answers queries; empty when its node has ended. */
    Optional<String> queries(String core) {
        return settingsOf(root.resolve(core)).map(settings -> settings.get(FleetSettings.QUERY_URL));
    }

    private Optional<Settings> settingsOf(Path directory) {
        return node.runningConfig(directory).map(config -> Settings.load(config, Map.of()));
    }

    /** Everything that a fault can hit. */
    List<String> targets() {
        return List.copyOf(parts.keySet());
    }

    /** The process of a target; empty while it is dead. */
    Optional<ProcessHandle> process(String target) {
        Part part = parts.get(target);
        if (part == null) {
            throw new IllegalArgumentException("there is no " + target + " but " + parts.keySet());
        }
        // Redis knows nothing of the launcher: a shell stands between.
        return Optional.ofNullable(node.parts(part.directory()).get(part.name()))
                .map(process -> target.equals("redis") ? server(process) : process);
    }

    private static ProcessHandle server(ProcessHandle shell) {
        return shell.children()
                .filter(child -> child.info().command().orElse("").contains("redis"))
                .findFirst()
                .orElse(shell);
    }

    /** Sends a signal, such as STOP, to a process. */
    static void signal(long pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("signal " + signal + " could not be sent to " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopAll();
        forget();
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException alreadyEnding) {
            // Ctrl-C came at the same moment; the hook then finds every node ended.
            onInterrupt.setName(onInterrupt.getName() + "-late");
        }
    }

    private void end() {
        try {
            stopAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopAll() throws InterruptedException {
        List<Path> directories =
                parts.values().stream().map(Part::directory).distinct().toList();
        List<Thread> stopping = new ArrayList<>();
        // The servers last: the others say goodbye to them.
        for (Path directory : directories.subList(Math.min(1, directories.size()), directories.size())) {
            Thread thread = new Thread(() -> stop(directory), "stop-" + directory.getFileName());
            thread.start();
            stopping.add(thread);
        }
        for (Thread thread : stopping) {
            thread.join();
        }
        if (!directories.isEmpty()) {
            node.stop(directories.get(0));
        }
    }

    private void stop(Path directory) {
        try {
            node.stop(directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
