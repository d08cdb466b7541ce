package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.StatusLookup;
import io.sweaifleet.schemas.task.ControlAction;
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
        ControlRequest.checkId(id);
        try (Fleet fleet = context.open(node)) {
            ControlRequest request = new ControlRequest(context, fleet, pool);
            StatusLookup.Found found = request.find(id);
            Optional<String> ended = ControlRequest.ended(found);
            if (ended.isPresent()) {
                context.terminal().out().println(id + " has ended already: " + ended.get());
                return ExitCode.OK;
            }
            request.send(ControlAction.CANCEL, ControlRequest.about(found), reason);
            context.terminal().out().println("asked to cancel " + id + "; see it end with `fleet watch " + id + "`");
            return ExitCode.OK;
        }
    }
}
