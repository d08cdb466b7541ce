package io.sweaifleet.deploy.chaos;

import io.sweaifleet.ingest.cli.CommandContribution;
import java.util.List;

/** Adds {@code fleet chaos}. */
public final class ChaosContribution implements CommandContribution {

    /** For the service loader. */
    public ChaosContribution() {}

    @Override
    public List<Object> commands() {
        return List.of(new ChaosCommand());
    }
}
