package io.sweaifleet.topology;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicException;
import io.sweaifleet.schemas.topic.TopicMismatchException;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.schemas.topic.TopicState;
import io.sweaifleet.topology.core.CoreClients;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.generation.CoreGeneration;
import io.sweaifleet.topology.intake.IntakeTopology;
import io.sweaifleet.topology.intake.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs intake and core, or one of them, until the process is told to end.
 *
 * <p>{@code TopologyApp [--config FILE]}. Prints {@code FLEET-READY topology} once everything runs. Ends with 0 after
 * SIGTERM, with 2 when it cannot start, with 1 when it had to stop; the last line says why.
 */
public final class TopologyApp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopologyApp.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

    private final Settings settings;
    private final List<KafkaStreams> running = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Patience patience;
    private final ScheduledExecutorService housekeeping = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "purge-inputs");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Admin admin;
    private @Nullable QueryEndpoint queries;
    private volatile boolean started;

    TopologyApp(Settings settings) {
        this.settings = settings;
        this.patience = new Patience(settings.get(TopologySettings.REGISTRY_PATIENCE));
    }

    /** Runs until SIGTERM. */
    public static void main(String[] args) {
        int code;
        try {
            TopologyApp app = new TopologyApp(Settings.load(configFile(args), Map.of()));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> endBySignal(app), "close-topology"));
            app.start();
            System.out.println("FLEET-READY topology");
            System.out.flush();
            code = app.awaitEnd();
        } catch (StartException | SettingException | TopicException | TopicMismatchException e) {
            LOG.error("The topology cannot start", e);
            System.err.println("The topology cannot start: " + e.getMessage());
            code = 2;
        }
        System.exit(code);
    }

    private static void endBySignal(TopologyApp app) {
        boolean asked = app.failure.get() == null;
        app.close();
        if (asked && app.started) {
            // Java's own code after SIGTERM is 143, which looks like a failure to whoever sent it.
            Runtime.getRuntime().halt(0);
        }
    }

    private static @Nullable Path configFile(String[] args) {
        if (args.length == 0) {
            return null;
        }
        if (args.length != 2 || !args[0].equals("--config")) {
            throw new StartException("Unknown arguments " + String.join(" ", args) + ". Use: [--config FILE]");
        }
        return Path.of(args[1]);
    }

    /**
     * Starts what the settings name, and returns when all of it runs.
     *
     * @throws StartException when something does not come up
     */
    void start() {
        List<String> apps = settings.get(TopologySettings.APPS);
        if (apps.isEmpty() || !List.of("intake", "core").containsAll(apps)) {
            throw new StartException("Setting " + TopologySettings.APPS.name() + " = '" + String.join(",", apps)
                    + "' is not understood. Use intake, core, or intake,core.");
        }
        Admin brokers = Admin.create(FleetSettings.kafkaClient(settings));
        admin = brokers;
        verifyTopics(brokers);
        SourceOffsets offsets = new SourceOffsets(brokers, Duration.ofSeconds(30));
        StreamsProperties properties = new StreamsProperties(settings);
        Map<String, Object> serdes = FleetSettings.registryClient(settings);
        String suffix = settings.get(TopologySettings.APPLICATION_ID_SUFFIX);
        int partitions = TopicAdmin.partitions(brokers);
        CoreGeneration generation = CoreGeneration.current(brokers, suffix);
        refuseUnfinishedEnlargement(generation, partitions);
        List<CountDownLatch> up = new ArrayList<>();
        if (apps.contains("core")) {
            String id = generation.applicationId();
            offsets.prepare(id, CoreTopology.INPUTS, CoreTopology.changelogOf(id));
            CoreClients clients = new CoreClients(System::nanoTime);
            Topology topology = CoreTopology.build(
                    serdes, partitions, InstantSource.system(), clients, settings.get(TopologySettings.SWEEP_INTERVAL));
            QueryEndpoint endpoint = QueryEndpoint.bind(settings).orElse(null);
            queries = endpoint;
            KafkaStreams core = new KafkaStreams(
                    topology, properties.core(id, endpoint == null ? null : endpoint.advertised()), clients);
            up.add(run(core, id));
            if (endpoint != null) {
                endpoint.start(core, submissionTopics(brokers), partitions);
            }
            purgeInputs(brokers, id);
        }
        if (apps.contains("intake")) {
            String id = IntakeTopology.APPLICATION + suffix;
            offsets.prepare(id, IntakeTopology.INPUTS, null);
            Topology topology = IntakeTopology.build(
                    serdes,
                    topicIds(brokers, IntakeTopology.INPUTS),
                    InstantSource.system(),
                    patience,
                    ApprovalKey.in(settings));
            up.add(run(new KafkaStreams(topology, properties.intake(id)), id));
        }
        await(up, apps);
        started = true;
    }

    private static void verifyTopics(Admin brokers) {
        List<String> problems = new ArrayList<>();
        for (TopicState state : TopicAdmin.describe(brokers, TopicSettings.defaults())) {
            if (!state.exists()) {
                problems.add("topic " + state.topic().topicName() + " does not exist");
            } else {
                state.mismatches().forEach(mismatch -> problems.add(mismatch.toString()));
            }
        }
        if (!problems.isEmpty()) {
            throw new StartException("The topics are not as they must be: " + String.join("; ", problems)
                    + ". Create them with: fleet topics create");
        }
    }

    /** Whatever intake or core read or wrote now would be lost when the enlargement goes on. */
    private static void refuseUnfinishedEnlargement(CoreGeneration generation, int partitions) {
        if (generation.partitions() != 0 && generation.partitions() != partitions) {
            throw new StartException("The topics have " + partitions + " partitions and the state of core (topic "
                    + generation.changelog() + ") has " + generation.partitions()
                    + ": an enlargement was not finished. Finish it: fleet topics enlarge --partitions " + partitions);
        }
    }

    /** Ids of the topics whose records core marks when it has taken them. */
    private static Map<String, String> submissionTopics(Admin brokers) {
        return topicIds(brokers, List.of(FleetTopic.TASKS, FleetTopic.WORKFLOWS));
    }

    private static Map<String, String> topicIds(Admin brokers, List<FleetTopic> topics) {
        List<String> names = topics.stream().map(FleetTopic::topicName).toList();
        Map<String, String> ids = new HashMap<>();
        try {
            for (TopicDescription topic : brokers.describeTopics(names)
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .values()) {
                ids.put(topic.name(), topic.topicId().toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while asking the brokers for topic ids", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new StartException(
                    "The brokers cannot be asked for topic ids: " + e + ". Check that they are up.", e);
        }
        return Map.copyOf(ids);
    }

    private CountDownLatch run(KafkaStreams streams, String id) {
        CountDownLatch up = new CountDownLatch(1);
        streams.setUncaughtExceptionHandler(new ThreadFailures(id, this::stopBecauseOf));
        streams.setStateListener((now, before) -> {
            LOG.info("{}: {} -> {}", id, before, now);
            if (now == KafkaStreams.State.RUNNING) {
                up.countDown();
            } else if (now == KafkaStreams.State.ERROR) {
                stopBecauseOf(new IllegalStateException(id + " stopped"));
            }
        });
        synchronized (running) {
            running.add(streams);
        }
        try {
            streams.start();
        } catch (KafkaException | IllegalStateException e) {
            throw new StartException("Application " + id + " cannot start: " + e.getMessage(), e);
        }
        return up;
    }

    private void purgeInputs(Admin brokers, String id) {
        long everyMs = settings.get(TopologySettings.PURGE_INTERVAL).toMillis();
        if (everyMs > 0) {
            InputPurge purge = new InputPurge(
                    brokers,
                    id,
                    CoreTopology.INPUTS,
                    settings.get(TopologySettings.KEEP_INPUTS),
                    InstantSource.system(),
                    archiver());
            var unused = housekeeping.scheduleWithFixedDelay(purge, everyMs, everyMs, TimeUnit.MILLISECONDS);
        }
    }

    private @Nullable Archiver archiver() {
        return settings.get(FleetSettings.ARCHIVE_DIR)
                .map(directory -> new Archiver(
                        FleetSettings.kafkaClient(settings),
                        SchemaRegistryClient.of(FleetSettings.registryClient(settings)),
                        directory))
                .orElse(null);
    }

    private void await(List<CountDownLatch> up, List<String> apps) {
        Duration limit = settings.get(TopologySettings.START_TIMEOUT);
        long giveUpAt = System.nanoTime() + limit.toNanos();
        try {
            for (CountDownLatch each : up) {
                while (!each.await(50, TimeUnit.MILLISECONDS)) {
                    Throwable why = failure.get();
                    if (why != null) {
                        throw new StartException("The applications " + apps + " stopped while starting: " + why, why);
                    }
                    if (System.nanoTime() > giveUpAt) {
                        throw new StartException("The applications " + apps + " were not up after " + limit
                                + ". See the log; if state is being restored, raise "
                                + TopologySettings.START_TIMEOUT.name() + ".");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while starting", e);
        }
    }

    private void stopBecauseOf(Throwable why) {
        failure.compareAndSet(null, why);
        ended.countDown();
    }

    /** Waits until something fails for good; SIGTERM ends the process without coming back from here. */
    private int awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable why = failure.get();
        if (why == null) {
            return 0;
        }
        System.err.println("The topology had to stop: " + why);
        return 1;
    }

    @Override
    public void close() {
        patience.close();
        housekeeping.shutdownNow();
        QueryEndpoint endpoint = queries;
        if (endpoint != null) {
            endpoint.close();
        }
        List<KafkaStreams> open;
        synchronized (running) {
            open = List.copyOf(running);
        }
        // Intake first: what it has read goes on to core, or is read again.
        for (int i = open.size() - 1; i >= 0; i--) {
            if (!open.get(i).close(CLOSE_WITHIN)) {
                LOG.warn("An application did not close within {}", CLOSE_WITHIN);
            }
        }
        Admin brokers = admin;
        if (brokers != null) {
            brokers.close(Duration.ofSeconds(5));
        }
        ended.countDown();
    }
}
