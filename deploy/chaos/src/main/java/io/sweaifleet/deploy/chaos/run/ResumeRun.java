package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.agent.ChaosPlaybook;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Measures how long the pools of an instance of core stand still when it is killed: two instances with a standby, under load; the
 * one with more pools is killed, and so on in turn.
 *
 * @param kills how many times
 * @param sessionTimeout session and transaction timeout of the instances
 * @param brokerDefaults whether the broker has Kafka's default limits and not those of a fleet's node
 * @param perSecond tasks per second in each pool
 */
public record ResumeRun(int kills, Duration sessionTimeout, boolean brokerDefaults, int perSecond) {

    private static final List<String> POOLS = ChaosRun.POOLS;

    private static final int CORES = 2;

    /** Kafka's own defaults of what a fleet's node lowers. */
    private static final Map<String, String> KAFKA_DEFAULTS = Map.of(
            "group.min.session.timeout.ms", "6000",
            "group.initial.rebalance.delay.ms", "3000",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000",
            "add.partitions.to.txn.retry.backoff.ms", "20");

    /** What was decided so shortly after the kill may still be of the killed instance. */
    private static final long DYING_MS = 50;

    /** The killed instance is back, and its copies follow, when nothing has moved for so long. */
    private static final Duration SETTLED = Duration.ofSeconds(6);

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * One kill.
     *
     * @param instance which was killed
     * @param pools number of its pools
     * @param firstMs from the kill to the first committed outcome of any of its pools, in ms
     * @param allMs from the kill until each of its pools had one, in ms
     */
    public record Resumed(String instance, int pools, long firstMs, long allMs) {}

    /**
     * Runs.
     *
     * @param root where the fleet keeps its data
     */
    public List<Resumed> run(Path root, PrintStream progress) throws Exception {
        Map<String, List<String>> workers = new LinkedHashMap<>();
        POOLS.forEach(pool -> workers.put(pool, List.of("worker-" + pool)));
        ClusterPlan plan =
                new ClusterPlan(workers, CORES, sessionTimeout, brokerDefaults ? KAFKA_DEFAULTS : Map.of(), Map.of());
        try (Cluster cluster = Cluster.start(root.resolve("nodes"), plan, root.resolve("runs"), progress)) {
            Definitions.declare(cluster.settings(), POOLS);
            return measure(cluster, root, progress);
        }
    }

    private List<Resumed> measure(Cluster cluster, Path root, PrintStream progress) throws Exception {
        Settings settings = cluster.settings();
        List<Resumed> all = new ArrayList<>();
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(settings));
                Submitter submitter = new Submitter(settings, Files.createTempFile(root, "acknowledged", ".tsv"));
                KafkaConsumer<String, TaskOutcome> outcomes = outcomes(settings)) {
            Owners owners = new Owners(admin, POOLS);
            Pulse pulse = new Pulse(submitter, perSecond);
            for (int i = 0; i < kills; i++) {
                String victim = settle(owners, pulse, outcomes);
                Set<String> pools = owners.read().getOrDefault(victim, Set.of());
                Resumed resumed = kill(cluster, victim, pools, pulse, outcomes);
                all.add(resumed);
                progress.printf(
                        Locale.ROOT,
                        "chaos: kill -9 %s with %d pools: first outcome after %,d ms, all pools after %,d ms%n",
                        victim,
                        resumed.pools(),
                        resumed.firstMs(),
                        resumed.allMs());
            }
        }
        return all;
    }

    /** Submits at a steady rate to every pool. */
    private static final class Pulse {
        private final Submitter submitter;
        private final int perSecond;
        private final long began = System.nanoTime();
        private final String prefix = "r" + Long.toString(System.currentTimeMillis(), 36) + "-";
        private long sent;

        Pulse(Submitter submitter, int perSecond) {
            this.submitter = submitter;
            this.perSecond = perSecond;
        }

        void step() {
            long due = (System.nanoTime() - began) / 1_000_000 * perSecond / 1000;
            for (; sent < due; sent++) {
                for (String pool : POOLS) {
                    submitter.task(
                            pool,
                            TaskSubmitted.newBuilder()
                                    .setId(prefix + sent)
                                    .setPool(pool)
                                    .setKind(ChaosPlaybook.KIND)
                                    .setRole(Definitions.ROLES.get(0))
                                    .build());
                }
            }
        }
    }

    /** Waits until every instance is a member and nothing has moved for a while; the one with most pools. */
    private static String settle(Owners owners, Pulse pulse, KafkaConsumer<String, TaskOutcome> outcomes)
            throws InterruptedException {
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Map<String, Set<String>> before = Map.of();
        long since = System.nanoTime();
        while (System.nanoTime() < giveUpAt) {
            pulse.step();
            outcomes.poll(Duration.ofMillis(50));
            Map<String, Set<String>> now = owners.read();
            if (!now.equals(before) || now.size() < CORES) {
                since = System.nanoTime();
                before = now;
            } else if (System.nanoTime() - since > SETTLED.toNanos()) {
                return now.entrySet().stream()
                        .max(Map.Entry.comparingByValue((one, other) -> Integer.compare(one.size(), other.size())))
                        .orElseThrow()
                        .getKey();
            }
        }
        throw new IllegalStateException("the instances of core did not agree within " + PATIENCE + ": " + before);
    }

    private static Resumed kill(
            Cluster cluster,
            String victim,
            Set<String> pools,
            Pulse pulse,
            KafkaConsumer<String, TaskOutcome> outcomes) {
        ProcessHandle process = cluster.process(victim)
                .orElseThrow(() -> new IllegalStateException("instance " + victim + " is dead already"));
        long killedAtMs = System.currentTimeMillis();
        long killedAt = System.nanoTime();
        process.destroyForcibly();
        long giveUpAt = killedAt + PATIENCE.toNanos();
        Set<String> waiting = new HashSet<>(pools);
        long first = 0;
        while (!waiting.isEmpty()) {
            pulse.step();
            for (ConsumerRecord<String, TaskOutcome> record : outcomes.poll(Duration.ofMillis(5))) {
                TaskOutcome outcome = record.value();
                if (outcome.getFinishedAt().toEpochMilli() > killedAtMs + DYING_MS
                        && waiting.remove(outcome.getPool())) {
                    first = first == 0 ? System.nanoTime() : first;
                }
            }
            if (System.nanoTime() > giveUpAt) {
                throw new IllegalStateException("pools " + waiting + " of " + victim + " had no outcome within "
                        + PATIENCE + " after it was killed");
            }
        }
        long all = System.nanoTime();
        return new Resumed(victim, pools.size(), (first - killedAt) / 1_000_000, (all - killedAt) / 1_000_000);
    }

    private static KafkaConsumer<String, TaskOutcome> outcomes(Settings settings) {
        Map<String, Object> config = FleetSettings.kafkaClient(settings);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("fetch.min.bytes", "1");
        KafkaConsumer<String, TaskOutcome> consumer = new KafkaConsumer<>(
                config,
                new StringDeserializer(),
                FleetSerdes.value(TaskOutcome.class, settings).deserializer());
        List<TopicPartition> partitions = IntStream.range(0, FleetTopic.RESULTS.partitions())
                .mapToObj(number -> new TopicPartition(FleetTopic.RESULTS.topicName(), number))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }
}
