package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.mcp.McpServing;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.config.Settings;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fleet mcp}. */
@Command(
        name = "mcp",
        mixinStandardHelpOptions = true,
        description = {
            "Serve the Model Context Protocol on standard input and output, so that editors and other agents submit tasks and"
                    + " follow them.",
            "Uses the node that is up, or starts one in the background at the first call and leaves it up."
        },
        footer = {
            "",
            "Give it to a client as: {\"mcpServers\": {\"fleet\": {\"command\": \"fleet\", \"args\": [\"mcp\"]}}}",
            "Standard output carries the protocol alone; everything else goes to standard error."
        })
final class McpCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    McpCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Terminal terminal = context.terminal();
        NodeStart.refuseInsideRun(terminal, "fleet mcp");
        PrintStream before = System.out;
        // A library that prints would break the protocol.
        System.setOut(terminal.err());
        try {
            new McpServing(this::open, FleetCli::words, terminal.directory(), context.clock(), context.ids())
                    .serve(terminal.in(), terminal.out(), FleetVersion.text());
            return ExitCode.OK;
        } finally {
            System.setOut(before);
        }
    }

    /** One at a time, so that two first calls do not start two nodes. */
    private synchronized Fleet open() {
        try {
            Settings settings = new NodeStart(node, context)
                    .ensure(Map.of(), context.terminal().err());
            return context.fleets().apply(settings);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
