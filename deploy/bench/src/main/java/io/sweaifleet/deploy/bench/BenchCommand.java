package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fleet bench}: no-op tasks end to end on a node of its own, beside the raw chain in the same run. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures no-op tasks end to end on a node of its own (without the graph), which is removed afterwards:",
            "paced latency, a burst, and a raw chain of produce and consume with the same hops."
        })
public final class BenchCommand implements Callable<Integer> {

    /** The node's parts compile what stays hot late, which is good for its start: steady figures need three bursts. */
    private static final int WARM_UPS = 3;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--tasks", defaultValue = "20000", description = "Tasks in the burst (default ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(names = "--rate", defaultValue = "50", description = "Paced tasks per second (default ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long to pace (default ${DEFAULT-VALUE} s).")
    private int seconds;

    @Option(
            names = "--pools",
            defaultValue = "4",
            description = "Pools of the second burst; 1 leaves it out (default ${DEFAULT-VALUE}).")
    private int pools;

    @Override
    public Integer call() throws Exception {
        check("--tasks", tasks, 100, 1_000_000);
        check("--rate", rate, 1, 10_000);
        check("--seconds", seconds, 1, 600);
        check("--pools", pools, 1, 12);
        PrintStream progress = System.err;
        List<String> names = Stream.concat(
                        Stream.of("default"), IntStream.range(1, pools).mapToObj(i -> "bench-" + i))
                .toList();
        ObjectNode document;
        try (BenchNode node = BenchNode.start(names, progress)) {
            document = measure(node, names, progress);
        }
        if (json) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            print(document, System.out);
        }
        return ExitCode.OK;
    }

    private static void check(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw CliException.usage(
                    option + " must be " + min + " to " + max + " but is " + value, "Give another value.");
        }
    }

    private ObjectNode measure(BenchNode node, List<String> names, PrintStream progress) throws Exception {
        Settings settings = node.settings();
        List<String> one = names.subList(0, 1);
        ObjectNode document = new ObjectMapper().createObjectNode();
        try (LoadDriver driver = new LoadDriver(settings)) {
            progress.println("bench: warming up with " + WARM_UPS + " bursts of " + tasks + " tasks");
            for (int i = 0; i < WARM_UPS; i++) {
                driver.burst(one, tasks);
            }
            progress.println("bench: " + rate + " tasks/s for " + seconds + " s");
            LoadDriver.Result paced = driver.paced(one, rate, seconds);
            progress.println("bench: burst of " + tasks + " tasks");
            Map<String, Duration> before = node.processorTime();
            LoadDriver.Result burst = driver.burst(one, tasks);
            Map<String, Duration> after = node.processorTime();
            progress.println("bench: the raw chain, in the same run");
            Properties client = new Properties();
            client.putAll(FleetSettings.kafkaClient(settings));
            String classPath = System.getProperty("java.class.path");
            RawChain.Result rawPaced = RawChain.run(client, classPath, rate * seconds, rate);
            RawChain.Result rawBurst = RawChain.run(client, classPath, tasks, 0);

            ObjectNode burstNode = document.putObject("burst");
            burstNode.put("tasks", burst.tasks());
            burstNode.put("tasksPerSecond", round(burst.tasksPerSecond()));
            burstNode.put("rawRatio", round(burst.tasksPerSecond() / rawBurst.recordsPerSecond()));
            ObjectNode spent = burstNode.putObject("processorMsPerTask");
            after.forEach((part, total) -> spent.put(
                    part,
                    round(total.minus(before.getOrDefault(part, Duration.ZERO)).toNanos() / 1e6 / tasks)));
            ObjectNode pacedNode = document.putObject("paced");
            pacedNode.put("ratePerSecond", rate);
            latencies(pacedNode.putObject("submitToStartMs"), paced.submitToStart());
            latencies(pacedNode.putObject("submitToResultMs"), paced.submitToResult());
            ObjectNode raw = document.putObject("raw");
            raw.put("hops", 4);
            raw.put("recordsPerSecond", round(rawBurst.recordsPerSecond()));
            latencies(raw.putObject("endToEndMs"), rawPaced.endToEnd());
            if (names.size() > 1) {
                progress.println("bench: burst of " + tasks + " tasks over " + names.size() + " pools");
                driver.burst(names, tasks);
                LoadDriver.Result several = driver.burst(names, tasks);
                ObjectNode node2 = document.putObject("burstSeveralPools");
                node2.put("pools", names.size());
                node2.put("tasks", several.tasks());
                node2.put("tasksPerSecond", round(several.tasksPerSecond()));
                node2.put("rawRatio", round(several.tasksPerSecond() / rawBurst.recordsPerSecond()));
            }
        }
        return document;
    }

    private static void latencies(ObjectNode node, Latencies latencies) {
        node.put("p50", round(latencies.p50()));
        node.put("p90", round(latencies.p90()));
        node.put("p99", round(latencies.p99()));
        node.put("max", round(latencies.max()));
        node.put("count", latencies.count());
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static void print(ObjectNode document, PrintStream out) {
        var burst = document.get("burst");
        var raw = document.get("raw");
        out.printf(
                Locale.ROOT,
                "%-28s %,10.0f tasks/s   (%.0f %% of the raw chain)%n",
                "burst of " + burst.get("tasks").asInt(),
                burst.get("tasksPerSecond").asDouble(),
                100 * burst.get("rawRatio").asDouble());
        out.printf("%-28s %s%n", "processor ms a task", spent(burst.get("processorMsPerTask")));
        if (document.has("burstSeveralPools")) {
            var several = document.get("burstSeveralPools");
            out.printf(
                    Locale.ROOT,
                    "%-28s %,10.0f tasks/s   (%.0f %% of the raw chain)%n",
                    "burst over " + several.get("pools").asInt() + " pools",
                    several.get("tasksPerSecond").asDouble(),
                    100 * several.get("rawRatio").asDouble());
        }
        out.printf(
                Locale.ROOT,
                "%-28s %,10.0f records/s%n",
                "raw chain, 4 hops",
                raw.get("recordsPerSecond").asDouble());
        var paced = document.get("paced");
        line(
                out,
                "submit to start",
                paced.get("submitToStartMs"),
                paced.get("ratePerSecond").asInt());
        line(
                out,
                "submit to result",
                paced.get("submitToResultMs"),
                paced.get("ratePerSecond").asInt());
        line(out, "raw chain", raw.get("endToEndMs"), paced.get("ratePerSecond").asInt());
    }

    private static String spent(JsonNode byPart) {
        return byPart.properties().stream()
                .map(part -> part.getKey() + " " + part.getValue().asText())
                .collect(Collectors.joining(", "));
    }

    private static void line(PrintStream out, String what, JsonNode times, int rate) {
        out.printf(
                Locale.ROOT,
                "%-28s %10.1f ms p50  %8.1f ms p99   at %d/s%n",
                what,
                times.get("p50").asDouble(),
                times.get("p99").asDouble(),
                rate);
    }
}
