package io.sweaifleet.deploy.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.cli.ConnectStandalone;
import org.apache.kafka.connect.runtime.AbstractStatus;
import org.apache.kafka.connect.runtime.Connect;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;

/**
 * Kafka Connect with one connector as a process: {@code --connector FILE.json --plugins DIR --dir DIR --port PORT
 * [name=value]…}, where each name is one of Connect's own worker settings, {@code bootstrap.servers} at least. The
 * connector's file may take values from the environment as <code>${env:NAME}</code>. Prints {@code FLEET-READY connect}
 * when the connector's task runs.
 */
public final class ConnectMain {
    private static final Duration CONNECTOR_START = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    private ConnectMain() {}

    public static void main(String[] args) throws InterruptedException {
        KafkaServerMain.Arguments arguments = KafkaServerMain.Arguments.parse(List.of(args));
        String connectorFile = arguments.option("--connector");
        try {
            // Connect reads its command line for the connector's file only; its settings come as a map.
            String[] connectLine = {"unused", connectorFile};
            ConnectStandalone command = new ConnectStandalone(connectLine);
            Connect<StandaloneHerder> connect = command.startConnect(settings(arguments));
            command.processExtraArgs(connect, new String[] {connectorFile});
            awaitRunning(connect.herder());
            System.out.println("FLEET-READY connect");
            connect.awaitStop();
        } catch (IOException | RuntimeException failure) {
            failure.printStackTrace();
            System.err.println("Kafka Connect did not start with " + connectorFile + ": " + failure.getMessage());
            // Connect's threads would keep the process alive.
            Runtime.getRuntime().halt(1);
        }
    }

    private static Map<String, String> settings(KafkaServerMain.Arguments arguments) throws IOException {
        Path directory = Path.of(arguments.option("--dir"));
        Files.createDirectories(directory);
        Map<String, String> all = new TreeMap<>();
        all.put("listeners", "http://127.0.0.1:" + arguments.port("--port"));
        all.put("plugin.path", arguments.option("--plugins"));
        // The plugins list themselves in META-INF/services; looking at every class in every jar takes seconds.
        all.put("plugin.discovery", "service_load");
        all.put("offset.storage.file.filename", directory.resolve("offsets").toString());
        all.put("offset.flush.interval.ms", "1000");
        all.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        all.put("value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
        all.put("connector.client.config.override.policy", "All");
        all.put("config.providers", "env");
        all.put("config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider");
        all.putAll(arguments.settings());
        return all;
    }

    /** Waits until the connector and its tasks run, or says why one failed. */
    private static void awaitRunning(StandaloneHerder herder) throws InterruptedException {
        long deadline = System.nanoTime() + CONNECTOR_START.toNanos();
        while (System.nanoTime() < deadline) {
            for (String name : herder.connectors()) {
                ConnectorStateInfo state = herder.connectorStatus(name);
                failIfFailed(name, state.connector());
                state.tasks().forEach(task -> failIfFailed(name + " task " + task.id(), task));
                if (!state.tasks().isEmpty() && state.tasks().stream().allMatch(ConnectMain::running)) {
                    return;
                }
            }
            Thread.sleep(POLL.toMillis());
        }
        throw new IllegalStateException(
                "connectors " + herder.connectors() + " do not run after " + CONNECTOR_START.toSeconds() + " s");
    }

    private static boolean running(ConnectorStateInfo.AbstractState state) {
        return state.state().equals(AbstractStatus.State.RUNNING.name());
    }

    private static void failIfFailed(String what, ConnectorStateInfo.AbstractState state) {
        if (state.state().equals(AbstractStatus.State.FAILED.name())) {
            throw new IllegalStateException(what + " failed: " + state.trace());
        }
    }
}
