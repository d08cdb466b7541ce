package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.cli.FleetCli;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.config.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A whole node in a directory of its own, started and ended by the fleet's command line as a user would.
 *
 * <p>{@link #shared()} is one node with every part, and {@link TestPlaybooks}, for all tests of a JVM; tests tell their
 * work apart by task ids.
 * Whatever is left when the JVM ends is killed by process id.
 */
final class NodeFixture implements AutoCloseable {
    private static final Duration COMMAND = Duration.ofMinutes(4);
    private static final Duration RESTART = Duration.ofSeconds(120);
    /** They belong to a process: they start others, or print to its own output. */
    private static final Set<String> OF_THE_NODE = Set.of("up", "down", "doctor");

    /** A build may itself run inside a fleet run, whose settings a process can be freed of, and this JVM cannot. */
    private static final boolean FROM_ENVIRONMENT = System.getenv().keySet().stream()
            .anyMatch(name -> name.startsWith("FLEET_") && !name.equals("FLEET_DATA_DIR"));

    private static final Path DISTRIBUTION = Path.of("..", "distribution", "target", "fleet");

    private static NodeFixture shared;

    private final Path dataDir;

    private NodeFixture(Path dataDir) {
        this.dataDir = dataDir;
    }

    /** What a command of the fleet returned and printed on both streams. */
    record Answer(int exitCode, String output) {}

    /** The node with every part; started by the first test that asks. */
    static synchronized NodeFixture shared() throws Exception {
        if (shared == null) {
            Path dataDir = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "node-");
            NodeFixture node = new NodeFixture(dataDir);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                node.close();
                deleteTree(dataDir);
            }));
            // Tests kill parts more often than a node should have to bear.
            node.up(
                    "fleet.node.restarts=100",
                    "fleet.node.jvm-options.worker=-javaagent:"
                            + TestPlaybooks.jar(
                                    Path.of("target").toAbsolutePath().resolve("test-playbooks.jar")));
            node.apply("roles", TestPlaybooks.ROLE);
            shared = node;
        }
        return shared;
    }

    /** A node that is not started yet. */
    static NodeFixture on(Path dataDir) {
        NodeFixture node = new NodeFixture(dataDir);
        Runtime.getRuntime().addShutdownHook(new Thread(node::killLeftovers));
        return node;
    }

    Path dataDir() {
        return dataDir;
    }

    /** Starts the node in the background with these settings, {@code name=value} each, and returns when it is ready. */
    void up(String... settings) throws Exception {
        Answer answer = tryUp(settings);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }

    /** As {@link #up}, when it may fail. */
    Answer tryUp(String... settings) throws Exception {
        List<String> words = new ArrayList<>(List.of("up", "-d"));
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        return fleet(words.toArray(String[]::new));
    }

    /** Applies roles or pools, written in YAML. */
    void apply(String what, String yaml) throws Exception {
        Path file = Files.writeString(dataDir.resolve("applied.yaml"), yaml);
        Answer answer = fleet(what, "apply", file.toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }

    /**
     * Runs a command on this node. Commands of the command line's own module run in this JVM, which spares a second or two
     * each; {@link #inProcess} and {@link #begin} are for what the process itself does.
     */
    Answer fleet(String... words) throws Exception {
        return OF_THE_NODE.contains(words[0]) || FROM_ENVIRONMENT ? inProcess(words) : inThisJvm(words);
    }

    private Answer inThisJvm(String... words) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(output, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                InputStream.nullInputStream(),
                both,
                both,
                false,
                false,
                100,
                Map.of(),
                Path.of("").toAbsolutePath());
        int exitCode = FleetCli.execute(terminal, withDataDir(words).toArray(String[]::new));
        return new Answer(exitCode, output.toString(StandardCharsets.UTF_8));
    }

    /** Runs a command in a process of its own, as the shell does. */
    Answer inProcess(String... words) throws Exception {
        Path output = Files.createTempFile("fleet-command", ".out");
        try {
            Process process = begin(output, words);
            if (!process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        String.join(" ", words) + " did not end; it printed: " + Files.readString(output));
            }
            return new Answer(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    /** Begins a command on this node, whose output goes into a file. */
    Process begin(Path output, String... words) throws IOException {
        Path home = DISTRIBUTION.toRealPath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Dfleet.home=" + home,
                "-Dlog4j2.configurationFile=" + home.resolve("log4j2-cli.properties"),
                "-cp",
                home.resolve("lib/cli") + "/*",
                "io.sweaifleet.ingest.cli.FleetCli"));
        command.addAll(withDataDir(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile());
        // A build may itself run inside a fleet run.
        builder.environment().keySet().removeIf(name -> name.startsWith("FLEET_"));
        return builder.start();
    }

    private List<String> withDataDir(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data-dir", dataDir.toString()));
        return all;
    }

    /** The settings in force, as every part reads them. */
    Settings settings() {
        return Settings.of(properties(dataDir.resolve("fleet.properties")));
    }

    /** The process of the launcher. */
    ProcessHandle launcher() {
        return process(state().get("launcher"));
    }

    /** The process of a part. */
    ProcessHandle part(String name) {
        return process(state().get("part." + name));
    }

    /** Kills a part and returns when the launcher has started it again and it is ready. */
    void killAndAwaitRestart(String name) throws InterruptedException {
        long before = timesReady(name);
        part(name).destroyForcibly();
        awaitReady(name, before + 1);
    }

    /** How many times a part has become ready since the node was started. */
    long timesReady(String name) {
        return log("node")
                .lines()
                .filter(line -> line.matches("  " + name + " +ready .*"))
                .count();
    }

    /** Waits until a part has become ready so many times. */
    void awaitReady(String name, long times) throws InterruptedException {
        Await.until(RESTART, () -> name + " again; the node says: " + log("node"), () -> timesReady(name) >= times);
    }

    /** What a part has printed. */
    String log(String name) {
        try {
            return Files.readString(dataDir.resolve("logs").resolve(name + ".log"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The processes of all parts, by name. */
    Map<String, ProcessHandle> parts() {
        Map<String, ProcessHandle> parts = new TreeMap<>();
        state().forEach((key, value) -> {
            if (key.startsWith("part.")) {
                parts.put(key.substring("part.".length()), process(value));
            }
        });
        return parts;
    }

    /** Ends the node. */
    @Override
    public void close() {
        try {
            fleet("down");
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        } finally {
            killLeftovers();
        }
    }

    private void killLeftovers() {
        if (!Files.exists(dataDir.resolve("node.state"))) {
            return;
        }
        parts().values().forEach(ProcessHandle::destroyForcibly);
        launcher().destroyForcibly();
    }

    private Map<String, String> state() {
        return properties(dataDir.resolve("node.state"));
    }

    private static ProcessHandle process(String identity) {
        long pid = Long.parseLong(identity.split(" ")[0]);
        return ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("process " + pid + " does not exist"));
    }

    private static Map<String, String> properties(Path file) {
        Properties stored = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            stored.load(reader);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Map<String, String> values = new TreeMap<>();
        stored.stringPropertyNames().forEach(name -> values.put(name, stored.getProperty(name)));
        return values;
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
