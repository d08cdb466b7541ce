package io.sweaifleet.deploy.bench;

import io.sweaifleet.ingest.cli.CommandContribution;
import java.util.List;

/** Adds {@code fleet bench}. */
public final class BenchContribution implements CommandContribution {

    /** For the service loader. */
    public BenchContribution() {}

    @Override
    public List<Object> commands() {
        return List.of(new BenchCommand());
    }
}
