package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.report.BranchReport;
import io.sweaifleet.ingest.report.HtmlReport;
import io.sweaifleet.ingest.report.MarkdownReport;
import io.sweaifleet.ingest.report.RunReport;
import io.sweaifleet.ingest.run.Run;
import io.sweaifleet.ingest.run.WorkflowTemplate;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.IsoTimes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Let agents work on a git repository: by default the one you stand in, with the check-up that ships with the"
                    + " fleet (map dependencies, run the tests, check build and CI files, profile data files, remove unused"
                    + " imports on a branch).",
            "Uses the node that is up, or starts one in the background and leaves it up."
        },
        footer = {
            "",
            "Exit codes: 0 every task succeeded or was skipped for a named reason, 1 a task failed,",
            "2 wrong usage, 3 no node or repository, 4 there are findings and --fail-on findings was given."
        })
final class RunCommand implements Callable<Integer> {

    private static final String SANDBOX_SETTING = "fleet.worker.sandbox";

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(
            names = "--repo",
            paramLabel = "PATH|URL",
            description = "The repository (default: the one the current folder is in).")
    private @Nullable String repo;

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or commit to work on (default: HEAD).")
    private @Nullable String ref;

    @Option(
            names = "--workflow",
            paramLabel = "FILE",
            description = "A workflow in YAML or JSON (default: the check-up). Ids of its tasks are names within it.")
    private @Nullable Path workflow;

    @Option(
            names = "--definition",
            paramLabel = "NAME",
            description = "Run a definition that was applied, instead (`fleet definitions list`).")
    private @Nullable String definition;

    @Option(names = "--input", paramLabel = "NAME=VALUE", description = "An input of the definition; may be repeated.")
    private @Nullable List<String> inputs;

