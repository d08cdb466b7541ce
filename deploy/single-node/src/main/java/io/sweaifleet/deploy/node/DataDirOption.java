package io.sweaifleet.deploy.node;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a node. */
final class DataDirOption {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Directory in which the node keeps its state. Default: FLEET_DATA_DIR, else ~/.fleet/node.")
    private @Nullable Path given;

    /** The directory, absolute. */
    Path path() {
        Path path = given == null ? Settings.load(null, Map.of()).get(FleetSettings.DATA_DIR) : given;
        return path.toAbsolutePath().normalize();
    }
}
