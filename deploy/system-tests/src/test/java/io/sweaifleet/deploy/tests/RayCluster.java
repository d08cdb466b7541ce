package io.sweaifleet.deploy.tests;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Ray cluster on this machine: a head that runs nothing, and nodes. */
final class RayCluster implements AutoCloseable {

    /**
     * The head's own address. Each node has another: whoever joins "the node of this address" must not join one that is killed. Not
     * 127.0.0.1, in whose place Ray puts the address of the machine.
     */
    static final String HEAD_IP = "127.0.0.2";

    private static final String RAY = "FLEET_TEST_RAY";

    private final Path ray;
    private final Path directory;
    private final int port;
    private final List<Process> nodes = new ArrayList<>();

    private RayCluster(Path ray, Path directory, int port) {
        this.ray = ray;
        this.directory = directory;
        this.port = port;
    }

    /** The program {@code ray}, as the environment names it, or on the path. */
    static Optional<Path> program() {
        String named = System.getenv(RAY);
        if (named != null && !named.isEmpty()) {
            return Optional.of(Path.of(named));
        }
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, "ray");
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Why there is no cluster, and what to do. */
    static String missing() {
        return "no program ray was found: python3 -m venv V && V/bin/pip install ray==2.39.0, and " + RAY
                + "=$PWD/V/bin/ray";
    }

    /** Starts a head on which nothing runs. */
    static RayCluster start(Path ray, Path directory) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        RayCluster cluster = new RayCluster(ray, directory, port);
        cluster.begin(
                "head",
                "--head",
                "--port=" + port,
                "--node-ip-address=" + HEAD_IP,
                "--include-dashboard=false",
                "--num-cpus=0",
                "--disable-usage-stats",
                "--temp-dir=" + directory.resolve("session"));
        return cluster;
    }

    /** Where workers reach it. */
    String address() {
        return HEAD_IP + ":" + port;
    }

    /** Starts a node with so many cores, and says which process holds all of it. */
    Process addNode(int cores) throws Exception {
        int number = nodes.size();
        return begin(
                "node-" + number,
                "--address=" + address(),
                "--node-ip-address=127.0.0." + (number + 2),
                "--num-cpus=" + cores);
    }

    private Process begin(String name, String... words) throws Exception {
        Path log = directory.resolve(name + ".log");
        List<String> command = new ArrayList<>(List.of(ray.toAbsolutePath().toString(), "start", "--block"));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // Where an actor's JVM that crashes writes its report.
        builder.directory(directory.toFile());
        builder.environment().putAll(Map.of("RAY_DISABLE_IMPORT_WARNING", "1", "NO_COLOR", "1"));
        Process process = builder.start();
        nodes.add(process);
        Await.until(Duration.ofSeconds(90), () -> "a Ray " + name + ": " + read(log), () -> read(log)
                .contains("Ray runtime started"));
        return process;
    }

    private static String read(Path log) {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Kills everything of a node at once, as a machine that loses its power. */
    static void kill(Process node) {
        List<ProcessHandle> all = new ArrayList<>(node.descendants().toList());
        all.add(node.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** The JVM of an actor, on any of the nodes, that has started other processes. */
    @Nullable
    ProcessHandle actorAtWork() {
        return nodes.stream()
                .flatMap(node -> node.toHandle().descendants())
                // By its program: the raylet's own command line names the class of its Java workers, too.
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .filter(process -> process.descendants().findAny().isPresent())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() throws InterruptedException {
        for (Process node : nodes) {
            List<ProcessHandle> all = node.descendants().toList();
            node.destroy();
            if (!node.waitFor(20, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
