package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.Settings;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet config}: the addresses that other programs need. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Print the fleet's addresses, for people or for other programs.")
final class ConfigCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Print the value of this setting alone, such as fleet.kafka.bootstrap-servers.")
    private @Nullable String name;

    @Option(names = "--env", description = "Print shell assignments: eval \"$(fleet config --env)\". Secrets included.")
    private boolean environment;

    ConfigCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Settings settings = node.settings(context.node());
        List<Setting<?>> known = new FleetSettings().settings();
        PrintStream out = context.terminal().out();
        if (name != null) {
            Setting<?> setting = known.stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> CliException.usage(
                            "no shared setting is called '" + name + "'", "see them all with `fleet config`"));
            out.println(settings.find(setting)
                    .orElseThrow(() -> CliException.failed(name + " has no value", "set it with --set or in a file")));
            return ExitCode.OK;
        }
        for (Setting<?> setting : known) {
            Optional<?> value = settings.find(setting);
            if (value.isPresent() && environment) {
                out.println("export " + setting.environmentName() + "='"
                        + value.get().toString().replace("'", "'\\''") + "'");
            } else if (value.isPresent()) {
                out.println(setting.name() + "=" + (setting.secret() ? "(hidden)" : value.get()));
            }
        }
        return ExitCode.OK;
    }
}
