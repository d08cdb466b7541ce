package io.sweaifleet.deploy.eval;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.ingest.cli.NodeOptions;
import io.sweaifleet.ingest.cli.NodeStart;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.KafkaFleet;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.report.Artifacts;
import io.sweaifleet.ingest.work.InvalidWorkException;
import io.sweaifleet.ingest.work.ModelChoice;
import io.sweaifleet.ingest.work.Models;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.json.IsoTimes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet eval}. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Has agents of the fleet solve a set of small repositories with failing tests, and judges each branch by tests that"
                    + " the agent never saw.",
            "Uses the node that is up, or starts one in the background and leaves it up."
        },
        footer = {
            "",
            "  fleet eval                                          recorded exchanges, no model needed",
            "  fleet eval --brain local                            the configured model fleet.models.local",
            "  fleet eval --model-url http://localhost:11434/v1 --model-name qwen2.5-coder:7b",
            "",
            "Exit codes: 0 every task was run and judged, 1 a recording no longer fits, 2 wrong usage, 3 no node."
        })
public final class EvalCommand implements Callable<Integer> {

    /** How recordings came to be: nobody is to take them for a model's work. */
    static final String RECORDED =
            "RECORDED from a script that plays an agent and knows the fixes; says nothing of any model";

    private static final String RECORDING = "exchanges.jsonl";
    private static final String REMEDY = "the prompts or tools of the agents have changed: record anew with"
            + " `fleet eval --record deploy/eval/src/main/resources/io/sweaifleet/deploy/eval/recordings`";

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(
            names = "--brain",
            paramLabel = "NAME",
            defaultValue = "recorded",
            description = "recorded, or the name of a configured model (default: ${DEFAULT-VALUE}).")
    private String brain = "recorded";

    @Option(names = "--model-url", paramLabel = "URL", description = "An OpenAI-compatible endpoint instead.")
    private @Nullable String modelUrl;

