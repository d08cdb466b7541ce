package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Cancel a task or a workflow. An attempt that runs is stopped with everything it started.")
final class CancelCommand implements Callable<Integer> {

    private static final Duration LOOK_BACK = Duration.ofDays(7);

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    CancelCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!Keys.isId(id)) {
            throw CliException.usage("'" + id + "' is not an id", "use the id that `fleet submit` printed");
        }
        try (Fleet fleet = context.open(node)) {
            String in = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
            Instant now = context.clock().instant();
            StatusLookup.Found found = new StatusLookup(fleet, now.minus(LOOK_BACK))
                    .find(in, id)
                    .orElseThrow(() -> CliException.failed(
                            "no task or workflow " + id + " in pool " + in,
                            "check the id with `fleet results`, or give its --pool"));
            Optional<String> ended = ended(found);
            if (ended.isPresent()) {
                context.terminal().out().println(id + " has ended already: " + ended.get());
                return ExitCode.OK;
            }
            TaskControl control = TaskControl.newBuilder()
                    .setId(context.ids().next("cancel"))
                    .setPool(in)
                    .setWorkflowId(found.workflow().workflowId())
                    .setTaskId(found.taskId())
                    .setAction(ControlAction.CANCEL)
                    .setReason(reason)
                    .setRequestedBy(System.getProperty("user.name", ""))
                    .setRequestedAt(now)
                    .build();
            fleet.send(FleetTopic.TASK_CONTROL, Keys.of(in, id), control);
            context.terminal().out().println("asked to cancel " + id + "; see it end with `fleet watch " + id + "`");
            return ExitCode.OK;
        }
    }

    private static Optional<String> ended(StatusLookup.Found found) {
        if (found.taskId() == null) {
            return Optional.ofNullable(found.workflow().status())
                    .map(status -> status.name().toLowerCase(Locale.ROOT));
        }
        if (found.outcome() != null) {
            return Optional.of(found.outcome().getStatus().name().toLowerCase(Locale.ROOT));
        }
        TaskView task = found.workflow().tasks().get(found.taskId());
        return task == null || task.status() == null
                ? Optional.empty()
                : Optional.of(task.status().name().toLowerCase(Locale.ROOT));
    }
}
