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

/** What commands about one task or workflow have in common: they find it, and leave it alone when it has ended. */
abstract class LiveWorkCommand implements Callable<Integer> {

    private final CliContext context;
    private final ControlAction action;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    LiveWorkCommand(CliContext context, ControlAction action) {
        this.context = context;
        this.action = action;
    }

    /** Completes the request; throws when the command's own words are wrong. */
    abstract TaskControl.Builder complete(TaskControl.Builder request);

    /** What to say once it was asked for. */
    abstract String said(String target);

    @Override
    public Integer call() {
        ControlRequest.checkId(id);
        complete(TaskControl.newBuilder());
        try (Fleet fleet = context.open(node)) {
            ControlRequest request = new ControlRequest(context, fleet, pool);
            StatusLookup.Found found = request.find(id);
            Optional<String> ended = ControlRequest.ended(found);
            if (ended.isPresent()) {
                context.terminal().out().println(id + " has ended already: " + ended.get());
                return ExitCode.OK;
            }
            request.send(action, complete(ControlRequest.about(found)), reason);
            context.terminal().out().println(said(id));
            return ExitCode.OK;
        }
    }
}
