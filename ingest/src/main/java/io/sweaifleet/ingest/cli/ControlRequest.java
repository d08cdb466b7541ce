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
import org.jspecify.annotations.Nullable;

/** A request about work that was submitted, as the commands send it. */
final class ControlRequest {

    private static final Duration LOOK_BACK = Duration.ofDays(7);

    private final CliContext context;
    private final Fleet fleet;
    private final String pool;

    ControlRequest(CliContext context, Fleet fleet, @Nullable String pool) {
        this.context = context;
        this.fleet = fleet;
        this.pool = pool == null ? fleet.settings().get(FleetSettings.POOL) : pool;
    }

    static void checkId(String id) {
        if (!Keys.isId(id)) {
            throw CliException.usage("'" + id + "' is not an id", "use the id that `fleet submit` printed");
        }
    }

    String pool() {
        return pool;
    }

    /**
     * A request about the task or workflow of an id. When it has ended, that is said, and there is none.
     *
     * @throws CliException when there is no such task or workflow
     */
    Optional<TaskControl.Builder> about(String id) {
        StatusLookup.Found found = new StatusLookup(
                        fleet, context.clock().instant().minus(LOOK_BACK))
                .find(pool, id)
                .orElseThrow(() -> CliException.failed(
                        "no task or workflow " + id + " in pool " + pool,
                        "check the id with `fleet results`, or give its --pool"));
        Optional<String> ended = ended(found);
        if (ended.isPresent()) {
            context.terminal().out().println(id + " has ended already: " + ended.get());
            return Optional.empty();
        }
        return Optional.of(TaskControl.newBuilder()
                .setWorkflowId(found.workflow().workflowId())
                .setTaskId(found.taskId()));
    }

    /** How it ended, if it did. */
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

    void send(ControlAction action, TaskControl.Builder control, String reason) {
        Instant now = context.clock().instant();
        String verb = action.name().toLowerCase(Locale.ROOT);
        TaskControl request = control.setId(context.ids().next(verb))
                .setPool(pool)
                .setAction(action)
                .setReason(reason)
                .setRequestedBy(System.getProperty("user.name", ""))
                .setRequestedAt(now)
                .build();
        String target = request.getTaskId() == null ? request.getWorkflowId() : request.getTaskId();
        fleet.send(FleetTopic.TASK_CONTROL, Keys.of(pool, target == null ? verb : target), request);
    }
}
