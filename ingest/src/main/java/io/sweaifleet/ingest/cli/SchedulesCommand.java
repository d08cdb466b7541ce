package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.ingest.submit.SubmissionParser;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.cron.FiringTimes;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.rule.ScheduleRules;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet schedules}. */
@Command(
        name = "schedules",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Workflows that are submitted at given times: apply schedules from YAML, list, pause and remove them.")
final class SchedulesCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    SchedulesCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: apply, list, next, pause, resume or remove");
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Write a schedule from YAML, one a file. A changed one gets the next version.",
            footer = {
                "",
                "  id: nightly",
                "  cron: \"15 3 * * MON-FRI\"",
                "  timeZone: Europe/Berlin",
                "  overlap: skip",
                "  workflow:",
                "    repository: /path/to/repository",
                "    tasks:",
                "      - {id: tests, kind: qa.run-tests, role: qa}"
            })
    int apply(
            @Mixin NodeOptions node,
            @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "Files with one schedule each.")
                    List<Path> files) {
        List<Schedule> schedules = new ArrayList<>();
        for (Path file : files) {
            schedules.add(
                    located(DefinitionFile.read(context, file, "schedule", Schedule.class, ScheduleRules::check)));
        }
        try (Fleet fleet = context.open(node)) {
            Definitions<Schedule> definitions = Definitions.schedules(fleet);
            Map<String, Schedule> present = definitions.all();
            for (Schedule schedule : schedules) {
                apply(definitions, present, schedule);
            }
            return ExitCode.OK;
        }
    }

    private void apply(Definitions<Schedule> definitions, Map<String, Schedule> present, Schedule schedule) {
        Instant now = context.clock().instant();
        Optional<Integer> version = definitions.apply(schedule, present, now);
        String state = version.map(number -> " is version " + number + " now").orElse(" is unchanged");
        context.terminal().out().println(schedule.getId() + state + "; " + nextInWords(schedule, now));
    }

    private static String nextInWords(Schedule schedule, Instant now) {
        long next = FiringTimes.of(schedule).after(now.toEpochMilli());
        if (schedule.getPaused()) {
            return "it is paused";
        }
        return next == FiringTimes.NONE ? "it never fires" : "next at " + Instant.ofEpochMilli(next);
    }

    /** Relative repositories are relative to where the command runs, as in submissions. */
    private Schedule located(Schedule schedule) {
        Path directory = context.terminal().directory();
        WorkflowSubmitted workflow = schedule.getWorkflow();
        List<TaskSubmitted> tasks = new ArrayList<>();
        for (TaskSubmitted task : workflow.getTasks()) {
            tasks.add(TaskSubmitted.newBuilder(task)
                    .setRepository(SubmissionParser.absolute(directory, task.getRepository()))
                    .build());
        }
        return Schedule.newBuilder(schedule)
                .setWorkflow(WorkflowSubmitted.newBuilder(workflow)
                        .setRepository(SubmissionParser.absolute(directory, workflow.getRepository()))
                        .setTasks(tasks)
                        .build())
                .build();
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the schedules of a pool, with their next firings and last runs.")
    int list(
            @Mixin NodeOptions node,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool,
            @Option(names = "--json", description = "Print one JSON document.") boolean json) {
        Terminal terminal = context.terminal();
        Settings settings = node.settings(context.node());
        String in = pool == null ? settings.get(FleetSettings.POOL) : pool;
        SchedulesAnswer answer = Asking.ask(() -> new QueryClient(settings).schedules(in));
        if (json) {
            terminal.out().println(OutcomeJson.pretty(QueryJson.tree(answer)));
            return ExitCode.OK;
        }
        TextTable table = new TextTable("SCHEDULE", "VERSION", "WHEN", "NEXT", "LAST RUN", "DESCRIPTION").alignRight(1);
        for (SchedulesAnswer.Schedule schedule : answer.schedules()) {
            table.add(
                    schedule.id(),
                    String.valueOf(schedule.version()),
                    schedule.when(),
                    schedule.paused() ? "paused" : schedule.next() == null ? "never" : String.valueOf(schedule.next()),
                    schedule.lastRun() == null ? "" : schedule.lastRun() + (schedule.underWay() ? " (under way)" : ""),
                    schedule.description());
        }
        table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                .forEach(terminal.out()::println);
        return ExitCode.OK;
    }

    @Command(
            name = "next",
            mixinStandardHelpOptions = true,
            description = "Show when a schedule fires next, in its time zone and in UTC.")
    int next(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ID", description = "Id of the schedule.") String id,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool,
            @Option(names = "-n", paramLabel = "N", defaultValue = "5", description = "How many (default: 5).")
                    int count) {
        try (Fleet fleet = context.open(node)) {
            Schedule schedule = find(Definitions.schedules(fleet).all(), fleet, pool, id);
            FiringTimes times = FiringTimes.of(schedule);
            ZoneId zone = ZoneId.of(schedule.getTimeZone());
            TextTable table = new TextTable("TIME", "UTC", "DUE");
            long at = times.after(context.clock().millis());
            for (int i = 0; i < count && at != FiringTimes.NONE; i++) {
                Instant time = Instant.ofEpochMilli(at);
                table.add(
                        time.atZone(zone).toOffsetDateTime().toString(),
                        time.toString(),
                        Instant.ofEpochMilli(times.dueAt(at)).toString());
                at = times.after(at);
            }
            Terminal terminal = context.terminal();
            if (table.isEmpty()) {
                terminal.err().println("schedule " + id + " never fires again");
            } else {
                table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                        .forEach(terminal.out()::println);
            }
            if (schedule.getPaused()) {
                terminal.err().println("schedule " + id + " is paused: `fleet schedules resume " + id + "`");
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Hold back the firings of a schedule; none of that time is made up for.")
    int pause(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ID", description = "Id of the schedule.") String id,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool) {
        return setPaused(node, pool, id, true);
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Let a paused schedule fire again.")
    int resume(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ID", description = "Id of the schedule.") String id,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool) {
        return setPaused(node, pool, id, false);
    }

    private int setPaused(NodeOptions node, @Nullable String pool, String id, boolean paused) {
        try (Fleet fleet = context.open(node)) {
            Definitions<Schedule> definitions = Definitions.schedules(fleet);
            Map<String, Schedule> present = definitions.all();
            Schedule schedule = find(present, fleet, pool, id);
            apply(
                    definitions,
                    present,
                    Schedule.newBuilder(schedule).setPaused(paused).build());
            return ExitCode.OK;
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a schedule; runs that are under way go on.")
    int remove(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ID", description = "Id of the schedule.") String id,
            @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).") @Nullable
                    String pool) {
        try (Fleet fleet = context.open(node)) {
            Definitions<Schedule> definitions = Definitions.schedules(fleet);
            Schedule schedule = find(definitions.all(), fleet, pool, id);
            definitions.remove(Keys.of(schedule.getPool(), schedule.getId()));
            context.terminal().out().println(id + " is removed");
            return ExitCode.OK;
        }
    }

    private static Schedule find(Map<String, Schedule> present, Fleet fleet, @Nullable String pool, String id) {
        String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
        Schedule schedule = present.get(Keys.of(in, id));
        if (schedule == null) {
            throw new CliException(
                    ExitCode.FAILED,
                    "pool " + in + " has no schedule " + id + " on " + FleetTopic.SCHEDULES.topicName(),
                    "see `fleet schedules list`");
        }
        return schedule;
    }
}
