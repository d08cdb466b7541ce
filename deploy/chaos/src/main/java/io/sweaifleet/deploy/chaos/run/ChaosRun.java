package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.deploy.chaos.history.HistoryReader;
import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One run: a fleet is started, loaded and hurt for a while, healed, left to finish, and what happened is written down.
 *
 * @param seed of the load and of the faults
 * @param length how long it is loaded and hurt
 * @param finishWithin how long what was accepted may take to end, once everything is healed
 * @param perSecond tasks per second
 * @param size size of the fleet
 * @param faults the faults to make; empty for those of the seed
 * @param topology further settings of the instances of core
 */
public record ChaosRun(
        long seed,
        Duration length,
        Duration finishWithin,
        int perSecond,
        Size size,
        List<PlannedFault> faults,
        Map<String, String> topology) {

    public ChaosRun {
        faults = List.copyOf(faults);
        topology = Map.copyOf(topology);
    }

    /** How large a fleet is: always two instances of core, and two workers for the first pool. */
    public enum Size {
        /** Two pools. */
        SMALL(2),
        /** All pools. */
        FULL(POOLS.size());

        private final int pools;

        Size(int pools) {
            this.pools = pools;
        }

        private List<String> pools() {
            return POOLS.subList(0, pools);
        }
    }

    /** Names of the pools; their keys are in different partitions. */
    static final List<String> POOLS = List.of("north", "south", "east", "west", "centre");

    private static final int CORES = 2;

    /** The default: a broker that is killed must be up again before it takes transactions for left behind. */
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

    private static final Duration STEP = Duration.ofMillis(10);

    /**
     * What came of a run.
     *
     * @param submissions submissions that brokers have acknowledged
     * @param unfinished tasks that had no outcome in time, as pool/id
     * @param faults how many faults of each kind were made
     */
    public record Result(int submissions, Set<String> unfinished, Map<String, Integer> faults) {}

    /**
     * Runs.
     *
     * @param root where the fleet keeps its data
     * @param directory where the history goes
     */
    public Result run(Path root, HistoryDirectory directory, PrintStream progress) throws Exception {
        Files.createDirectories(directory.root());
        Map<String, List<String>> workers = new LinkedHashMap<>();
        size.pools().forEach(pool -> workers.put(pool, List.of("worker-" + pool)));
        workers.put(POOLS.get(0), List.of("worker-" + POOLS.get(0), "worker-" + POOLS.get(0) + "-2"));
        ClusterPlan plan = new ClusterPlan(workers, CORES, SESSION_TIMEOUT, Map.of(), topology);
        try (Cluster cluster = Cluster.start(root, plan, directory.runs(), progress)) {
            Definitions.declare(cluster.settings(), size.pools());
            return load(cluster, directory, progress);
        }
    }

    private Result load(Cluster cluster, HistoryDirectory directory, PrintStream progress) throws Exception {
        List<PlannedFault> due = faults.isEmpty() ? FaultSchedule.of(seed, length, cluster.targets()) : faults;
        progress.printf(
                Locale.ROOT,
                "chaos: seed %d, %d s, %d faults, %d tasks/s and bursts over %d pools%n",
                seed,
                length.toSeconds(),
                due.size(),
                perSecond,
                size.pools().size());
        Settings settings = cluster.settings();
        String prefix = "c" + Long.toString(System.currentTimeMillis(), 36) + "-";
        try (Submitter submitter = new Submitter(settings, directory.acknowledged());
                Outcomes outcomes = new Outcomes(settings)) {
            Load load = new Load(seed, size.pools(), prefix, perSecond, submitter);
            Nemesis nemesis = new Nemesis(cluster, due, directory.faults(), progress);
            try {
                long began = System.nanoTime();
                for (long now = 0; now < length.toMillis(); now = (System.nanoTime() - began) / 1_000_000) {
                    load.step(now);
                    nemesis.step();
                    outcomes.poll(STEP);
                }
            } finally {
                nemesis.heal();
            }
            load.finish();
            submitter.flush();
            progress.println("chaos: healed; waiting for the rest to end");
            Set<String> owed = submitter.owed();
            Set<String> unfinished = finish(outcomes, owed);
            new FinalAnswers(cluster, directory).ask(cores(), size.pools());
            archive(settings, directory);
            return new Result(owed.size(), unfinished, new TreeMap<>(nemesis.made()));
        }
    }

    /** Waits for what is owed, for as long as it goes on coming: a machine with much else to do takes its time. */
    private Set<String> finish(Outcomes outcomes, Set<String> owed) {
        Set<String> missing = outcomes.missing(owed);
        long giveUpAt = System.nanoTime() + finishWithin.toNanos();
        while (!missing.isEmpty() && System.nanoTime() < giveUpAt) {
            int before = missing.size();
            outcomes.poll(Duration.ofMillis(200));
            missing = outcomes.missing(owed);
            if (missing.size() < before) {
                giveUpAt = System.nanoTime() + finishWithin.toNanos();
            }
        }
        return missing;
    }

    private static List<String> cores() {
        return IntStream.rangeClosed(1, CORES)
                .mapToObj(number -> "core-" + number)
                .toList();
    }

    private static void archive(Settings settings, HistoryDirectory directory) throws IOException {
        Files.createDirectories(directory.archive());
        new Archiver(
                        FleetSettings.kafkaClient(settings),
                        SchemaRegistryClient.of(FleetSettings.registryClient(settings)),
                        directory.archive())
                .run(HistoryReader.topics());
    }
}
