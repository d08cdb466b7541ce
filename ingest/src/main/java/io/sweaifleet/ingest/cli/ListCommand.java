package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Reasons;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.ingest.query.QueryClient.Parameter;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TasksAnswer;
import io.sweaifleet.schemas.query.WorkflowAnswer;
import io.sweaifleet.schemas.query.WorkflowsAnswer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {
            "List tasks or workflows that the fleet knows, in the order of their ids.",
            "Of ended ones it keeps the id and status only, for the pool's dedupe retention (7 days): role, tenant and"
                    + " labels find what has not ended. `fleet results` shows outcomes."
        })
final class ListCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(names = "--workflows", description = "List workflows instead of tasks.")
    private boolean workflows;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            split = ",",
            description =
                    "waiting, held, queued, retrying, assigned, running or ended; or how it ended, such as failed."
                            + " Several are separated by commas.")
    private List<String> states = new ArrayList<>();

    @Option(names = "--label", paramLabel = "NAME=VALUE", description = "With this label; may be repeated.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--role", paramLabel = "ROLE", description = "Of this role; tasks only.")
    private @Nullable String role;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Of this tenant.")
    private @Nullable String tenant;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Accepted, or in a workflow that ended, since then: a time, or a duration such as 12h.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Likewise until then.")
    private @Nullable String until;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many, up to 1000 (default: 50).")
    private int limit = 50;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Where the list before this one ended.")
    private @Nullable String cursor;

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--json", description = "Print one JSON document, with the cursor.")
    private boolean json;

    ListCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Settings settings = node.settings(context.node());
        QueryClient client = new QueryClient(settings);
        String in = pool == null ? settings.get(FleetSettings.POOL) : pool;
        if (workflows) {
            show(workflows(client, in));
        } else {
            show(tasks(client, in));
        }
        return ExitCode.OK;
    }

    private List<Parameter> parameters(@Nullable String from, int most) {
        List<Parameter> parameters = new ArrayList<>();
        states.forEach(state -> parameters.add(new Parameter("state", state)));
        labels.forEach(label -> parameters.add(new Parameter("label", label)));
        add(parameters, "role", role);
        add(parameters, "tenant", tenant);
        add(parameters, "since", time(since));
        add(parameters, "until", time(until));
        add(parameters, "cursor", from);
        add(parameters, "limit", String.valueOf(most));
        return parameters;
    }

    private static void add(List<Parameter> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.add(new Parameter(name, value));
        }
    }

    private @Nullable String time(@Nullable String text) {
        return text == null
                ? null
                : IsoTimes.format(Times.past(text, context.clock().instant()));
    }

    /** A page of the length that was asked for: one query looks at so many entries only, and may find fewer. */
    private TasksAnswer tasks(QueryClient client, String in) {
        List<TaskAnswer> found = new ArrayList<>();
        String next = cursor;
        do {
            List<Parameter> parameters = parameters(next, limit - found.size());
            TasksAnswer page = Asking.ask(() -> client.tasks(in, parameters));
            found.addAll(page.tasks());
            next = page.cursor();
        } while (next != null && found.size() < limit);
        return new TasksAnswer(in, found, next);
    }

    private WorkflowsAnswer workflows(QueryClient client, String in) {
        List<WorkflowAnswer> found = new ArrayList<>();
        String next = cursor;
        do {
            List<Parameter> parameters = parameters(next, limit - found.size());
            WorkflowsAnswer page = Asking.ask(() -> client.workflows(in, parameters));
            found.addAll(page.workflows());
            next = page.cursor();
        } while (next != null && found.size() < limit);
        return new WorkflowsAnswer(in, found, next);
    }

    private void show(TasksAnswer answer) {
        TextTable table =
                new TextTable("STATE", "TASK", "WORKFLOW", "ROLE", "TENANT", "PRIORITY", "ACCEPTED", "DETAIL");
        for (TaskAnswer task : answer.tasks()) {
            table.add(
                    words(task.status() == null ? task.phase() : task.status()),
                    task.taskId(),
                    task.workflowId(),
                    task.role(),
                    task.tenant(),
                    task.priority() == null ? "" : String.valueOf(task.priority()),
                    time(task.acceptedAt()),
                    detail(task));
        }
        show(QueryJson.tree(answer), table, answer.cursor());
    }

    private void show(WorkflowsAnswer answer) {
        TextTable table = new TextTable("STATE", "WORKFLOW", "TENANT", "OPEN", "ACCEPTED", "ENDED", "TITLE");
        for (WorkflowAnswer workflow : answer.workflows()) {
            table.add(
                    workflow.status() == null ? "running" : words(workflow.status()),
                    workflow.workflowId(),
                    workflow.tenant(),
                    workflow.open() + " of " + workflow.tasks(),
                    time(workflow.acceptedAt()),
                    time(workflow.endedAt()),
                    workflow.title());
        }
        show(QueryJson.tree(answer), table, answer.cursor());
    }

    private void show(JsonNode document, TextTable table, @Nullable String next) {
        Terminal terminal = context.terminal();
        if (json) {
            terminal.out().println(OutcomeJson.pretty(document));
            return;
        }
        if (table.isEmpty()) {
            terminal.err().println("nothing found");
            return;
        }
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
        if (next != null) {
            terminal.err().println("there is more: the same with --cursor " + next);
        }
    }

    private static String words(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String time(@Nullable Instant time) {
        return time == null ? "" : IsoTimes.format(time);
    }

    private static String detail(TaskAnswer task) {
        return task.waiting().isEmpty()
                ? task.workerId().isEmpty() ? "" : "at worker " + task.workerId()
                : Reasons.words(task.waiting());
    }
}
