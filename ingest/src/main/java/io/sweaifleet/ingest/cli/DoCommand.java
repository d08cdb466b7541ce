package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.work.Argv;
import io.sweaifleet.ingest.work.Backlog;
import io.sweaifleet.ingest.work.BacklogItem;
import io.sweaifleet.ingest.work.BacklogRun;
import io.sweaifleet.ingest.work.Budgets;
import io.sweaifleet.ingest.work.InvalidWorkException;
import io.sweaifleet.ingest.work.ModelChoice;
import io.sweaifleet.ingest.work.Models;
import io.sweaifleet.ingest.work.Until;
import io.sweaifleet.ingest.work.WorkRequest;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet do}. */
@Command(
        name = "do",
        mixinStandardHelpOptions = true,
        description = {
            "Let an agent with a chat model do what you say in plain words, in the git repository you stand in, and leave the"
                    + " result on a branch.",
            "Uses the node that is up, or starts one in the background and leaves it up."
        },
        footer = {
            "",
            "  fleet do \"fix the failing test in module x\" --model-url http://localhost:11434/v1 --model-name qwen2.5-coder:7b",
            "  fleet do --file backlog.md --until 07:00",
            "",
            "Exit codes: 0 every task that was begun succeeded, 1 a task failed, 2 wrong usage or no model,",
            "3 no node or repository."
        })
final class DoCommand implements Callable<Integer> {

