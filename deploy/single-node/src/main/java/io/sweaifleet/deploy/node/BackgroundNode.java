package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.LocalNode;
import io.sweaifleet.ingest.cli.NodeStartException;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Nodes in processes of their own, as the command line sees them: found by their data directory. */
public final class BackgroundNode implements LocalNode {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Besides what the worker may take to end what it does. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(60);

    /** For the service loader. */
    public BackgroundNode() {}

    static Path failureFile(Path dataDir) {
        return dataDir.resolve("node.failure");
    }

    @Override
    public Optional<Path> runningConfig(Path dataDir) {
        return NodeDirectory.running(dataDir)
                .filter(state -> state.phase() == NodeState.Phase.READY)
                .map(state -> NodeDirectory.configFile(dataDir));
    }

    @Override
    public void startInBackground(Path dataDir, Map<String, String> overrides, PrintStream progress)
            throws NodeStartException, InterruptedException {
        startInBackground(dataDir, null, overrides, progress);
    }

    /** As the other one, with the operator's own settings file. */
    void startInBackground(
            Path dataDir, @Nullable Path settingsFile, Map<String, String> overrides, PrintStream progress)
            throws NodeStartException, InterruptedException {
        Path log = NodeDirectory.logFile(dataDir, "node");
        Process launcher;
        try {
            Files.createDirectories(log.getParent());
            Files.deleteIfExists(failureFile(dataDir));
            Files.writeString(log, "", StandardCharsets.UTF_8);
            launcher = new ProcessBuilder(command(dataDir, settingsFile, keep(overrides)))
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException | PartException failure) {
            throw new NodeStartException(
                    "the node's launcher could not be started in " + dataDir + ": " + failure.getMessage(),
                    failure instanceof PartException part
                            ? part.remedy()
                            : "give a --data-dir that this user can write to",
                    failure);
        }
        try {
            awaitReady(dataDir, launcher, log, progress);
        } catch (InterruptedException interrupted) {
            launcher.destroy();
            launcher.waitFor(STOP_WITHIN.toSeconds(), TimeUnit.SECONDS);
            throw interrupted;
        }
    }

    @Override
    public Map<String, ProcessHandle> parts(Path dataDir) {
        Map<String, ProcessHandle> alive = new TreeMap<>();
        NodeDirectory.running(dataDir).ifPresent(state -> state.parts()
                .forEach((name, part) -> part.alive().ifPresent(process -> alive.put(name, process))));
        return alive;
    }

    private static Duration stopWithin(Path dataDir) {
        Path config = NodeDirectory.configFile(dataDir);
        return Files.exists(config)
                ? STOP_WITHIN.plus(Settings.load(config, Map.of()).get(FleetSettings.DRAIN_TIMEOUT))
                : STOP_WITHIN;
    }

    @Override
    public void stop(Path dataDir) throws InterruptedException {
        Optional<NodeState> running = NodeDirectory.running(dataDir);
        if (running.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> launcher = running.get().launcher().alive();
        launcher.ifPresent(ProcessHandle::destroy);
        long deadline = System.nanoTime() + stopWithin(dataDir).toNanos();
        while (running.get().launcher().alive().isPresent()) {
            if (System.nanoTime() > deadline) {
                // Its parts notice and end by themselves.
                launcher.ifPresent(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(POLL.toMillis());
        }
        for (NodeState.Identity part : running.get().parts().values()) {
            while (part.alive().isPresent()) {
                if (System.nanoTime() > deadline) {
                    part.alive().ifPresent(ProcessHandle::destroyForcibly);
                }
                Thread.sleep(POLL.toMillis());
            }
        }
    }

    private static List<String> command(Path dataDir, @Nullable Path settingsFile, Path overrides)
            throws PartException {
        Distribution distribution = Distribution.locate();
        List<String> command = new ArrayList<>(List.of(
                Distribution.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "-Xss512k",
                "-D" + Distribution.HOME_PROPERTY + "=" + distribution.root(),
                "-Dlog4j2.configurationFile=" + distribution.file("log4j2.properties"),
                "-cp",
                distribution.classPath("cli"),
                NodeMain.class.getName(),
                dataDir.toString(),
                settingsFile == null ? "-" : settingsFile.toString(),
                overrides.toString()));
        return Distribution.detached(command);
    }

    /** Overrides may hold a password, which must not be seen in a list of processes. */
    private static Path keep(Map<String, String> overrides) throws IOException {
        Path file = Files.createTempFile(
                "fleet-overrides",
                ".properties",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Properties stored = new Properties();
        stored.putAll(overrides);
        try (Writer writer = Files.newBufferedWriter(file)) {
            stored.store(writer, null);
        }
        return file;
    }

    /** Shows what the launcher says until the node is ready or the launcher has ended. */
    private static void awaitReady(Path dataDir, Process launcher, Path log, PrintStream progress)
            throws NodeStartException, InterruptedException {
        long shown = 0;
        while (true) {
            boolean alive = launcher.isAlive();
            boolean ready = NodeDirectory.running(dataDir)
                    .filter(state -> state.phase() == NodeState.Phase.READY)
                    .isPresent();
            shown = show(log, shown, progress);
            if (!alive) {
                throw failure(dataDir, launcher.exitValue(), log);
            }
            if (ready) {
                return;
            }
            launcher.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static NodeStartException failure(Path dataDir, int exitCode, Path log) {
        try {
            List<String> lines = Files.readAllLines(failureFile(dataDir));
            int last = lines.size() - 1;
            return new NodeStartException(String.join("\n", lines.subList(0, last)), lines.get(last));
        } catch (IOException | IndexOutOfBoundsException untold) {
            return new NodeStartException(
                    "the node's launcher ended with exit code " + exitCode + " and did not say why", "read " + log);
        }
    }

    /** Prints the whole lines after a position and returns where they end. */
    private static long show(Path log, long from, PrintStream progress) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.max(0, file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            // The launcher's failure is told once, by the exception.
            text.substring(0, end)
                    .lines()
                    .filter(line -> line.startsWith("fleet: ") || (line.startsWith("  ") && line.contains(" ready ")))
                    .forEach(progress::println);
            return from + text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
        } catch (IOException notYet) {
            return from;
        }
    }
}
