package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which fleet a command talks to. A picocli mixin: {@code @Mixin NodeOptions node}. */
public final class NodeOptions {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The node's data directory (default: FLEET_DATA_DIR, or ~/.fleet/node).")
    private @Nullable Path dataDir;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties with the fleet's addresses (default: fleet.properties of the node that is up).")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that wins over every other source; may be repeated.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Option(names = "--debug", description = "Print stack traces and the clients' warnings.")
    private boolean debug;

    /** The node's data directory, absolute; need not exist. */
    public Path dataDir() {
        if (dataDir != null) {
            return dataDir.toAbsolutePath().normalize();
        }
        return FleetClientSettings.load(null, overrides).get(FleetSettings.DATA_DIR);
    }

    /** Settings given on the command line, by key; with the data directory when one was given. */
    public Map<String, String> overrides() {
        Map<String, String> all = new LinkedHashMap<>(overrides);
        if (dataDir != null) {
            all.put(FleetSettings.DATA_DIR.name(), dataDir().toString());
        }
        return all;
    }

    /** The file given with {@code --config}, if any. */
    public Optional<Path> config() {
        return Optional.ofNullable(config);
    }

    /** True with {@code --debug}. */
    public boolean debug() {
        return debug;
    }

    /**
     * The settings of the fleet to talk to: the given file, or that of the node that is up, or addresses given by the
     * environment.
     *
     * @param node the local node, if this program has one
     * @return empty when no node is up and no address is given
     * @throws CliException when a file was given that is not there, or cannot be read
     */
    public Optional<Settings> findSettings(Optional<LocalNode> node) {
        Path given = config;
        if (given != null) {
            if (!Files.isReadable(given)) {
                throw CliException.usage("cannot read " + given, "give --config a file with the fleet's addresses");
            }
            return Optional.of(FleetClientSettings.load(given, overrides()));
        }
        Optional<Path> running = node.isPresent()
                ? node.get().runningConfig(dataDir())
                : Optional.of(dataDir().resolve("fleet.properties")).filter(Files::isReadable);
        if (running.isPresent()) {
            return Optional.of(FleetClientSettings.load(running.get(), overrides()));
        }
        Settings bare = FleetClientSettings.load(null, overrides());
        return bare.isGiven(FleetSettings.BOOTSTRAP) ? Optional.of(bare) : Optional.empty();
    }

    /**
     * As {@link #findSettings}.
     *
     * @throws CliException when no node is up and no address is given
     */
    public Settings settings(Optional<LocalNode> node) {
        return findSettings(node)
                .orElseThrow(
                        () -> CliException.environment(
                                "no node is up at " + dataDir(),
                                "start one with `fleet up -d`, or name a fleet with --config FILE or FLEET_KAFKA_BOOTSTRAP_SERVERS"));
    }

    /** Loading settings, with errors as this command line prints them. */
    private static final class FleetClientSettings {

        static Settings load(@Nullable Path file, Map<String, String> overrides) {
            try {
                return Settings.load(file, overrides);
            } catch (SettingException e) {
                throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), "", e);
            }
        }
    }
}