    private static final int MOST_AT_ONCE = 100;

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TASK",
            description = "What is to be done, in plain words; - reads it from standard input.")
    private @Nullable String task;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Work off a list instead: the items of a Markdown file (ticked boxes are left out), or YAML.")
    private @Nullable Path file;

    @Option(
            names = "--until",
            paramLabel = "HH:MM",
            description =
                    "With --file: give the fleet no further task from then on (the next time clocks here show it).")
    private @Nullable String until;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "With --file: tasks at once (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int parallel = 1;

    @Option(
            names = "--repo",
            paramLabel = "PATH|URL",
            description = "The repository (default: the one the current folder is in).")
    private @Nullable String repo;

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or commit to start from (default: HEAD).")
    private @Nullable String ref;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "Role of the agent (default: ${DEFAULT-VALUE}).",
            defaultValue = "developer")
    private String role = "developer";

    @Option(names = "--model", paramLabel = "NAME", description = "A configured model (fleet.models.NAME.url).")
    private @Nullable String model;

    @Option(
            names = "--model-url",
            paramLabel = "URL",
            description =
                    "An OpenAI-compatible endpoint instead, such as http://localhost:11434/v1; on another host than"
                            + " this one only as fleet.models.allowed-hosts says.")
    private @Nullable String modelUrl;

    @Option(names = "--model-name", paramLabel = "ID", description = "Id of the model at --model-url.")
    private @Nullable String modelName;

    @Option(
            names = "--recording",
            paramLabel = "DIR",
            description = "Play recorded exchanges back instead of asking a model.")
    private @Nullable Path recording;

    @Option(
            names = "--test",
            paramLabel = "COMMAND",
            description = "The test command, without a shell (default: the agent finds it out).")
    private @Nullable String test;

    @Option(
            names = "--budget",
            paramLabel = "LIMITS",
            description = "What the task, or each of a list, may use: time, tokens, money, as 30m,200k tokens,$0.50.")
    private @Nullable String budget;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long one task may take in all, such as 20m; then it expires.")
    private @Nullable String timeout;

    @Option(
            names = "--sandbox",
            paramLabel = "KIND",
            description = "What isolates commands, when this command starts the node; see `fleet run --help`.")
    private @Nullable String sandbox;

    @Option(
            names = "--json",
            description = "Print one JSON document on standard output; progress goes to standard error.")
    private boolean json;

    DoCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        NodeStart.refuseInsideRun(context.terminal(), "fleet do");
        try {
            return file == null ? one() : list(file);
        } catch (InvalidWorkException e) {
            throw usage(e);
        }
    }

    static CliException usage(InvalidWorkException e) {
        return new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e.remedy(), e);
    }

    private int one() throws InterruptedException, InvalidWorkException {
        if (until != null || parallel != 1) {
            throw CliException.usage(
                    "--until and --parallel are for a list of tasks", "give one with --file, or leave them out");
        }
        String instructions = instructions();
        TargetRepository target = TargetRepository.of(context.terminal(), repo, ref);
        WorkRequest request = request(target, instructions);
        Settings settings = ensureNode();
        try (Fleet fleet = context.fleets().apply(settings)) {
            WorkRequest ready = ready(fleet, request.inPool(settings.get(FleetSettings.POOL)), role);
            return new DoOne(context, fleet, json, new NodeStart(node, context).dataDirOption()).run(ready, target);
        }
    }

    private int list(Path given) throws InterruptedException, InvalidWorkException {
        if (task != null) {
            throw CliException.usage("both a task and --file are given", "give one of them");
        }
        if (parallel < 1 || parallel > MOST_AT_ONCE) {
            throw CliException.usage("--parallel is " + parallel, "give 1 to " + MOST_AT_ONCE);
        }
        Path path = context.terminal().directory().resolve(given).normalize();
        List<BacklogItem> items = Backlog.parse(String.valueOf(path.getFileName()), read(path));
        Instant end = until == null ? null : Until.next(until, context.clock().instant(), ZoneId.systemDefault());
        TargetRepository target = TargetRepository.of(context.terminal(), repo, ref);
        WorkRequest pattern = request(target, "");
        // Before a node is started for it: a list that is wrong should cost nothing.
        for (BacklogItem item : items) {
            of(item, pattern);
        }
        Settings settings = ensureNode();
        try (Fleet fleet = context.fleets().apply(settings)) {
            List<BacklogRun.Planned> plan = new ArrayList<>();
            for (BacklogItem item : items) {
                WorkRequest request = of(item, pattern.inPool(settings.get(FleetSettings.POOL)));
                plan.add(new BacklogRun.Planned(
                        item, item.id(target.repository(), path.toString()), ready(fleet, request, request.role())));
            }
            return new DoList(context, fleet, json).run(path, target, plan, parallel, end);
        }
    }

    private WorkRequest of(BacklogItem item, WorkRequest pattern) throws InvalidWorkException {
        return new WorkRequest(
                item.text(),
                item.role() == null ? pattern.role() : checkedRole(item.role()),
                pattern.pool(),
                pattern.repository(),
                pattern.baseRef(),
                pattern.model(),
                item.test().isEmpty() ? pattern.test() : item.test(),
                item.budget() == null ? pattern.budget() : Budgets.parse(item.budget()),
                pattern.deadline());
    }

    private String instructions() {
        String given = task;
        if (given == null || given.isBlank()) {
            throw CliException.usage(
                    "nothing is given to do",
                    "say it: fleet do \"fix the failing test in module x\", or give a list with --file backlog.md");
        }
        if (!given.equals("-")) {
            return given.strip();
        }
        try {
            String text = new String(context.terminal().in().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (text.isBlank()) {
                throw CliException.usage("standard input is empty", "write what is to be done into it");
            }
            return text.strip();
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read standard input: " + e.getMessage(), "", e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.USAGE, "cannot read " + path, "give --file a list in Markdown or YAML, in UTF-8", e);
        }
    }

    /** What is to be submitted, as far as it can be told without a fleet; checks it. */
    private WorkRequest request(TargetRepository target, String instructions) throws InvalidWorkException {
        Instant deadline = timeout == null
                ? null
                : context.clock()
                        .instant()
                        .plus(IsoTimes.parseDuration(timeout)
                                .orElseThrow(() -> CliException.usage(
                                        "--timeout " + timeout + " is not a duration", "write 90s, 20m or 2h")));
        return new WorkRequest(
                instructions,
                checkedRole(role),
                "default",
                target.repository(),
                target.base(ref),
                choice(),
                test == null ? List.of() : Argv.split(test),
                budget == null ? null : Budgets.parse(budget),
                deadline);
    }

    private static String checkedRole(String name) {
        if (!Keys.isId(name)) {
            throw CliException.usage("'" + name + "' is not the name of a role", "`fleet roles list` shows them");
        }
        return name;
    }

    private ModelChoice choice() {
        Path directory = recording;
        if (directory != null
                && !Files.isDirectory(context.terminal().directory().resolve(directory))) {
            throw CliException.usage(
                    "there is no folder " + directory, "give --recording the folder that exchanges were recorded into");
        }
        return new ModelChoice(
                model,
                modelUrl,
                modelName,
                directory == null
                        ? null
                        : context.terminal()
                                .directory()
                                .resolve(directory)
                                .normalize()
                                .toString());
    }

    /** The node; refused before one is started when no model could do the work. */
    private Settings ensureNode() throws InterruptedException, InvalidWorkException {
        Terminal terminal = context.terminal();
        NodeStart start = new NodeStart(node, context);
        Optional<Settings> running = start.running();
        if (running.isEmpty() && !choice().isComplete()) {
            choice().resolve(Models.of(Settings.load(null, node.overrides())), role, List.of());
        }
        if (running.isPresent() && sandbox != null) {
            terminal.err()
                    .println("note: the node is up already; --sandbox is for a node that this command starts"
                            + " (`fleet down` first)");
        }
        return start.ensure(
                sandbox == null ? Map.of() : Map.of("fleet.worker.sandbox", sandbox),
                json ? terminal.err() : terminal.out());
    }

    /** With the model that does it; refused before anything is submitted when there is none. */
    private static WorkRequest ready(Fleet fleet, WorkRequest request, String role) throws InvalidWorkException {
        RoleDefinition definition = Definitions.roles(fleet).all().get(role);
        if (definition == null) {
            throw new InvalidWorkException(
                    "there is no role '" + role + "'",
                    "`fleet roles list` shows them, `fleet roles apply FILE` adds one");
        }
        return request.by(request.model().resolve(Models.of(fleet.settings()), role, Models.listedBy(definition)));
    }
}
