package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Looks whether a server that the operator named answers at all, so that a wrong address is told at once. */
final class ExistingServer {
    private static final int TIMEOUT_MS = 5_000;

    private ExistingServer() {}

    /** Connects to the first host of the address. */
    static String check(String name, String setting, String address, int defaultPort) throws PartException {
        String first = address.split(",")[0].strip();
        URI uri;
        try {
            uri = URI.create(first.contains("://") ? first : name + "://" + first);
        } catch (IllegalArgumentException notAnAddress) {
            throw wrong(name, setting, address, "is not an address", notAnAddress);
        }
        if (uri.getHost() == null) {
            throw wrong(name, setting, address, "names no host", null);
        }
        int port = uri.getPort() > 0 ? uri.getPort() : defaultPort;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), port), TIMEOUT_MS);
        } catch (IOException unreachable) {
            throw wrong(name, setting, address, "cannot be reached: " + unreachable.getMessage(), unreachable);
        }
        return address + " (existing server)";
    }

    private static PartException wrong(
            String name, String setting, String address, String why, @Nullable Exception cause) {
        String message = name + " at " + address + " (" + setting + ") " + why;
        String remedy = "start that server or correct " + setting + "; without it this node runs its own " + name;
        return cause == null ? new PartException(message, remedy) : new PartException(message, remedy, cause);
    }
}
