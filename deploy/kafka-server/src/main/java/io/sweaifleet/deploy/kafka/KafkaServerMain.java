package io.sweaifleet.deploy.kafka;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;

/**
 * A broker as a process: {@code --dir DIR --port PORT --controller-port PORT [name=value]…}, where each name is one of
 * Kafka's own broker settings. Prints {@code FLEET-READY kafka} when it accepts clients and stops cleanly on SIGTERM.
 */
public final class KafkaServerMain {
    private KafkaServerMain() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(List.of(args));
        KafkaServer server;
        try {
            server = KafkaServer.start(
                    Path.of(arguments.option("--dir")),
                    new KafkaServerConfig(
                            arguments.port("--port"), arguments.port("--controller-port"), arguments.settings()));
        } catch (KafkaServerException | ConfigException failure) {
            failure.printStackTrace();
            System.err.println(failure.getMessage());
            // The broker's threads would keep the process alive.
            Runtime.getRuntime().halt(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-kafka"));
        System.out.println("FLEET-READY kafka");
        server.awaitShutdown();
    }

    /** A command line of {@code --option value} pairs and {@code name=value} settings. */
    record Arguments(Map<String, String> options, Map<String, String> settings) {
        static Arguments parse(List<String> args) {
            Map<String, String> options = new TreeMap<>();
            Map<String, String> settings = new TreeMap<>();
            List<String> left = new ArrayList<>(args);
            while (!left.isEmpty()) {
                String word = left.remove(0);
                int equals = word.indexOf('=');
                if (word.startsWith("--") && !left.isEmpty()) {
                    options.put(word, left.remove(0));
                } else if (equals > 0) {
                    settings.put(word.substring(0, equals), word.substring(equals + 1));
                } else {
                    throw new IllegalArgumentException(
                            "'" + word + "' is neither an option with its value nor a setting name=value");
                }
            }
            return new Arguments(options, settings);
        }

        String option(String name) {
            String value = options.get(name);
            if (value == null) {
                throw new IllegalArgumentException(name + " is missing: give " + name + " and its value");
            }
            return value;
        }

        int port(String name) {
            String value = option(name);
            try {
                int port = Integer.parseInt(value);
                if (port > 0 && port < 65_536) {
                    return port;
                }
            } catch (NumberFormatException notANumber) {
                // Falls to the message below, which is the same for a number out of range.
            }
            throw new IllegalArgumentException(name + " is '" + value + "': give a port from 1 to 65535");
        }
    }
}
