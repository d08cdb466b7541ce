package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.CliException;
import io.sweaifleet.ingest.cli.ExitCode;
import io.sweaifleet.ingest.cli.TopicEnlarger;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.topology.TopologySettings;
import io.sweaifleet.topology.generation.Enlargement;
import io.sweaifleet.topology.generation.EnlargementException;
import java.util.function.Consumer;

/** Enlarges with the very core that this node runs. */
public final class CoreEnlarger implements TopicEnlarger {

    /** For the service loader. */
    public CoreEnlarger() {}

    @Override
    public void enlarge(Fleet fleet, int partitions, Consumer<String> told) {
        try {
            new Enlargement(
                            fleet.clientConfig(),
                            FleetSettings.registryClient(fleet.settings()),
                            fleet.settings().get(TopologySettings.APPLICATION_ID_SUFFIX),
                            TopicSettings.from(fleet.settings()),
                            told)
                    .run(partitions);
        } catch (EnlargementException e) {
            throw new CliException(ExitCode.ENVIRONMENT, String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }
}
