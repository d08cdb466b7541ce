package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Tells when a part that runs can be used. */
sealed interface Readiness {
    /** What a part prints, on a line of its own with its name, once it can be used. */
    String ANNOUNCEMENT = "FLEET-READY";

    /** Whether the part answers now; false for one that announces itself. */
    boolean answers();

    /** The part prints {@link #ANNOUNCEMENT}. */
    record Announced() implements Readiness {
        @Override
        public boolean answers() {
            return false;
        }
    }

    /** A GET of this address is answered with 200. */
    record Http(URI address) implements Readiness {
        @Override
        public boolean answers() {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) address.toURL().openConnection();
                connection.setConnectTimeout(1_000);
                connection.setReadTimeout(2_000);
                try {
                    return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
                } finally {
                    connection.disconnect();
                }
            } catch (IOException notYet) {
                return false;
            }
        }
    }

    /** A Redis on this loopback port answers PING. */
    record RedisPing(int port) implements Readiness {
        @Override
        public boolean answers() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(NodePlan.HOST, port), 1_000);
                socket.setSoTimeout(1_000);
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readNBytes(5);
                return new String(answer, StandardCharsets.US_ASCII).equals("+PONG");
            } catch (IOException notYet) {
                return false;
            }
        }
    }
}
