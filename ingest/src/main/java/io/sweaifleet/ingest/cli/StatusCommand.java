package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.drawing.FlowFormat;
import io.sweaifleet.ingest.follow.RunFlow;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.ingest.follow.TaskPhase;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.ingest.print.Asks;
import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Reasons;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.query.QueriesAwayException;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.ingest.query.QueryRefusedException;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet status}. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Show where a task or a workflow stands.")
final class StatusCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "7d",
            description = "How far back to look: a time, or a duration such as 12h (default: 7d).")
    private String since = "7d";

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(
            names = "--draw",
            paramLabel = "FORMAT",
            description = "Draw the workflow with the state of its tasks on standard output: mermaid, dot or svg.")
    private @Nullable FlowFormat draw;

    StatusCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Instant from = Times.past(since, context.clock().instant());
        try (Fleet fleet = context.open(node)) {
            String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            StatusLookup lookup = new StatusLookup(fleet, from);
            StatusLookup.Found found = standing(fleet, in)
                    .map(lookup::find)
                    .or(() -> lookup.find(in, id))
                    .orElseThrow(() -> CliException.failed(
                            "no task or workflow " + id + " in pool " + in + " since " + IsoTimes.format(from),
                            "check the id with `fleet results`, or look further back with --since; "
                                    + "a submission that was refused is in `fleet dead-letters list`"));
            if (draw != null) {
                context.terminal()
                        .out()
                        .print(draw.draw(RunFlow.of(found.workflow(), lookup.outcomes(found.workflow()))));
                context.terminal().out().flush();
            } else if (json) {
                context.terminal().out().println(OutcomeJson.pretty(toJson(found)));
            } else {
                print(found);
            }
            return ExitCode.OK;
        }
    }

    /** What the fleet's state says; empty when it does not know the id, or cannot be asked, which is said then. */
    private Optional<StatusAnswer> standing(Fleet fleet, String in) {
        try {
            return new QueryClient(fleet.settings()).status(in, id);
        } catch (QueryRefusedException e) {
            throw Asking.refused(e);
        } catch (QueriesAwayException e) {
            context.terminal()
                    .err()
                    .println("fleet: " + e.getMessage()
                            + "; shown is what the events tell, without all reasons to wait");
            return Optional.empty();
        }
    }

    private void print(StatusLookup.Found found) {
        Terminal terminal = context.terminal();
        PrintStream out = terminal.out();
        Style style = terminal.outStyle();
        WorkflowView workflow = found.workflow();
        TaskView task = found.taskId() == null ? null : workflow.tasks().get(found.taskId());
        if (found.taskId() == null) {
            out.println(style.bold("workflow " + workflow.workflowId()) + "  "
                    + (workflow.status() == null
                            ? "running"
                            : workflow.status().name().toLowerCase(Locale.ROOT))
                    + (workflow.acceptedAt() == null
                            ? ""
                            : ", accepted " + IsoTimes.format(workflow.acceptedAt())
                                    + (workflow.endedAt() == null
                                            ? ""
                                            : ", ended after "
                                                    + Durations.words(workflow.acceptedAt(), workflow.endedAt()))));
            TextTable table = new TextTable("STATE", "TASK", "ROLE", "KIND", "ATTEMPT", "SINCE", "DETAIL");
            workflow.tasks()
                    .values()
                    .forEach(each -> table.add(
                            state(each),
                            each.taskId(),
                            each.role(),
                            each.kind(),
                            String.valueOf(each.attempt()),
                            IsoTimes.format(each.since()),
                            detail(each)));
            table.lines(style, terminal.outIsTerminal() ? terminal.width() : 0).forEach(out::println);
            return;
        }
        if (task != null) {
            out.println(style.bold("task " + task.taskId()) + "  " + state(task) + " since "
                    + IsoTimes.format(task.since()));
            line(out, "workflow", workflow.workflowId());
            line(out, "role", task.role());
            line(out, "kind", task.kind());
            line(out, "attempt", task.attempt() == 0 ? "" : String.valueOf(task.attempt()));
            line(out, "worker", task.workerId());
            line(out, "agent", task.agentId());
            line(out, "detail", detail(task));
            task.asks().values().forEach(ask -> AskPreview.lines(ask).forEach(out::println));
        }
        TaskOutcome outcome = found.outcome();
        if (outcome != null) {
            if (task == null) {
                out.println(style.bold("task " + outcome.getTaskId()) + "  "
                        + outcome.getStatus().name().toLowerCase(Locale.ROOT));
            }
            out.println();
            OutcomeTable.skipped(List.of(outcome), style).forEach(out::println);
            OutcomeTable.of(List.of(outcome), "")
                    .lines(style, terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(out::println);
            OutcomeTable.failures(List.of(outcome), style).forEach(out::println);
        }
    }

    private static void line(PrintStream out, String name, String value) {
        if (!value.isEmpty()) {
            out.printf(Locale.ROOT, "  %-9s %s%n", name, value);
        }
    }

    private static String state(TaskView task) {
        return task.status() == null
                ? task.phase().name().toLowerCase(Locale.ROOT)
                : task.status().name().toLowerCase(Locale.ROOT);
    }

    /** What a waiting reader wants to know: the step, what it waits for, or what went wrong. */
    private static String detail(TaskView task) {
        String cancel = task.cancelRequested() && !task.isEnded() ? "cancel requested; " : "";
        if (!task.waiting().isEmpty()) {
            return cancel + Reasons.words(task.waiting()) + after(task);
        }
        return cancel
                + switch (task.phase()) {
                    case SUBMITTED -> "not yet accepted";
                    case WAITING -> "waits for the tasks it depends on";
                    case QUEUED ->
                        "waits for a free " + task.role() + " agent"
                                + (task.message().isEmpty() ? "" : " (" + task.message() + ")");
                    case HELD -> task.message();
                    case ASSIGNED -> "given to " + task.workerId();
                    case RUNNING -> task.asks().isEmpty() ? task.step() : Asks.words(task);
                    case RETRYING ->
                        "next attempt"
                                + (task.dueAt() == null ? "" : " at " + IsoTimes.format(task.dueAt()))
                                + after(task);
                    case ENDED, QUARANTINED ->
                        task.failure() == null ? task.message() : OutcomeTable.words(task.failure());
                };
    }

    /** What went wrong with the attempt before. */
    private static String after(TaskView task) {
        return task.failure() == null || task.phase() != TaskPhase.RETRYING
                ? ""
                : " after: " + OutcomeTable.words(task.failure());
    }

    private static ObjectNode toJson(StatusLookup.Found found) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        WorkflowView workflow = found.workflow();
        document.put("pool", workflow.pool());
        document.put("workflowId", workflow.workflowId());
        document.put("taskId", found.taskId());
        document.put(
                "workflowStatus",
                workflow.status() == null ? null : workflow.status().name());
        document.put("acceptedAt", time(workflow.acceptedAt()));
        document.put("endedAt", time(workflow.endedAt()));
        ArrayNode tasks = document.putArray("tasks");
        for (TaskView task : workflow.tasks().values()) {
            if (found.taskId() != null && !found.taskId().equals(task.taskId())) {
                continue;
            }
            ObjectNode node = tasks.addObject();
            node.put("taskId", task.taskId());
            node.put("role", task.role());
            node.put("kind", task.kind());
            node.put("phase", task.phase().name());
            node.put("status", task.status() == null ? null : task.status().name());
            node.put("attempt", task.attempt());
            node.put("workerId", task.workerId());
            node.put("agentId", task.agentId());
            node.put("step", task.step());
            node.put("since", time(task.since()));
            node.put("startedAt", time(task.startedAt()));
            node.put("dueAt", time(task.dueAt()));
            node.put("cancelRequested", task.cancelRequested());
            node.put("detail", detail(task));
            node.set("waiting", QueryJson.tree(task.waiting()));
            ArrayNode asks = node.putArray("asks");
            task.asks().values().forEach(ask -> asks.add(RecordJson.toJson(ask)));
            node.set(
                    "failure",
                    Optional.ofNullable(task.failure())
                            .<com.fasterxml.jackson.databind.JsonNode>map(RecordJson::toJson)
                            .orElse(JsonNodeFactory.instance.nullNode()));
        }
        document.set(
                "outcome",
                found.outcome() == null ? JsonNodeFactory.instance.nullNode() : OutcomeJson.of(found.outcome()));
        return document;
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : IsoTimes.format(time);
    }
}