    @Option(names = "--model-name", paramLabel = "ID", description = "Id of the model at --model-url.")
    private @Nullable String modelName;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "developer",
            description = "Role of the agents (default: ${DEFAULT-VALUE}).")
    private String role = "developer";

    @Option(names = "--task", paramLabel = "NAME", description = "Only this task; may be repeated (see --list).")
    private @Nullable List<String> only;

    @Option(names = "--list", description = "Only list the tasks.")
    private boolean list;

    @Option(
            names = "--record",
            paramLabel = "DIR",
            description = "Instead: record each task anew, from a scripted server, into this folder.")
    private @Nullable Path record;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "20m",
            description = "Longest time of one task (default: ${DEFAULT-VALUE}).")
    private String timeout = "20m";

    @Option(
            names = "--json",
            description = "Print one JSON document on standard output; progress goes to standard error.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Terminal terminal = Terminal.system();
        NodeStart.refuseInsideRun(terminal, "fleet eval");
        Duration limit = IsoTimes.parseDuration(timeout)
                .filter(given -> given.toSeconds() >= 1)
                .orElseThrow(
                        () -> CliException.usage("--timeout " + timeout + " is not a duration", "write 90s or 20m"));
        Path scratch = Files.createTempDirectory("fleet-eval-");
        try {
            List<EvalTask> tasks = chosen(TaskSet.unpack(Files.createDirectories(scratch.resolve("tasks"))));
            if (list) {
                tasks.forEach(task -> System.out.printf(
                        "%-20s %-11s %s%n",
                        task.name(),
                        task.language(),
                        task.missing().map(program -> "needs " + program).orElse("")));
                return ExitCode.OK;
            }
            return run(terminal, tasks, scratch, limit);
        } finally {
            Folders.delete(scratch);
        }
    }

    private List<EvalTask> chosen(List<EvalTask> all) {
        List<String> names = only;
        if (names == null) {
            return all;
        }
        for (String name : names) {
            if (all.stream().noneMatch(task -> task.name().equals(name))) {
                throw CliException.usage(
                        "there is no task '" + name + "'",
                        "there are " + all.stream().map(EvalTask::name).collect(Collectors.joining(", ")));
            }
        }
        return all.stream().filter(task -> names.contains(task.name())).toList();
    }

    private int run(Terminal terminal, List<EvalTask> tasks, Path scratch, Duration limit)
            throws IOException, InterruptedException {
        PrintStream progress = json ? System.err : System.out;
        boolean recorded = record == null && modelUrl == null && brain.equals("recorded");
        Optional<Path> recordings = recorded
                ? TaskSet.unpackRecordings(Files.createDirectories(scratch.resolve("recordings")))
                : Optional.empty();
        if (recorded && recordings.isEmpty()) {
            throw CliException.environment("this build has no recordings", REMEDY);
        }
        Settings settings = NodeStart.system(node).ensure(Map.of(), progress);
        Judge judge = Judge.onThisMachine(scratch);
        if (!judge.isConfined()) {
            progress.println(
                    "note: bubblewrap does not work here, so the tests of branches run with all rights of yours");
        }
        List<EvalResult> results = new ArrayList<>();
        try (Fleet fleet = new KafkaFleet(settings);
                ScriptedModel scripted = new ScriptedModel(tasks)) {
            EvalRun run =
                    new EvalRun(fleet, judge, Files.createDirectories(scratch.resolve("work")), role, limit, progress);
            for (EvalTask task : tasks) {
                EvalResult result = run.run(task, model(task, settings, scripted, recordings));
                progress.println("  " + result.verdict() + (result.why().isEmpty() ? "" : ": " + result.why()));
                results.add(result);
                if (record != null) {
                    keep(result, terminal.directory().resolve(record));
                }
            }
        }
        EvalReport report = new EvalReport(what(recorded), role, results);
        if (json) {
            System.out.println(OutcomeJson.pretty(report.json()));
        } else {
            report.print(System.out, terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0);
        }
        return recorded || record != null ? fits(results) : ExitCode.OK;
    }

    private String what(boolean recorded) {
        if (record != null) {
            return "SCRIPTED: a server on this machine that plays an agent and knows the fixes; no model ran";
        }
        return recorded ? RECORDED : modelUrl == null ? brain : modelUrl + " " + modelName;
    }

    private ModelChoice model(EvalTask task, Settings settings, ScriptedModel scripted, Optional<Path> recordings) {
        if (record != null) {
            return new ModelChoice(null, scripted.url(task), ScriptedModel.MODEL, null);
        }
        if (recordings.isPresent()) {
            return new ModelChoice(
                    null,
                    null,
                    ScriptedModel.MODEL,
                    recordings.get().resolve(task.name()).toString());
        }
        ModelChoice asked = new ModelChoice(modelUrl == null ? brain : null, modelUrl, modelName, null);
        try {
            return asked.resolve(Models.of(settings), role, List.of());
        } catch (InvalidWorkException e) {
            throw CliException.usage(String.valueOf(e.getMessage()), e.remedy());
        }
    }

    /** Keeps what was said in a run as the recording of its task. */
    private static void keep(EvalResult result, Path folder) throws IOException {
        if (result.outcome() == null) {
            return;
        }
        List<ArtifactRef> artifacts = result.outcome().getResult() == null
                ? List.of()
                : result.outcome().getResult().getArtifacts();
        for (ArtifactRef artifact : artifacts) {
            if (artifact.getName().equals(RECORDING)) {
                Path target = folder.resolve(result.task().name());
                Files.createDirectories(target);
                Files.write(target.resolve(RECORDING), Artifacts.read(artifact));
                return;
            }
        }
        throw new IOException("the outcome of " + result.outcome().getTaskId() + " has no artifact " + RECORDING);
    }

    /** A recording that ends otherwise than it was made to is out of date. */
    private static int fits(List<EvalResult> results) {
        int code = ExitCode.OK;
        for (EvalResult result : results) {
            boolean expected = result.task().isRecordedSolved();
            boolean solved = result.verdict() == EvalResult.Verdict.SOLVED;
            boolean submitted = result.work()
                    .map(work -> work.stopped().equals("submitted"))
                    .orElse(false);
            if (result.verdict() != EvalResult.Verdict.SKIPPED && (expected != solved || !submitted)) {
                System.err.println(
                        "fleet: the recording of " + result.task().name() + " does not fit any more: it ended as "
                                + result.verdict() + (result.why().isEmpty() ? "" : " (" + result.why() + ")"));
                code = ExitCode.FAILED;
            }
        }
        if (code != ExitCode.OK) {
            System.err.println("  " + REMEDY);
        }
        return code;
    }
}
