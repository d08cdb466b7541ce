package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.schemas.archive.ArchiveException;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.ServiceLoader;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code fleet} command. */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        versionProvider = FleetVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "A fleet of software-engineering agents that work on git repositories.",
        footer = {
            "",
            "Begin with `fleet run` in a git repository.",
            "Exit codes: 0 done, 1 a task failed or nothing found, 2 wrong usage, 3 node or machine, 4 findings."
        },
        subcommands = HelpCommand.class)
public final class FleetCli implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    private FleetCli() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        // Before the first logger: a command's output is its own, not its clients'.
        boolean debug = Arrays.asList(args).contains("--debug") || "1".equals(System.getenv("FLEET_DEBUG"));
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "fleet-cli-log4j2.xml");
        }
        System.setProperty("fleet.cli.log-level", debug ? "info" : "off");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.exit(execute(CliContext.system(), debug, args));
    }

    /**
     * Runs a command in this process, for programs that embed the command line. Logging is the caller's.
     *
     * @param terminal where it reads and writes
     * @param args the command with its arguments
     * @return the exit code, see {@link ExitCode}
     */
    public static int execute(Terminal terminal, String... args) {
        return execute(CliContext.on(terminal), Arrays.asList(args).contains("--debug"), args);
    }

    /** Runs a command; the exit code. */
    static int execute(CliContext context, boolean debug, String... args) {
        Terminal terminal = context.terminal();
        CommandLine commandLine = commandLine(context);
        commandLine
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        terminal.outStyle() == Style.COLOUR ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.min(120, Math.max(80, terminal.width())))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) -> report(terminal, debug, command, e))
                .setParameterExceptionHandler((e, arguments) -> misused(terminal, e));
        return commandLine.execute(args);
    }

    /** The commands with their options, for those who check what others write about them; not to be executed. */
    public static CommandLine model() {
        return commandLine(CliContext.system());
    }

    private static CommandLine commandLine(CliContext context) {
        CommandLine commandLine = new CommandLine(new FleetCli());
        for (Object command : Commands.all(context)) {
            CommandLine added = new CommandLine(command);
            if (command instanceof GraphCommand) {
                added.addSubcommand(new GraphRebuildCommand(context));
            }
            commandLine.addSubcommand(added);
        }
        for (CommandContribution contribution : ServiceLoader.load(CommandContribution.class)) {
            contribution.commands().forEach(commandLine::addSubcommand);
        }
        return commandLine;
    }

    /** Without a command: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int misused(Terminal terminal, ParameterException e) {
        CommandLine command = e.getCommandLine();
        terminal.err().println(errorLine(terminal, String.valueOf(e.getMessage())));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(
                e, new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))) {
            terminal.err()
                    .println("  usage: " + command.getHelp().synopsis(0).strip().replaceAll("\\s*\\R\\s*", " "));
        }
        terminal.err().println("  see `" + command.getCommandSpec().qualifiedName() + " --help`");
        return ExitCode.USAGE;
    }

    private static int report(Terminal terminal, boolean debug, CommandLine command, Exception e) {
        CliException known = translate(e, command.getCommandSpec().qualifiedName());
        terminal.err().println(errorLine(terminal, String.valueOf(known.getMessage())));
        if (!known.remedy().isEmpty()) {
            known.remedy().lines().forEach(line -> terminal.err().println("  " + line));
        }
        if (debug) {
            e.printStackTrace(terminal.err());
        }
        return known.exitCode();
    }

    private static String errorLine(Terminal terminal, String message) {
        return terminal.errStyle().red("fleet:") + " " + message;
    }

    /** What failed, with its remedy, for those who cannot read standard error. */
    static String words(Exception e) {
        CliException known = translate(e, "fleet");
        return known.getMessage() + (known.remedy().isEmpty() ? "" : "\n" + known.remedy());
    }

    /** Failures of clients in words of this command line. */
    private static CliException translate(Exception e, String command) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CliException known) {
                return known;
            }
            if (cause instanceof SettingException setting) {
                return new CliException(ExitCode.USAGE, String.valueOf(setting.getMessage()), "", e);
            }
            if (cause instanceof ArchiveException archive) {
                return new CliException(ExitCode.FAILED, String.valueOf(archive.getMessage()), archive.remedy(), e);
            }
            if (cause instanceof RegistryUnavailableException) {
                return new CliException(
                        ExitCode.ENVIRONMENT,
                        String.valueOf(cause.getMessage()),
                        "see `fleet doctor`; it looks at " + FleetSettings.REGISTRY_URL.name(),
                        e);
            }
            if (cause instanceof UnknownSchemaException) {
                return new CliException(
                        ExitCode.ENVIRONMENT,
                        String.valueOf(cause.getMessage()),
                        "register the fleet's schemas with `fleet schemas register`",
                        e);
            }
            if (cause instanceof WakeupException
                    || cause instanceof InterruptException
                    || cause instanceof InterruptedException) {
                return new CliException(ExitCode.INTERRUPTED, "interrupted", "", e);
            }
            if (cause instanceof TimeoutException) {
                return new CliException(
                        ExitCode.ENVIRONMENT,
                        "the broker did not answer in time: " + cause.getMessage(),
                        "see `fleet doctor`, or restart the node with `fleet down` and `fleet up -d`",
                        e);
            }
            if (cause instanceof KafkaException && cause.getCause() == null) {
                return new CliException(
                        ExitCode.ENVIRONMENT,
                        "the broker or registry refused: " + cause.getMessage(),
                        "see `fleet doctor`",
                        e);
            }
        }
        return new CliException(
                ExitCode.ENVIRONMENT, "`" + command + "` failed: " + e, "repeat it with --debug for details", e);
    }
}
