package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.definition.Shipped;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet roles}. */
@Command(
        name = "roles",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "What agents may be and do: apply roles from YAML, list them, remove one.")
final class RolesCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    RolesCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: apply, list or remove");
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Write roles from YAML. A changed one gets the next version; an unchanged one is left alone.")
    int apply(
            @Mixin NodeOptions node,
            @Option(
                            names = "--shipped",
                            description = {
                                "The roles and definitions that ship with the fleet, and the pool 'default': what a new cluster needs.",
                                "Those that are there already, in the same version or a newer one, are left alone."
                            })
                    boolean shipped,
            @Parameters(
                            index = "0",
                            arity = "0..*",
                            paramLabel = "FILE",
                            description = "Files with one or several roles.")
                    @Nullable
                    List<Path> given) {
        List<Path> files = given == null ? List.of() : given;
        if (files.isEmpty() && !shipped) {
            throw CliException.usage("no roles are given", "give a FILE, or --shipped");
        }
        List<RoleDefinition> roles = new ArrayList<>();
        for (Path file : files) {
            roles.addAll(read(file));
        }
        try (Fleet fleet = context.open(node)) {
            if (shipped) {
                List<String> written = Shipped.ensure(fleet, context.clock().instant());
                written.forEach(what -> context.terminal().out().println(what + " is written"));
                if (written.isEmpty()) {
                    context.terminal().out().println("the shipped roles, definitions and the pool 'default' are there");
                }
            }
            Definitions<RoleDefinition> definitions = Definitions.roles(fleet);
            Map<String, RoleDefinition> present = files.isEmpty() ? Map.of() : definitions.all();
            for (RoleDefinition role : roles) {
                Optional<Integer> version =
                        definitions.apply(role, present, context.clock().instant());
                context.terminal()
                        .out()
                        .println(role.getRole()
                                + version.map(number -> " is version " + number + " now")
                                        .orElse(" is unchanged"));
            }
            return ExitCode.OK;
        }
    }

    private List<RoleDefinition> read(Path file) {
        try {
            String text = Files.readString(context.terminal().directory().resolve(file));
            return RoleYaml.parse(file.toString(), text, context.clock().instant());
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file, "give the path of a YAML file in UTF-8", e);
        } catch (InvalidYamlException e) {
            throw CliException.usage(
                    file + " holds no valid roles; nothing was applied",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the roles in force.")
    int list(@Mixin NodeOptions node, @Option(names = "--json", description = "Print one JSON array.") boolean json) {
        Terminal terminal = context.terminal();
        try (Fleet fleet = context.open(node)) {
            Map<String, RoleDefinition> roles = Definitions.roles(fleet).all();
            if (json) {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                roles.values().forEach(role -> array.add(RecordJson.toJson(role)));
                terminal.out().println(OutcomeJson.pretty(array));
                return ExitCode.OK;
            }
            if (roles.isEmpty()) {
                terminal.err().println("no roles; apply some with `fleet roles apply FILE`");
                return ExitCode.OK;
            }
            TextTable table =
                    new TextTable("ROLE", "VERSION", "SLOTS", "TOOLS", "PLAYBOOKS", "DESCRIPTION").alignRight(1, 2);
            roles.values()
                    .forEach(role -> table.add(
                            role.getRole(),
                            String.valueOf(role.getVersion()),
                            String.valueOf(role.getAgents() * role.getSlotsPerAgent()),
                            String.join(" ", role.getTools()),
                            String.join(" ", role.getPlaybooks()),
                            role.getDescription()));
            table.lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                    .forEach(terminal.out()::println);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove a role. Workers take no new tasks for it; tasks that name it are rejected.")
    int remove(
            @Mixin NodeOptions node,
            @Parameters(index = "0", paramLabel = "ROLE", description = "Its name.") String name) {
        try (Fleet fleet = context.open(node)) {
            Definitions<RoleDefinition> definitions = Definitions.roles(fleet);
            if (!definitions.all().containsKey(name)) {
                throw CliException.failed("there is no role " + name, "`fleet roles list` shows them");
            }
            definitions.remove(name);
            context.terminal().out().println(name + " is removed");
            return ExitCode.OK;
        }
    }
}
