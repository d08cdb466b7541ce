package io.sweaifleet.agent.worker.ray;

import io.ray.api.Ray;
import io.ray.runtime.util.LoggingUtil;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts this process's Ray, once: alone, or as a driver of a cluster. */
final class RayStart {

    private static final Logger LOG = LoggerFactory.getLogger(RayStart.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;

    private RayStart() {}

    static void local(RaySettings settings) {
        System.setProperty("ray.run-mode", "LOCAL");
        System.setProperty("ray.session-dir", settings.sessionDirectory().toString());
        keepLogging();
        Ray.init();
    }

    /** @throws IllegalStateException when there is no cluster at the address */
    static void onCluster(RaySettings settings) {
        // Ray itself ends the process, without a word of what was wrong, when nobody answers there.
        reach(settings.address());
        System.setProperty("ray.run-mode", "CLUSTER");
        System.setProperty("ray.address", settings.address());
        if (!settings.nodeIp().isEmpty()) {
            System.setProperty("ray.node-ip", settings.nodeIp());
        }
        System.setProperty("ray.job.code-search-path", String.join(":", settings.codeSearchPath()));
        for (int i = 0; i < settings.jvmOptions().size(); i++) {
            System.setProperty("ray.job.jvm-options." + i, settings.jvmOptions().get(i));
        }
        keepLogging();
        Ray.init();
    }

    private static void reach(String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        int port = Integer.parseInt(address.substring(colon + 1));
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "no Ray cluster answers at " + address + " (" + e.getMessage()
                            + "); start one with 'ray start --head"
                            + " --port=" + port + "' of ray==" + RayAgents.VERSION
                            + ", or correct fleet.worker.ray.address",
                    e);
        }
    }

    /** Ray replaces the process's whole log configuration with its own, once: tell it that it did so already. */
    private static void keepLogging() {
        try {
            Field done = LoggingUtil.class.getDeclaredField("setup");
            done.setAccessible(true);
            done.setBoolean(null, true);
        } catch (ReflectiveOperationException e) {
            LOG.warn("Ray {} takes over the log configuration: {}", Ray.class.getPackage(), e.toString());
        }
    }
}
