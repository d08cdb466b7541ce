package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.KafkaFleet;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * What commands need from their surroundings.
 *
 * @param terminal where they read and write
 * @param node the local node, if this program has one
 * @param fleets connects to a fleet
 * @param clock the time
 * @param ids makes ids
 */
record CliContext(
        Terminal terminal, Optional<LocalNode> node, Function<Settings, Fleet> fleets, Clock clock, RunIds ids) {

    private static final int CONNECT_TIMEOUT_MS = 2_000;

    /** This process. */
    static CliContext system() {
        return on(Terminal.system());
    }

    /** This machine and its node, with another terminal. */
    static CliContext on(Terminal terminal) {
        return new CliContext(
                terminal,
                ServiceLoader.load(LocalNode.class).findFirst(),
                CliContext::connect,
                Clock.systemUTC(),
                RunIds.system());
    }

    /**
     * Connects to the fleet that the options name.
     *
     * @throws CliException when there is none, or its broker refuses connections
     */
    Fleet open(NodeOptions options) {
        return fleets.apply(options.settings(node));
    }

    /** Kafka's clients retry a refused connection for a long time; a person wants to know at once. */
    private static Fleet connect(Settings settings) {
        String servers = settings.get(FleetSettings.BOOTSTRAP);
        for (String server : servers.split(",")) {
            if (accepts(server.strip())) {
                return new KafkaFleet(settings);
            }
        }
        throw CliException.environment(
                "the broker at " + servers + " does not answer",
                "see `fleet doctor`, or restart the node with `fleet down` and `fleet up -d`");
    }

    private static boolean accepts(String server) {
        int colon = server.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            int port = Integer.parseInt(server.substring(colon + 1));
            String host = server.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "");
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        } catch (IllegalArgumentException e) {
            throw CliException.usage(
                    "'" + server + "' in " + FleetSettings.BOOTSTRAP.name() + " is not host:port", "write host:port");
        }
    }
}
