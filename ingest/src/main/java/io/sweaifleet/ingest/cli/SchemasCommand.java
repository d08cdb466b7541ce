package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRefusedException;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fleet schemas}. */
@Command(
        name = "schemas",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "The schemas of the fleet's topics: register them, compare them with what is registered.")
final class SchemasCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    SchemasCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: register or check");
    }

    @Command(
            name = "register",
            mixinStandardHelpOptions = true,
            description = "Register the schema of every topic. Repeating it changes nothing.")
    int register(@Mixin NodeOptions node) {
        try {
            print(registration(node).registerAll());
            return ExitCode.OK;
        } catch (SchemaRefusedException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    String.valueOf(e.getMessage()),
                    "a schema may only change so that old and new readers understand both",
                    e);
        }
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Compare the schema of every topic with what is registered; changes nothing."
                    + " Exit code 1 when one is missing or would be refused.")
    int check(@Mixin NodeOptions node) {
        List<SchemaRegistration.Subject> subjects = registration(node).check();
        print(subjects);
        boolean well = subjects.stream().allMatch(subject -> subject.state() == SchemaRegistration.State.REGISTERED);
        return well ? ExitCode.OK : ExitCode.FAILED;
    }

    private SchemaRegistration registration(NodeOptions node) {
        Settings settings = node.settings(context.node());
        return new SchemaRegistration(SchemaRegistryClient.of(FleetSettings.registryClient(settings)));
    }

    private void print(List<SchemaRegistration.Subject> subjects) {
        Terminal terminal = context.terminal();
        TextTable table = new TextTable("SUBJECT", "STATE", "ID", "PROBLEM").alignRight(2);
        for (SchemaRegistration.Subject subject : subjects) {
            table.add(
                    switch (subject.state()) {
                        case REGISTERED, NEWLY_REGISTERED -> TextTable.Emphasis.GOOD;
                        case ABSENT -> TextTable.Emphasis.ATTENTION;
                        case INCOMPATIBLE -> TextTable.Emphasis.BAD;
                    },
                    List.of(
                            subject.subject(),
                            subject.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            subject.id() == 0 ? "" : String.valueOf(subject.id()),
                            String.join("; ", subject.problems())));
        }
        table.lines(terminal.outStyle(), 0).forEach(terminal.out()::println);
    }
}
