package io.sweaifleet.deploy.eval;

import io.sweaifleet.ingest.cli.CommandContribution;
import java.util.List;

/** Adds {@code fleet eval}. */
public final class EvalContribution implements CommandContribution {

    /** For the service loader. */
    public EvalContribution() {}

    @Override
    public List<Object> commands() {
        return List.of(new EvalCommand());
    }
}
