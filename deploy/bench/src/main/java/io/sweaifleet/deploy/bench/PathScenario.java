package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.config.FleetSettings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A task's whole way: latency at a steady rate and a burst, beside a raw chain of produce and consume with the same hops in the
 * same run; then a burst over several pools. Everything is warmed up first, the raw chain as well.
 *
 * @param tasks tasks of a burst
 * @param rate paced tasks per second
 * @param seconds how long to pace
 * @param pools pools of the last burst; 1 leaves it out
 */
record PathScenario(int tasks, int rate, int seconds, int pools) implements Scenario {

    /** The node's parts compile what stays hot late, which is good for its start: steady figures need three bursts. */
    private static final int WARM_UPS = 3;

    /** Commits are what a steady rate consists of; bursts have few of them. */
    private static final int PACED_WARM_UP_SECONDS = 10;

    private static final String POOL = BenchNode.POOL;

    @Override
    public void measure(BenchNode node, ObjectNode document, PrintStream progress) throws Exception {
        try (LoadDriver driver = new LoadDriver(node.settings())) {
            List<String> one = List.of(POOL);
            progress.println("bench: warming up with " + WARM_UPS + " bursts of " + tasks + " tasks, and "
                    + PACED_WARM_UP_SECONDS + " s of " + rate + " tasks/s");
            for (int i = 0; i < WARM_UPS; i++) {
                driver.burst(one, Job.NOOP, tasks);
            }
            driver.paced(one, rate, PACED_WARM_UP_SECONDS);
            progress.println("bench: " + rate + " tasks/s for " + seconds + " s");
            LoadDriver.Result paced = driver.paced(one, rate, seconds);
            progress.println("bench: burst of " + tasks + " tasks");
            Written writtenBefore = Written.now(node.settings());
            ObjectNode burstNode = document.putObject("burst");
            LoadDriver.Result burst = burst(node, driver, one, burstNode);
            Written written = Written.now(node.settings());
            progress.println("bench: the raw chain, in the same run");
            Properties client = new Properties();
            client.putAll(FleetSettings.kafkaClient(node.settings()));
            RawChain.Result raw = RawChain.run(client, tasks, rate, seconds, PACED_WARM_UP_SECONDS);

            burstNode.put("rawRatio", ratio(burst, raw));
            burstNode.put("recordsPerTask", perTask(written.records() - writtenBefore.records()));
            burstNode.put("bytesPerTask", perTask(written.bytes() - writtenBefore.bytes()));
            ObjectNode pacedNode = document.putObject("paced");
            pacedNode.put("ratePerSecond", rate);
            Lines.put(pacedNode.putObject("submitToStartMs"), paced.submitToStart());
            Lines.put(pacedNode.putObject("submitToResultMs"), paced.submitToResult());
            ObjectNode rawNode = document.putObject("raw");
            rawNode.put("hops", RawChain.HOPS);
            rawNode.put("recordsPerSecond", Lines.round(raw.recordsPerSecond()));
            Lines.put(rawNode.putObject("endToEndMs"), raw.endToEnd());
            if (pools > 1) {
                ObjectNode several = document.putObject("burstSeveralPools");
                several.put("pools", pools);
                List<String> all = severalPools(node, driver, progress);
                several.put("rawRatio", ratio(burst(node, driver, all, several), raw));
            }
        }
    }

    /**
     * The other pools' workers are started only now: a JVM that warms up is felt by what is measured beside it. Each is given as many
     * tasks to warm up with as the first one was.
     */
    private List<String> severalPools(BenchNode node, LoadDriver driver, PrintStream progress) throws Exception {
        List<String> names = new ArrayList<>(List.of(POOL));
        for (int i = 1; i < pools; i++) {
            String pool = "bench-" + i;
            node.startWorker(pool, BenchRole.NAME, progress);
            names.add(pool);
        }
        progress.println("bench: bursts of " + tasks + " tasks over " + pools + " pools");
        for (int i = 0; i < WARM_UPS * pools; i++) {
            driver.burst(names, Job.NOOP, tasks);
        }
        return names;
    }

    /** A burst over pools, with the processor time that each part took for it. */
    private LoadDriver.Result burst(BenchNode node, LoadDriver driver, List<String> over, ObjectNode into)
            throws Exception {
        Map<String, Duration> before = node.processorTime();
        LoadDriver.Result burst = driver.burst(over, Job.NOOP, tasks);
        Map<String, Duration> after = node.processorTime();
        into.put("tasks", burst.tasks());
        into.put("tasksPerSecond", Lines.round(burst.tasksPerSecond()));
        ObjectNode spent = into.putObject("processorMsPerTask");
        after.forEach((part, total) -> spent.put(
                part,
                Lines.round(
                        total.minus(before.getOrDefault(part, Duration.ZERO)).toNanos() / 1e6 / tasks)));
        return burst;
    }

    private static double ratio(LoadDriver.Result burst, RawChain.Result raw) {
        return Lines.round(burst.tasksPerSecond() / raw.recordsPerSecond());
    }

    private double perTask(long amount) {
        return Lines.round((double) amount / tasks);
    }

    @Override
    public void print(ObjectNode document, Lines out) {
        JsonNode burst = document.get("burst");
        burst("burst of " + burst.get("tasks").asInt(), burst, out);
        out.line(
                "written a task",
                "%.1f records, %,.0f bytes",
                burst.get("recordsPerTask").asDouble(),
                burst.get("bytesPerTask").asDouble());
        if (document.has("burstSeveralPools")) {
            JsonNode several = document.get("burstSeveralPools");
            burst("burst over " + several.get("pools").asInt() + " pools", several, out);
        }
        JsonNode raw = document.get("raw");
        out.line(
                "raw chain, " + RawChain.HOPS + " hops",
                "%,10.0f records/s",
                raw.get("recordsPerSecond").asDouble());
        JsonNode paced = document.get("paced");
        String when = "at " + paced.get("ratePerSecond").asInt() + "/s";
        out.latencies("submit to start", paced.get("submitToStartMs"), when);
        out.latencies("submit to result", paced.get("submitToResultMs"), when);
        out.latencies("raw chain", raw.get("endToEndMs"), when);
    }

    private static void burst(String what, JsonNode burst, Lines out) {
        out.line(
                what,
                "%,10.0f tasks/s   (%.0f %% of the raw chain)",
                burst.get("tasksPerSecond").asDouble(),
                100 * burst.get("rawRatio").asDouble());
        out.line("processor ms a task", "%s", spent(burst.get("processorMsPerTask")));
    }

    private static String spent(JsonNode byPart) {
        return byPart.properties().stream()
                .map(part -> part.getKey() + " " + part.getValue().asText())
                .collect(Collectors.joining(", "));
    }
}