    @Option(
            names = "--sandbox",
            paramLabel = "KIND",
            description =
                    "What isolates commands that execute the repository's code, when this command starts the node:"
                            + " auto, bubblewrap, process (no isolation: they can read your files), none (they are skipped).")
    private @Nullable String sandbox;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long the whole run may take, such as 20m; what has not ended then expires.")
    private @Nullable String timeout;

    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            description = "findings: exit with 4 when there are any, for use in a build.")
    private @Nullable FailOn failOn;

    @Option(
            names = "--json",
            description = "Print one JSON document on standard output; progress goes to standard error.")
    private boolean json;

    /** What else than a failed task makes the command fail. */
    enum FailOn {
        FINDINGS
    }

    RunCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        NodeStart.refuseInsideRun(context.terminal(), "fleet run");
        Duration limit = limit();
        TargetRepository target = TargetRepository.of(context.terminal(), repo, ref);
        String named = definition;
        if (named != null) {
            return runDefinition(named, target, limit);
        }
        if (inputs != null) {
            throw CliException.usage("--input is for a definition", "name one with --definition");
        }
        WorkflowTemplate template = template();
        // Before a node is started for it: a template that is wrong should cost nothing.
        instantiate(template, target, "default", limit);
        Settings settings = ensureNode();
        try (Fleet fleet = context.fleets().apply(settings)) {
            Submission.Workflow submission = instantiate(template, target, settings.get(FleetSettings.POOL), limit);
            return run(fleet, submission, target);
        }
    }

    private int runDefinition(String name, TargetRepository target, @Nullable Duration limit)
            throws InterruptedException {
        if (workflow != null) {
            throw CliException.usage("both --workflow and --definition are given", "give one of them");
        }
        Map<String, String> given = NamedValues.of(inputs == null ? List.of() : inputs, "an input");
        Settings settings = ensureNode();
        try (Fleet fleet = context.fleets().apply(settings)) {
            Instant now = context.clock().instant();
            Submission.Workflow run = new Run(
                            name,
                            null,
                            given,
                            settings.get(FleetSettings.POOL),
                            target.repository(),
                            target.base(ref),
                            null,
                            limit == null ? null : now.plus(limit),
                            now)
                    .submission(context.ids().next(name));
            KnownDefinitions.check(fleet, run.workflow());
            return run(fleet, run, target);
        }
    }

    private @Nullable Duration limit() {
        String text = timeout;
        return text == null
                ? null
                : IsoTimes.parseDuration(text)
                        .orElseThrow(() ->
                                CliException.usage("--timeout " + text + " is not a duration", "write 90s, 20m or 2h"));
    }

    private WorkflowTemplate template() {
        Path file = workflow;
        if (file == null) {
            return WorkflowTemplate.checkUp();
        }
        try {
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.[a-z]+$", "");
            return new WorkflowTemplate(
                    name, Files.readString(context.terminal().directory().resolve(file)));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.USAGE, "cannot read " + file, "give --workflow a file in YAML or JSON, in UTF-8", e);
        }
    }

    private Submission.Workflow instantiate(
            WorkflowTemplate template, TargetRepository target, String pool, @Nullable Duration limit) {
        Instant now = context.clock().instant();
        String base = target.base(ref);
        try {
            return template.instantiate(
                    new WorkflowTemplate.Run(
                            pool, target.repository(), base, limit == null ? null : now.plus(limit), now),
                    context.ids());
        } catch (InvalidDocumentException e) {
            throw CliException.usage(
                    (workflow == null ? "the check-up" : workflow.toString()) + " is not a workflow",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    private Settings ensureNode() throws InterruptedException {
        Terminal terminal = context.terminal();
        NodeStart start = new NodeStart(node, context);
        if (sandbox != null && start.running().isPresent()) {
            terminal.err()
                    .println("note: the node is up already; --sandbox is for a node that this command starts"
                            + " (`fleet down` first)");
        }
        return start.ensure(
                sandbox == null ? Map.of() : Map.of(SANDBOX_SETTING, sandbox), json ? terminal.err() : terminal.out());
    }

    private int run(Fleet fleet, Submission.Workflow submission, TargetRepository target) throws InterruptedException {
        Terminal terminal = context.terminal();
        PrintStream stream = json ? terminal.err() : terminal.out();
        boolean inPlace = json ? terminal.errIsTerminal() : terminal.outIsTerminal();
        Style style = json ? terminal.errStyle() : terminal.outStyle();
        Instant start = context.clock().instant();
        stream.println(style.bold(submission.workflow().getTitle()) + " of " + target.words());
        stream.println(style.faint("run " + submission.workflowId()));
        Progress progress = Progress.on(stream, inPlace, style, terminal.width(), start);
        try (Following following = new Following(fleet, submission, context.clock())) {
            WorkflowFollower end = following.toTheEnd(progress, terminal.err());
            List<BranchReport> branches = new Branches(end, target.repository(), context.clock()).await();
            RunReport report = RunReport.of(
                    submission.workflowId(),
                    submission.workflow().getTitle(),
                    target.repository(),
                    start,
                    end.outcomes().values(),
                    branches);
            Path folder = write(fleet.settings(), report);
            int exit = exitCode(report);
            if (json) {
                terminal.out().println(OutcomeJson.pretty(document(submission, end, report, folder, exit)));
            } else {
                print(report, folder);
            }
            return exit;
        }
    }

    private int exitCode(RunReport report) {
        if (!Endings.allWell(report.tasks())) {
            return ExitCode.FAILED;
        }
        return failOn == FailOn.FINDINGS && report.findingsTotal() > 0 ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private Path write(Settings settings, RunReport report) {
        Path folder = settings.get(FleetSettings.DATA_DIR).resolve("reports").resolve(report.workflowId());
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.md"), MarkdownReport.render(report));
            Files.writeString(folder.resolve("report.html"), HtmlReport.render(report));
            return folder;
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "the report cannot be written to " + folder + ": " + e.getMessage(),
                    "the outcomes are safe: `fleet results " + report.workflowId() + "` shows them",
                    e);
        }
    }

    private void print(RunReport report, Path folder) {
        Terminal terminal = context.terminal();
        PrintStream out = terminal.out();
        Style style = terminal.outStyle();
        out.println();
        OutcomeTable.skipped(report.tasks(), style).forEach(out::println);
        OutcomeTable.of(report.tasks(), report.workflowId() + "-")
                .lines(style, terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(out::println);
        out.println();
        OutcomeTable.failures(report.tasks(), style).forEach(out::println);
        for (BranchReport branch : report.branches()) {
            out.println(
                    switch (branch.state()) {
                        case CREATED ->
                            "branch    " + branch.branch() + "\n  merge it with: " + style.bold(branch.merge())
                                    + "\n  look at it first: git log -p HEAD.." + branch.branch();
                        case REFUSED ->
                            style.red("branch    ") + branch.branch() + " was not created: " + branch.message();
                        case NOT_LOCAL -> "changes   " + branch.role() + ": " + branch.message();
                        case UNKNOWN -> style.yellow("branch    ") + branch.branch() + ": " + branch.message();
                    });
        }
        out.println("report    " + folder.resolve("report.html"));
        out.println("          " + folder.resolve("report.md"));
        String same = new NodeStart(node, context).dataDirOption();
        out.println("more      fleet results " + report.workflowId() + same + "  ·  fleet graph" + same);
    }

    private static ObjectNode document(
            Submission.Workflow submission, WorkflowFollower end, RunReport report, Path folder, int exit) {
        ObjectNode document = Endings.submitted(submission);
        document.put("title", report.title());
        document.put("repository", report.repository());
        document.put("commit", report.commit());
        document.put("startedAt", IsoTimes.format(report.startedAt()));
        document.put("finishedAt", IsoTimes.format(report.finishedAt()));
        document.put("exitCode", exit);
        document.put("findingsTotal", report.findingsTotal());
        Endings.addOutcomes(document, end);
        ArrayNode branches = document.putArray("branches");
        for (BranchReport branch : report.branches()) {
            ObjectNode each = branches.addObject();
            each.put("taskId", branch.taskId());
            each.put("branch", branch.branch());
            each.put("commit", branch.commit());
            each.put("state", branch.state().name());
            each.put("message", branch.message());
            each.put("merge", branch.merge());
        }
        ObjectNode files = document.putObject("report");
        files.put("markdown", folder.resolve("report.md").toString());
        files.put("html", folder.resolve("report.html").toString());
        return document;
    }
}
