package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.query.QueryClient;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.query.QueryJson;
import io.sweaifleet.schemas.query.QueuesAnswer;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fleet queues}. */
@Command(
        name = "queues",
        mixinStandardHelpOptions = true,
        description = "Show what waits in a pool: by role, tenant and priority, and what is held back by what.")
final class QueuesCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Option(names = "--pool", paramLabel = "POOL", description = "The pool (default: fleet.pool).")
    private @Nullable String pool;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    QueuesCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Settings settings = node.settings(context.node());
        String in = pool == null ? settings.get(FleetSettings.POOL) : pool;
        QueuesAnswer answer = Asking.ask(() -> new QueryClient(settings).queues(in));
        if (json) {
            context.terminal().out().println(OutcomeJson.pretty(QueryJson.tree(answer)));
        } else {
            print(answer);
        }
        return ExitCode.OK;
    }

    private void print(QueuesAnswer answer) {
        TextTable roles = new TextTable("ROLE", "QUEUED", "OLDEST", "WORKERS", "SLOTS IN USE", "DETAIL");
        roles.alignRight(1, 3);
        for (QueuesAnswer.Role role : answer.roles()) {
            roles.add(
                    role.role(),
                    String.valueOf(role.queued()),
                    age(role.oldestSince()),
                    String.valueOf(role.workers()),
                    role.inUse() + " of " + role.slots(),
                    role.blocked());
        }
        print(roles);
        TextTable depths = new TextTable("ROLE", "TENANT", "PRIORITY", "QUEUED", "OLDEST").alignRight(2, 3);
        for (QueuesAnswer.Depth depth : answer.depths()) {
            depths.add(
                    depth.role(),
                    depth.tenant(),
                    String.valueOf(depth.priority()),
                    String.valueOf(depth.queued()),
                    age(depth.oldestSince()));
        }
        print(depths);
        TextTable held = new TextTable("HELD", "DETAIL").alignRight(0);
        for (QueuesAnswer.Held each : answer.held()) {
            held.add(
                    String.valueOf(each.tasks()),
                    each.message() + (each.tasks() > 1 && each.by().isEmpty() ? ", the first" : ""));
        }
        print(held);
        if (roles.isEmpty() && held.isEmpty()) {
            context.terminal().err().println("nothing waits in pool " + answer.pool() + ", and no worker is online");
        }
        if (!answer.complete()) {
            context.terminal().err().println("there is more than one query may read: the numbers are least ones");
        }
    }

    private void print(TextTable table) {
        if (table.isEmpty()) {
            return;
        }
        Terminal terminal = context.terminal();
        Style style = terminal.outStyle();
        table.lines(style, terminal.outIsTerminal() ? terminal.width() : 0).forEach(terminal.out()::println);
        terminal.out().println();
    }

    private String age(@Nullable Instant since) {
        return Durations.words(since, context.clock().instant());
    }
}
