package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.rule.PoolRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet pools}. */
@Command(
        name = "pools",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Sets of agents and the work they share: apply pools from YAML, list them.")
final class PoolsCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    PoolsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: apply or list");
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Write a pool from YAML, one a file. A changed one gets the next version.",
            footer = {"", "  pool: night", "  description: what may wait", "  leaseMs: 30s"})
    int apply(
            @Mixin NodeOptions node,
            @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "Files with one pool each.")
                    List<Path> files) {
        List<PoolDefinition> pools = new ArrayList<>();
        for (Path file : files) {
            pools.add(DefinitionFile.read(context, file, "pool", PoolDefinition.class, PoolRules::check));
        }
        try (Fleet fleet = context.open(node)) {
            Definitions<PoolDefinition> definitions = Definitions.pools(fleet);
            Map<String, PoolDefinition> present = definitions.all();
            for (PoolDefinition pool : pools) {
                Optional<Integer> version =
                        definitions.apply(pool, present, context.clock().instant());
                context.terminal()
                        .out()
                        .println(pool.getPool()
                                + version.map(number -> " is version " + number + " now")
                                        .orElse(" is unchanged"));
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the pools.")
    int list(@Mixin NodeOptions node, @Option(names = "--json", description = "Print one JSON array.") boolean json) {
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node)) {
            Map<String, PoolDefinition> pools = Definitions.pools(fleet).all();
            if (json) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                pools.values().forEach(pool -> array.add(RecordJson.toJson(pool)));
                terminal.out().println(OutcomeJson.pretty(array));
                return ExitCode.OK;
            }
            TextTable table = new TextTable("POOL", "VERSION", "LEASE", "GRACE", "AGEING", "DESCRIPTION").alignRight(1);
            pools.values()
                    .forEach(pool -> table.add(
                            pool.getPool(),
                            String.valueOf(pool.getVersion()),
                            Durations.words(Duration.ofMillis(pool.getLeaseMs())),
                            Durations.words(Duration.ofMillis(pool.getLeaseGraceMs())),
                            Durations.words(Duration.ofMillis(pool.getAgingHalfTimeMs())),
                            pool.getDescription()));
            table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
            return ExitCode.OK;
        }
    }
}
