package io.sweaifleet.agent.worker;

import io.sweaifleet.agent.branch.BranchCreator;
import io.sweaifleet.agent.branch.BranchFollower;
import io.sweaifleet.agent.worker.audit.AuditSettings;
import io.sweaifleet.agent.worker.audit.AuditSigner;
import io.sweaifleet.agent.worker.kafka.CommandReader;
import io.sweaifleet.agent.worker.kafka.KafkaOutbox;
import io.sweaifleet.agent.worker.kafka.RoleReader;
import io.sweaifleet.agent.worker.kafka.WorkerCodec;
import io.sweaifleet.agent.worker.memory.RedisCompletedAttempts;
import io.sweaifleet.agent.worker.protocol.CompletedAttempts;
import io.sweaifleet.agent.worker.protocol.Worker;
import io.sweaifleet.agent.worker.protocol.WorkerIdentity;
import io.sweaifleet.agent.worker.protocol.WorkerTimings;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.rule.Checks;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker with everything around it: put together from the settings, started in the order that the protocol asks for, ended in reverse. */
public final class WorkerProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration GIT_TIMEOUT = Duration.ofMinutes(2);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Runnable onReady;
    private volatile boolean closed;

    /** @param onReady run once, when core has welcomed the worker */
    public WorkerProcess(Runnable onReady) {
        this.onReady = onReady;
    }

    /**
     * Starts the worker and returns when it has said hello. While the broker is away it waits for it.
     *
     * @param agents where its agents live
     * @throws SettingException when a setting cannot be used
     */
    public void start(Settings settings, Agents agents) throws IOException, InterruptedException {
        WorkerCodec codec = WorkerCodec.of(settings);
        Map<String, Object> client = FleetSettings.kafkaClient(settings);
        WorkerHome home =
                opened(WorkerHome.open(settings.get(FleetSettings.DATA_DIR), settings.get(WorkerSettings.ID)));
        Producer<String, byte[]> records = producer(KafkaOutbox.recordsConfig(client), home.workerId() + "-records");
        KafkaOutbox outbox = opened(new KafkaOutbox(
                records,
                producer(KafkaOutbox.heartbeatsConfig(client), home.workerId() + "-heartbeats"),
                codec,
                partitions(records, FleetTopic.AUDIT),
                Optional.of(AuditSigner.open(home.directory(), InstantSource.system())),
                settings.get(AuditSettings.CHECKPOINT_EVENTS)));
        ScheduledExecutorService audit = Executors.newSingleThreadScheduledExecutor(threads("worker-audit"));
        parts.push(audit::shutdownNow);
        long checkpointMs = settings.get(AuditSettings.CHECKPOINT_INTERVAL).toMillis();
        scheduled(audit.scheduleWithFixedDelay(
                guarded(outbox::checkpointAudit), checkpointMs, checkpointMs, TimeUnit.MILLISECONDS));
        WorkerIdentity identity = identity(
                settings,
                home.workerId(),
                partitions(records, FleetTopic.WORKER_COMMANDS),
                agents.runner().capabilities());
        String key = Keys.of(identity.pool(), identity.workerId());
        CompletedAttempts completed = settings.find(FleetSettings.REDIS_URL)
                .<CompletedAttempts>map(url -> opened(new RedisCompletedAttempts(
                        url, identity.pool(), identity.workerId(), settings.get(WorkerSettings.COMPLETED_TTL))))
                .orElseGet(CompletedAttempts::none);
        ExecutorService killers = Executors.newCachedThreadPool(threads("worker-killer"));
        parts.push(killers::shutdownNow);
        ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(threads("worker-heartbeat"));
        ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(threads("worker-timer"));
        parts.push(() -> {
            beats.shutdownNow();
            ticks.shutdownNow();
        });
        BeatSoon beatSoon = new BeatSoon(beats);
        List<String> roles = settings.get(WorkerSettings.ROLES);
        Set<String> named = Set.copyOf(roles);
        AtomicBoolean ready = new AtomicBoolean();
        Worker worker = new Worker(
                identity,
                WorkerTimings.DEFAULT,
                role -> named.contains("*") || named.contains(role),
                agents.drivers(home.directory()),
                new Worker.Parts(
                        agents.runner(),
                        outbox,
                        completed,
                        killers,
                        beatSoon,
                        () -> {
                            if (ready.compareAndSet(false, true)) {
                                onReady.run();
                            }
                        },
                        InstantSource.system()));
        beatSoon.set(worker::beat);
        parts.push(worker::close);

        CommandReader commands = opened(new CommandReader(
                consumer(CommandReader.config(client), identity.workerId() + "-commands"),
                identity.commandPartition(),
                key,
                codec.command(),
                worker::onCommand,
                worker::commandsLost));
        RoleReader roleReader = opened(new RoleReader(
                consumer(RoleReader.config(client), identity.workerId() + "-roles"), codec.role(), worker::onRole));
        roleReader.start();
        if (settings.get(WorkerSettings.FOLLOW_BRANCHES)) {
            BranchFollower follower = opened(new BranchFollower(
                    consumer(
                            BranchFollower.config(
                                    client, "fleet-branches-" + identity.pool() + "-" + identity.workerId()),
                            identity.workerId() + "-branches"),
                    codec.outcome(),
                    new BranchCreator(GIT_TIMEOUT),
                    new Facts(outbox),
                    InstantSource.system()));
            follower.open();
            follower.start();
        }
        awaitRoles(roleReader);
        commands.open();
        commands.start();
        worker.introduce();
        keepBeating(beats, worker, settings.get(WorkerSettings.HEARTBEAT));
        scheduled(ticks.scheduleWithFixedDelay(
                guarded(worker::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS));
        Duration drain = settings.get(FleetSettings.DRAIN_TIMEOUT);
        // The first thing to be closed: all other parts are needed for it.
        parts.push(() -> worker.drain(drain));
    }

    /** Agents may take minutes to be made, each a JVM on a cluster: those that are there need not wait for the last. */
    private void awaitRoles(RoleReader roles) throws InterruptedException {
        while (!closed && !roles.awaitCaughtUp(Duration.ofSeconds(10))) {
            if (roles.hasRead()) {
                LOG.info("not all agents are made yet; work begins with those that are");
                return;
            }
            LOG.info("waiting for {}", FleetTopic.ROLES.topicName());
        }
    }

    /** Sends heartbeats until the executor ends, at the interval that core asked for last. */
    private static void keepBeating(ScheduledExecutorService beats, Worker worker, Duration longest) {
        scheduled(beats.schedule(
                () -> {
                    guarded(worker::beat).run();
                    keepBeating(beats, worker, longest);
                },
                worker.heartbeatInterval(longest).toMillis(),
                TimeUnit.MILLISECONDS));
    }

    private static void scheduled(ScheduledFuture<?> task) {
        LOG.trace("scheduled {}", task);
    }

    /** A timer whose task throws once never runs again. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a periodic task failed; it goes on at its next turn", e);
            }
        };
    }

    /** Number of partitions that the brokers have of a topic; waits for them. It does not change while a worker runs. */
    private static int partitions(Producer<String, byte[]> producer, FleetTopic topic) {
        while (true) {
            try {
                return producer.partitionsFor(topic.topicName()).size();
            } catch (TimeoutException away) {
                LOG.warn("the broker does not tell of topic {} yet: {}", topic.topicName(), away.getMessage());
            }
        }
    }

    private static WorkerIdentity identity(Settings settings, String workerId, int partitions, List<String> found) {
        String pool = settings.get(FleetSettings.POOL);
        int configured = settings.get(WorkerSettings.COMMAND_PARTITION);
        if (configured >= partitions) {
            throw new SettingException(
                    WorkerSettings.COMMAND_PARTITION.name(),
                    "Setting " + WorkerSettings.COMMAND_PARTITION.name() + " = " + configured
                            + " is not a partition of "
                            + FleetTopic.WORKER_COMMANDS.topicName() + ". Use 0 to " + (partitions - 1)
                            + ", or -1 to have one chosen.");
        }
        int partition = configured >= 0 ? configured : Keys.partition(Keys.of(pool, workerId), partitions);
        return new WorkerIdentity(
                pool,
                workerId,
                partition,
                hostName(),
                labels(settings.get(WorkerSettings.LABELS)),
                capabilities(settings.get(WorkerSettings.CAPABILITIES), found),
                MachineResources.of(settings));
    }

    private static List<String> capabilities(List<String> given, List<String> found) {
        for (String name : given) {
            if (!Checks.isCapability(name)) {
                throw new SettingException(
                        WorkerSettings.CAPABILITIES.name(),
                        "Setting " + WorkerSettings.CAPABILITIES.name() + ": '" + name
                                + "' is not the name of a capability. Use names such as java-21: lower-case letters,"
                                + " digits, dots, dashes, plus signs and underscores.");
            }
        }
        return Stream.concat(given.stream(), found.stream()).distinct().toList();
    }

    private static Map<String, String> labels(List<String> given) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("os", System.getProperty("os.name", ""));
        labels.put("arch", System.getProperty("os.arch", ""));
        for (String label : given) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw new SettingException(
                        WorkerSettings.LABELS.name(),
                        "Setting " + WorkerSettings.LABELS.name() + ": '" + label + "' is not of the form name=value.");
            }
            labels.put(
                    label.substring(0, equals).strip(),
                    label.substring(equals + 1).strip());
        }
        return labels;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static KafkaProducer<String, byte[]> producer(Map<String, Object> config, String clientId) {
        config.put("client.id", clientId);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<String, byte[]> consumer(Map<String, Object> config, String clientId) {
        config.put("client.id", clientId);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static ThreadFactory threads(String name) {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }

    /** Sends a heartbeat as soon as the heartbeat thread is free; several wishes become one. */
    private static final class BeatSoon implements Runnable {

        private final ExecutorService executor;
        private final AtomicBoolean wished = new AtomicBoolean();
        private volatile Runnable beat = () -> {};

        BeatSoon(ExecutorService executor) {
            this.executor = executor;
        }

        void set(Runnable heartbeat) {
            this.beat = heartbeat;
        }

        @Override
        public void run() {
            if (wished.compareAndSet(false, true)) {
                try {
                    Future<?> submitted = executor.submit(guarded(() -> {
                        wished.set(false);
                        beat.run();
                    }));
                    LOG.trace("heartbeat {}", submitted);
                } catch (RejectedExecutionException e) {
                    LOG.debug("no heartbeat: the worker ends");
                }
            }
        }
    }

    private record Facts(KafkaOutbox outbox) implements BranchFollower.Facts {
        @Override
        public void send(KnowledgeFact fact) {
            outbox.fact(fact);
        }

        @Override
        public void flush() {
            outbox.flush();
        }
    }
}
