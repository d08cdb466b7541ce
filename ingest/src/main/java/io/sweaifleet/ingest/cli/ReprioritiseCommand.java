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

/** {@code fleet reprioritise}. */
@Command(
        name = "reprioritise",
        mixinStandardHelpOptions = true,
        description = "Give a task, or all tasks of a workflow, another priority. The time it has waited counts on.")
final class ReprioritiseCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    @Parameters(index = "1", paramLabel = "PRIORITY", description = "0 to 9; 9 is most urgent.")
    private int priority;

    @Option(names = "--pool", paramLabel = "POOL", description = "Its pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    ReprioritiseCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ControlRequest.checkId(id);
        if (priority < 0 || priority > 9) {
            throw CliException.usage("the priority is " + priority, "give 0 to 9; 9 is most urgent");
        }
        try (Fleet fleet = context.open(node)) {
            ControlRequest request = new ControlRequest(context, fleet, pool);
            StatusLookup.Found found = request.find(id);
            Optional<String> ended = ControlRequest.ended(found);
            if (ended.isPresent()) {
                context.terminal().out().println(id + " has ended already: " + ended.get());
                return ExitCode.OK;
            }
            request.send(ControlAction.REPRIORITISE, ControlRequest.about(found).setPriority(priority), reason);
            context.terminal().out().println("asked to give " + id + " priority " + priority);
            return ExitCode.OK;
        }
    }
}
