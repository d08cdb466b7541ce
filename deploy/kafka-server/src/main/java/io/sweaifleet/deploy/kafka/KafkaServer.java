package io.sweaifleet.deploy.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A running Kafka broker with its own controller in this process, reachable from this machine only.
 *
 * <p>Its directory is formatted at the first start and kept: a broker started on it again has the same topics.
 */
public final class KafkaServer implements AutoCloseable {
    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private KafkaServer(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /** Starts a broker on free ports; see {@link #start(Path, KafkaServerConfig)}. */
    public static KafkaServer start(Path directory) {
        return start(directory, KafkaServerConfig.onFreePorts());
    }

    /**
     * Starts a broker and returns when it accepts clients.
     *
     * @param directory holds the broker's logs; made when it is missing
     * @throws KafkaServerException when the directory cannot be used or the broker does not start
     */
    public static KafkaServer start(Path directory, KafkaServerConfig config) {
        Map<String, String> properties = config.properties(directory);
        formatOnce(directory, properties);
        LeaderlessPartitions.mend();
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException failure) {
            server.shutdown();
            throw new KafkaServerException(
                    "Kafka did not start in " + directory + " on " + config.bootstrapServers() + ": " + failure,
                    failure);
        }
        return new KafkaServer(server, config.bootstrapServers());
    }

    /** What clients set {@code bootstrap.servers} to. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Returns when the broker has stopped, for whatever reason. */
    public void awaitShutdown() {
        server.awaitShutdown();
    }

    /** Stops the broker cleanly and returns when its files are closed. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void formatOnce(Path directory, Map<String, String> properties) {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            Path file = Files.createTempFile(directory, "format", ".properties");
            try {
                Properties written = new Properties();
                written.putAll(properties);
                try (var out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                    written.store(out, null);
                }
                format(directory, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new KafkaServerException(
                    "Kafka's directory " + directory + " cannot be written: " + failure, failure);
        }
    }

    private static void format(Path directory, Path properties) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        // A format that was cut short leaves some of its files: the option lets the next one complete them.
        String[] arguments = {
            "format",
            "--cluster-id",
            Uuid.randomUuid().toString(),
            "--config",
            properties.toString(),
            "--ignore-formatted"
        };
        int exitCode;
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            exitCode = StorageTool.execute(arguments, out);
        }
        if (exitCode != 0) {
            throw new KafkaServerException(
                    "Kafka's directory " + directory + " could not be formatted: "
                            + said.toString(StandardCharsets.UTF_8),
                    null);
        }
    }
}
