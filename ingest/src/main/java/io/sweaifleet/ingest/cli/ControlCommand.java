package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands have in common that ask the fleet to do something with submitted work. */
abstract class ControlCommand implements Callable<Integer> {

    private final CliContext context;
    private final ControlAction action;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    ControlCommand(CliContext context, ControlAction action) {
        this.context = context;
        this.action = action;
    }

    /** Checks the command's own words, before a node is looked for. */
    abstract void check();

    /** What the request is about; empty when there is nothing left to ask for, which was said. */
    abstract Optional<TaskControl.Builder> target(ControlRequest request);

    /** What to say once it was asked for. */
    abstract String said(String inPool);

    @Override
    public Integer call() {
        check();
        try (Fleet fleet = context.open(node)) {
            ControlRequest request = new ControlRequest(context, fleet, pool);
            target(request).ifPresent(control -> {
                request.send(action, control, reason);
                context.terminal().out().println(said(request.pool()));
            });
            return ExitCode.OK;
        }
    }
}
