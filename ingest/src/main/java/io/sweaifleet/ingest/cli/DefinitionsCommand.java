package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.DefinitionFlow;
import io.sweaifleet.ingest.definition.DefinitionText;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.drawing.FlowFormat;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.yaml.WorkflowYaml;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet definitions}. */
@Command(
        name = "definitions",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Workflows that can be started by name: apply definitions from YAML, list, show, draw, remove them.")
final class DefinitionsCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    DefinitionsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: apply, list, show, draw or remove");
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = {
                "Write definitions from YAML. A changed one gets the next version; an unchanged one is left alone.",
                "Runs that have begun stay on the version that they began with."
            })
    int apply(
            @Mixin NodeOptions node,
            @Parameters(
                            index = "0",
                            arity = "1..*",
                            paramLabel = "FILE",
                            description = "Files with one or several definitions.")
                    List<Path> files) {
        List<WorkflowDefinition> read = new ArrayList<>();
        for (Path file : files) {
            read.addAll(read(file));
        }
        try (Fleet fleet = context.open(node)) {
            Definitions<WorkflowDefinition> definitions = Definitions.workflows(fleet);
            Map<String, WorkflowDefinition> present = definitions.all();
            for (WorkflowDefinition definition : read) {
                Optional<Integer> version =
                        definitions.apply(definition, present, context.clock().instant());
                context.terminal()
                        .out()
                        .println(definition.getName()
                                + version.map(number -> " is version " + number + " now")
                                        .orElse(" is unchanged"));
            }
            return ExitCode.OK;
        }
    }

    private List<WorkflowDefinition> read(Path file) {
        try {
            return WorkflowYaml.parse(
                    file.toString(),
                    Files.readString(context.terminal().directory().resolve(file)));
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file, "give the path of a YAML file in UTF-8", e);
        } catch (InvalidYamlException e) {
            throw CliException.usage(
                    file + " holds no valid definitions; nothing was done",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the definitions in force.")
    int list(@Mixin NodeOptions node, @Option(names = "--json", description = "Print one JSON array.") boolean json) {
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node)) {
            Map<String, WorkflowDefinition> definitions =
                    Definitions.workflows(fleet).all();
            if (json) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                definitions.values().forEach(definition -> array.add(RecordJson.toJson(definition)));
                terminal.out().println(OutcomeJson.pretty(array));
                return ExitCode.OK;
            }
            if (definitions.isEmpty()) {
                terminal.err().println("no definitions; apply some with `fleet definitions apply FILE`");
                return ExitCode.OK;
            }
            TextTable table = new TextTable("DEFINITION", "VERSION", "STEPS", "INPUTS", "DESCRIPTION").alignRight(1, 2);
            definitions
                    .values()
                    .forEach(definition -> table.add(
                            definition.getName(),
                            String.valueOf(definition.getVersion()),
                            String.valueOf(definition.getSteps().size()),
                            definition.getInputs().stream()
                                    .map(WorkflowInput::getName)
                                    .collect(Collectors.joining(" ")),
                            definition.getDescription().lines().findFirst().orElse("")));
            table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show a definition as YAML, which can be changed and applied.")
    int show(
            @Mixin NodeOptions node,
            @Option(names = "--json", description = "Print one JSON document.") boolean json,
            @Parameters(index = "0", paramLabel = "DEFINITION", description = "Its name.") String name) {
        try (Fleet fleet = context.open(node)) {
            WorkflowDefinition definition = KnownDefinitions.named(fleet, name);
            String text =
                    json ? OutcomeJson.pretty(RecordJson.toJson(definition)) + "\n" : DefinitionText.yaml(definition);
            context.terminal().out().print(text);
            context.terminal().out().flush();
            return ExitCode.OK;
        }
    }

    @Command(
            name = "draw",
            mixinStandardHelpOptions = true,
            description = "Draw a definition's steps and what they wait for, on standard output.",
            footer = {"", "  fleet definitions draw check-up --as svg > check-up.svg"})
    int draw(
            @Mixin NodeOptions node,
            @Option(
                            names = "--as",
                            paramLabel = "FORMAT",
                            defaultValue = "MERMAID",
                            description = "mermaid (default), dot or svg.")
                    FlowFormat format,
            @Parameters(
                            index = "0",
                            paramLabel = "DEFINITION|FILE",
                            description =
                                    "Name of a definition, or a YAML file (.yaml, .yml), for which no node is needed.")
                    String what) {
        context.terminal().out().print(drawn(node, what, format));
        context.terminal().out().flush();
        return ExitCode.OK;
    }

    private String drawn(NodeOptions node, String what, FlowFormat format) {
        if (what.endsWith(".yaml") || what.endsWith(".yml")) {
            return read(Path.of(what)).stream()
                    .map(definition -> format.draw(DefinitionFlow.of(definition)))
                    .collect(Collectors.joining());
        }
        try (Fleet fleet = context.open(node)) {
            return format.draw(DefinitionFlow.of(KnownDefinitions.named(fleet, what)));
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a definition. Nothing new begins; runs that have begun go on.")
    int remove(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "DEFINITION", description = "Its name.") String name) {
        try (Fleet fleet = context.open(node)) {
            KnownDefinitions.named(fleet, name);
            Definitions.workflows(fleet).remove(name);
            context.terminal().out().println(name + " is removed");
            return ExitCode.OK;
        }
    }
}
