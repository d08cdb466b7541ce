package io.sweaifleet.deploy.tests;

import io.sweaifleet.topology.TopologyApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** The topology in a JVM of its own. */
final class TopologyProcess implements AutoCloseable {

    private final Process process;
    private final Path log;

    private TopologyProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it and returns when it says that it is ready. */
    static TopologyProcess start(Path directory, String bootstrap, String instance, Map<String, String> more)
            throws IOException, InterruptedException {
        TopologyProcess started = launch(directory, bootstrap, instance, more);
        started.awaitReady();
        return started;
    }

    /** Starts it without waiting: instances that start together wait for each other. */
    static TopologyProcess launch(Path directory, String bootstrap, String instance, Map<String, String> more)
            throws IOException {
        Path home = Files.createDirectories(directory.resolve(instance));
        Properties properties = new Properties();
        properties.put("fleet.kafka.bootstrap-servers", bootstrap);
        properties.put("fleet.registry.url", "http://127.0.0.1:9/unused");
        properties.put("fleet.serde.class", FixedIdSerde.class.getName());
        properties.put("fleet.data-dir", home.toString());
        properties.put("fleet.topology.instance-id", instance);
        properties.putAll(more);
        Path config = home.resolve("fleet.properties");
        try (var out = Files.newBufferedWriter(config)) {
            properties.store(out, null);
        }
        Path log = home.resolve("topology-" + System.nanoTime() + ".log");
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TopologyApp.class.getName(),
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // A setting of the shell that runs the tests would win over the file.
        java.environment().keySet().removeIf(name -> name.startsWith("FLEET_"));
        Process process = java.start();
        return new TopologyProcess(process, log);
    }

    void awaitReady() throws InterruptedException {
        Await.until(Duration.ofSeconds(60), () -> "ready, but it said:\n" + String.join("\n", said()), () -> {
            if (!process.isAlive()) {
                throw new AssertionError("The topology ended:\n" + String.join("\n", said()));
            }
            return said().contains("FLEET-READY topology");
        });
    }

    List<String> said() {
        try {
            return Files.readAllLines(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** SIGTERM; the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("The topology did not end:\n" + String.join("\n", said()));
        }
        return process.exitValue();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("The topology still runs:\n" + String.join("\n", said()));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
