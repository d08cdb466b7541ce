package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code fleet pause} and {@code fleet resume} have in common: what they are about. */
abstract class GateCommand implements Callable<Integer> {

    private final CliContext context;
    private final ControlAction action;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "Id of a task or a workflow.")
    private @Nullable String id;

    @Option(names = "--role", paramLabel = "ROLE", description = "All work for a role.")
    private @Nullable String role;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "All work of a tenant.")
    private @Nullable String tenant;

    @Option(names = "--all", description = "All work of the pool.")
    private boolean all;

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    GateCommand(CliContext context, ControlAction action) {
        this.context = context;
        this.action = action;
    }

    /** What to say once it was asked for. */
    abstract String said(String what);

    @Override
    public Integer call() {
        int targets = (id == null ? 0 : 1) + (role == null ? 0 : 1) + (tenant == null ? 0 : 1) + (all ? 1 : 0);
        if (targets != 1) {
            throw CliException.usage(
                    targets == 0 ? "nothing is named" : "more than one thing is named",
                    "give one of an ID, --role, --tenant and --all");
        }
        try (Fleet fleet = context.open(node)) {
            ControlRequest request = new ControlRequest(context, fleet, pool);
            TaskControl.Builder control;
            String what;
            if (id != null) {
                ControlRequest.checkId(id);
                StatusLookup.Found found = request.find(id);
                Optional<String> ended = ControlRequest.ended(found);
                if (ended.isPresent()) {
                    context.terminal().out().println(id + " has ended already: " + ended.get());
                    return ExitCode.OK;
                }
                control = ControlRequest.about(found);
                what = id;
            } else {
                control = TaskControl.newBuilder()
                        .setRole(role)
                        .setOfTenant(tenant)
                        .setWholePool(all);
                what = role != null ? "role " + role : tenant != null ? "tenant " + tenant : "pool " + request.pool();
            }
            request.send(action, control, reason);
            context.terminal().out().println(said(what));
            return ExitCode.OK;
        }
    }
}
