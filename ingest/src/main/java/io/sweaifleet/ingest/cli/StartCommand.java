package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.run.Run;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.key.Keys;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet start}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Start a run of a definition that was applied (`fleet definitions list`).",
        footer = {
            "",
            "  fleet start review-a-branch --repo . --input branch=feature --wait",
            "",
            "Prints the id of the run, by which `status`, `watch`, `approve`, `signal` and `cancel` know it."
        })
final class StartCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "DEFINITION", description = "Its name.")
    private String definition = "";

    @Option(names = "--input", paramLabel = "NAME=VALUE", description = "An input of the run; may be repeated.")
    private @Nullable List<String> inputs;

    @Option(
            names = "--definition-version",
            paramLabel = "N",
            description = "Version of the definition (default: the latest). Of those before, only what runs is kept.")
    private @Nullable Integer version;

    @Option(names = "--repo", paramLabel = "PATH|URL", description = "Repository for steps that name none.")
    private @Nullable String repo;

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or commit to work on (default: HEAD).")
    private @Nullable String ref;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Id of the run, also its idempotency key (default: a new one).")
    private @Nullable String id;

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool that does the work (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--priority", paramLabel = "0..9", description = "Priority of its tasks; 9 is most urgent.")
    private @Nullable Integer priority;

    @Option(names = "--wait", description = "Follow it and end with its outcome: exit code 1 when a task failed.")
    private boolean wait;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    private boolean json;

    StartCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!Keys.isId(definition)) {
            throw CliException.usage(
                    "'" + definition + "' is not the name of a definition", "`fleet definitions list` shows them");
        }
        if (id != null) {
            ControlRequest.checkId(id);
        }
        if (priority != null && (priority < 0 || priority > 9)) {
            throw CliException.usage("the priority is " + priority, "give 0 to 9; 9 is most urgent");
        }
        Map<String, String> given = NamedValues.of(inputs == null ? List.of() : inputs, "an input");
        try (Fleet fleet = context.open(node)) {
            String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            Submission.Workflow run = new Run(
                            definition,
                            version,
                            given,
                            in,
                            repository(),
                            ref,
                            priority,
                            null,
                            context.clock().instant())
                    .submission(id == null ? context.ids().next(definition) : id);
            KnownDefinitions.check(fleet, run.workflow());
            return new Sending(context, fleet, json).submit(run, wait);
        }
    }

    /** A URL, an absolute path and git's host:path form stay as they are. */
    private @Nullable String repository() {
        if (repo == null || repo.contains(":")) {
            return repo;
        }
        Path path = context.terminal().directory().resolve(repo).normalize();
        return path.toString();
    }
}
