package io.sweaifleet.deploy.agent;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Ends this process when its standard input ends.
 *
 * <p>The launcher holds the other end of a pipe and never writes to it. However the launcher dies, the system closes
 * that end, and the read here returns: no part outlives it, even after {@code kill -9}. Shutdown hooks then have
 * {@link #GRACE} to close files in order; after that the process is halted.
 *
 * <p>Used as {@code -javaagent:part-agent.jar}, so that programs which know nothing of the launcher are covered too.
 */
public final class PartAgent {
    /** How long shutdown hooks may take once the launcher is gone. */
    public static final Duration GRACE = Duration.ofSeconds(5);

    /** The exit code of a part that ended because its launcher did. */
    public static final int LAUNCHER_GONE = 143;

    private PartAgent() {}

    /** Called by the JVM before the program's own {@code main}. */
    public static void premain(String arguments) {
        InputStream launcher = System.in;
        // What the program itself reads must not compete for the one stream.
        System.setIn(InputStream.nullInputStream());
        startDaemon("wait-for-launcher", () -> {
            awaitEnd(launcher);
            startDaemon("halt-after-grace", PartAgent::haltAfterGrace);
            System.exit(LAUNCHER_GONE);
        });
    }

    private static void awaitEnd(InputStream launcher) {
        try {
            while (launcher.read() >= 0) {
                // Nothing is ever sent; whatever comes means that the launcher still lives.
            }
        } catch (IOException broken) {
            // A broken pipe says the same as its end.
        }
    }

    private static void haltAfterGrace() {
        try {
            Thread.sleep(GRACE.toMillis());
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(LAUNCHER_GONE);
    }

    private static void startDaemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
