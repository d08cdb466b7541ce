package io.sweaifleet.deploy.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Finds TCP ports that nobody listens on.
 *
 * <p>Ports are taken from 20000–31999, below the range from which operating systems pick the ports of outgoing
 * connections. Within that range a client that keeps calling a server which is down may be given the server's own port,
 * connect to itself, and keep the server from ever coming back.
 */
public final class LoopbackPorts {
    private static final int LOWEST = 20_000;
    private static final int COUNT = 12_000;
    private static final int ATTEMPTS = 1_000;

    private final Random random = new Random();
    private final Set<Integer> given = new HashSet<>();

    /**
     * A port that is free now and that this instance has not given before.
     *
     * @throws IllegalStateException when a thousand ports in a row are taken
     */
    public synchronized int next() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = LOWEST + random.nextInt(COUNT);
            if (isFree(port) && given.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + LOWEST + " and " + (LOWEST + COUNT - 1) + " on "
                + InetAddress.getLoopbackAddress().getHostAddress() + ": end some of the servers that hold them");
    }

    /** Keeps a port from being given, for instance because it is configured for something else. */
    public synchronized void reserve(int port) {
        given.add(port);
    }

    /** Whether a server could listen on this loopback port now. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
