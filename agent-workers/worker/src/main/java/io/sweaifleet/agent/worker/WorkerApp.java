package io.sweaifleet.agent.worker;

import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Main of the worker: {@code WorkerApp --config FILE}. Prints {@code FLEET-READY worker} when core has welcomed it; ends
 * with 0 when told to (SIGTERM), and otherwise when it cannot start, with the reason in its last line.
 */
public final class WorkerApp {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerApp.class);

    private WorkerApp() {}

    public static void main(String[] arguments) {
        try {
            run(configFile(arguments));
        } catch (SettingException e) {
            end(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            end("interrupted");
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.error("the worker cannot start", e);
            end("the worker cannot start: " + e);
        }
    }

    private static void run(Path config) throws IOException, InterruptedException {
        Settings settings = Settings.load(config, Map.of());
        Agents agents = Agents.of(settings);
        WorkerProcess worker = new WorkerProcess(() -> System.out.println("FLEET-READY worker"));
        Runnable end = () -> {
            worker.close();
            agents.close();
            // Told to end is a clean end, where the JVM's own code for a signal is not 0.
            Runtime.getRuntime().halt(0);
        };
        // Ray leaves its cluster, and takes its actors along, as soon as the JVM shuts down; the worker first ends what
        // they do.
        Signal.handle(new Signal("TERM"), told -> new Thread(end, "worker-end").start());
        Runtime.getRuntime().addShutdownHook(new Thread(end, "worker-shutdown"));
        worker.start(settings, agents);
        new CountDownLatch(1).await();
    }

    private static Path configFile(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            throw new SettingException("--config", "Usage: WorkerApp --config FILE (a properties file in UTF-8)");
        }
        return Path.of(arguments[1]);
    }

    private static void end(String reason) {
        System.err.println(reason);
        // Shutdown hooks would turn the failure into a clean end.
        Runtime.getRuntime().halt(1);
    }
}
