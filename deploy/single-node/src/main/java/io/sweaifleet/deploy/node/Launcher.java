package io.sweaifleet.deploy.node;

import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a node in this process from its start to its end.
 *
 * @param dataDir the data directory; made when it is missing
 * @param settingsFile the operator's own settings, or null
 * @param overrides settings that win over every other source
 * @param progress where to say what happens, a line each
 */
record Launcher(Path dataDir, @Nullable Path settingsFile, Map<String, String> overrides, PrintStream progress) {
    /** Logging is set up by the first logger; parts that start at the same time must not do it together. */
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    private static final Duration RELEASE = Duration.ofSeconds(5);

    /**
     * Starts the node, keeps it up, and returns when a signal has ended it.
     *
     * @param howToStop what to tell the operator once it is ready
     * @throws PartException when it does not start, or a part died too often; every part has ended then
     */
    void run(String howToStop) throws PartException {
        Instant begin = Instant.now();
        LOG.debug("starting a node in {}", dataDir);
        Distribution distribution = Distribution.locate();
        CountDownLatch released = new CountDownLatch(1);
        try (NodeDirectory directory = NodeDirectory.claim(dataDir)) {
            progress.println("fleet: starting a node in " + directory.root());
            NodePlan plan = plan(directory, distribution);
            directory.writeConfig(plan.settings());
            Node node = new Node(directory, plan, progress);
            Thread hook = endOnSignal(node, Thread.currentThread(), released);
            try {
                node.start();
                progress.println(String.format(
                        Locale.ROOT,
                        "fleet: ready after %.1f s, %s resident. %s",
                        Duration.between(begin, Instant.now()).toMillis() / 1000.0,
                        Residency.of(node.pids()),
                        howToStop));
                node.announceReady();
                node.supervise();
            } catch (PartException failure) {
                forget(hook);
                progress.println("fleet: stopping");
                throw failure;
            } finally {
                node.stop();
            }
        } catch (InterruptedException signalled) {
            // By the hook below, after it has ended every part.
            Thread.currentThread().interrupt();
        } finally {
            released.countDown();
        }
    }

    private NodePlan plan(NodeDirectory directory, Distribution distribution) throws PartException {
        try {
            Settings given = Settings.load(settingsFile, overrides);
            return NodePlan.of(given, explicit(), directory, distribution);
        } catch (SettingException wrong) {
            throw new PartException(String.valueOf(wrong.getMessage()), "correct the setting and start again", wrong);
        }
    }

    /** What the operator's file and command line say, to be handed on to the parts. */
    private Map<String, String> explicit() throws PartException {
        Map<String, String> all = new TreeMap<>();
        if (settingsFile != null) {
            Properties stored = new Properties();
            try (Reader reader = Files.newBufferedReader(settingsFile)) {
                stored.load(reader);
            } catch (IOException | IllegalArgumentException failure) {
                throw new PartException(
                        "the settings in " + settingsFile + " cannot be read: " + failure,
                        "give the path of a readable properties file in UTF-8",
                        failure);
            }
            stored.stringPropertyNames().forEach(name -> all.put(name, stored.getProperty(name)));
        }
        all.putAll(overrides);
        return all;
    }

    private Thread endOnSignal(Node node, Thread main, CountDownLatch released) {
        Thread hook = new Thread(
                () -> {
                    progress.println("fleet: stopping");
                    node.stop();
                    // Whatever the main thread waits for will not come; let it give the directory up.
                    main.interrupt();
                    try {
                        if (released.await(RELEASE.toMillis(), TimeUnit.MILLISECONDS)) {
                            progress.println("fleet: stopped");
                        }
                    } catch (InterruptedException impatient) {
                        Thread.currentThread().interrupt();
                    }
                },
                "end-node");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // A signal came at the same moment; the hook then finds every part ended.
            hook.setName(hook.getName() + "-late");
        }
    }
}
