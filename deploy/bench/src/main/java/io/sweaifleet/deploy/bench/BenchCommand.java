package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fleet bench}: no-op tasks end to end on a node of its own, beside the raw chain in the same run. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures no-op tasks end to end on a node of its own (without the graph), which is removed afterwards:",
            "paced latency, a burst, and a raw chain of produce and consume with the same hops.",
            "--chain, --backlog and --agents measure something else instead."
        })
public final class BenchCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--tasks", defaultValue = "20000", description = "Tasks in the burst (default ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(names = "--rate", defaultValue = "50", description = "Paced tasks per second (default ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "How long to pace; how many tasks for each of --agents (default ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--pools",
            defaultValue = "4",
            description = "Pools of the second burst; 1 leaves it out (default ${DEFAULT-VALUE}).")
    private int pools;

    @Option(names = "--chain", description = "Workflows of ten tasks, one after the other.")
    private boolean chain;

    @Option(
            names = "--backlog",
            paramLabel = "TASKS",
            description = "What a task costs while so many wait, and a restart of the topology with them.")
    private int backlog;

    @Option(
            names = "--agents",
            paramLabel = "AGENTS",
            description = "Tasks of one second for so many agents of one worker.")
    private int agents;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting of the measured node, such as fleet.worker.ray.run-mode=cluster. Repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        List<Scenario> scenarios = scenarios();
        PrintStream progress = System.err;
        ObjectNode document = new ObjectMapper().createObjectNode();
        try (BenchNode node = BenchNode.start(settings, progress)) {
            for (Scenario scenario : scenarios) {
                scenario.measure(node, document, progress);
            }
        }
        if (json) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            Lines lines = new Lines(System.out);
            scenarios.forEach(scenario -> scenario.print(document, lines));
        }
        return ExitCode.OK;
    }

    private List<Scenario> scenarios() {
        List<Scenario> asked = new ArrayList<>();
        if (chain) {
            asked.add(new ChainScenario());
        }
        if (agents != 0) {
            check("--agents", agents, 1, 2_000);
            check("--seconds", seconds, 3, 600);
            asked.add(new AgentsScenario(agents, seconds));
        }
        if (backlog != 0) {
            check("--backlog", backlog, 1_000, 5_000_000);
            asked.add(new BacklogScenario(backlog));
        }
        if (asked.isEmpty()) {
            check("--tasks", tasks, 100, 1_000_000);
            check("--rate", rate, 1, 10_000);
            check("--seconds", seconds, 1, 600);
            check("--pools", pools, 1, 12);
            asked.add(new PathScenario(tasks, rate, seconds, pools));
        }
        return asked;
    }

    private static void check(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw CliException.usage(
                    option + " must be " + min + " to " + max + " but is " + value, "Give another value.");
        }
    }
}
