package io.sweaifleet.deploy.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.deploy.chaos.run.ChaosRun;
import io.sweaifleet.deploy.chaos.run.ResumeRun;
import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fleet chaos}: hurts a fleet of its own under load and proves from what was recorded that every promise was kept. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Loads a fleet of its own (two instances of core with standbys, six workers, five pools), kills, stops and restarts"
                    + " its parts at random,",
            "heals it, and checks what topics and agents recorded against every promise. Exit code 0 only when all hold."
        })
public final class ChaosCommand implements Callable<Integer> {

    private static final Duration FINISH_WITHIN = Duration.ofMinutes(3);

    @Option(
            names = "--minutes",
            description = "How long to load and hurt it, 0.1 to 600 (default ${DEFAULT-VALUE}).",
            defaultValue = "2")
    private double minutes;

    @Option(names = "--seed", description = "Repeats the load and the faults of a run; drawn when it is not given.")
    private @Nullable Long seed;

    @Option(
            names = "--rate",
            defaultValue = "20",
            description = "Tasks per second, besides bursts (default ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--check", paramLabel = "DIR", description = "Only checks the history in this directory again.")
    private @Nullable Path check;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Where to keep the history (with --resume: the data and logs); without it, it is kept only when a check"
                            + " fails.")
    private @Nullable Path keep;

    @Option(
            names = "--resume",
            description = "Instead: kills instances of core under load, and measures how long their pools stand still.")
    private boolean resume;

    @Option(
            names = "--kills",
            defaultValue = "7",
            description = "With --resume: how many times (default ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--session-timeout",
            paramLabel = "MS",
            description = "With --resume: session and transaction timeout of the instances, in ms; 1500, or 6000 with"
                    + " --broker-defaults.")
    private @Nullable Integer sessionTimeoutMs;

    @Option(names = "--broker-defaults", description = "With --resume: a broker with Kafka's default limits.")
    private boolean brokerDefaults;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (check != null) {
            return tell(Proof.of(existing(check)));
        }
        if (!(minutes >= 0.1 && minutes <= 600)) {
            throw CliException.usage("--minutes must be 0.1 to 600 but is " + minutes, "Give another value.");
        }
        if (rate < 1 || rate > 1_000) {
            throw CliException.usage("--rate must be 1 to 1000 but is " + rate, "Give another value.");
        }
        return resume ? resume() : run();
    }

    private int resume() throws Exception {
        if (kills < 1 || kills > 1_000) {
            throw CliException.usage("--kills must be 1 to 1000 but is " + kills, "Give another value.");
        }
        int least = brokerDefaults ? 6_000 : 1_000;
        int timeoutMs = sessionTimeoutMs == null ? (brokerDefaults ? 6_000 : 1_500) : sessionTimeoutMs;
        if (timeoutMs < least || timeoutMs > 60_000) {
            throw CliException.usage(
                    "--session-timeout must be " + least + " to 60000 ms but is " + timeoutMs,
                    "The broker takes no other; give another value.");
        }
        Path root = keep == null ? Files.createTempDirectory("fleet-chaos-") : empty(keep);
        ResumeReport report = new ResumeReport(
                new ResumeRun(kills, Duration.ofMillis(timeoutMs), brokerDefaults, rate).run(root, System.err));
        if (json) {
            System.out.println(report.json().toPrettyString());
        } else {
            report.print(System.out);
        }
        if (keep == null) {
            deleteTree(root);
        }
        return ExitCode.OK;
    }

    private int run() throws Exception {
        PrintStream progress = System.err;
        Path root = Files.createTempDirectory("fleet-chaos-");
        HistoryDirectory directory =
                new HistoryDirectory(keep == null ? Files.createTempDirectory("fleet-chaos-history-") : empty(keep));
        long drawn = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
        ChaosRun run = new ChaosRun(
                drawn,
                Duration.ofMillis((long) (minutes * 60_000)),
                FINISH_WITHIN,
                rate,
                ChaosRun.Size.FULL,
                List.of(),
                Map.of());
        ChaosRun.Result result = run.run(root.resolve("nodes"), directory, progress);
        progress.println("chaos: checking");
        Proof proof = Proof.of(directory);
        int code = tell(proof);
        Files.writeString(
                directory.root().resolve("report.json"),
                new ProofReport(proof).json().toPrettyString());
        if (!result.unfinished().isEmpty()) {
            progress.println("chaos: without an outcome in time: "
                    + result.unfinished().stream().sorted().limit(10).toList());
        }
        if (code == ExitCode.OK) {
            deleteTree(root);
            if (keep == null) {
                deleteTree(directory.root());
            }
        } else {
            progress.println("chaos: seed " + drawn + "; the history is kept in " + directory.root() + ", the logs in "
                    + root + "; check it again with: fleet chaos --check " + directory.root());
        }
        return code;
    }

    private int tell(Proof proof) throws IOException {
        ProofReport report = new ProofReport(proof);
        if (json) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.json()));
        } else {
            report.print(System.out);
        }
        return proof.holds() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static HistoryDirectory existing(Path directory) {
        HistoryDirectory history = new HistoryDirectory(directory);
        if (!Files.isDirectory(history.archive())) {
            throw CliException.usage(
                    "--check " + directory + " holds no history", "name a directory that fleet chaos has kept");
        }
        return history;
    }

    private static Path empty(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> there = Files.list(directory)) {
            if (there.findAny().isPresent()) {
                throw CliException.usage(
                        "--keep " + directory + " is not empty", "name a directory that is new or empty");
            }
        }
        return directory.toRealPath();
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("the directory " + root + " could not be removed", e);
        }
    }
}
