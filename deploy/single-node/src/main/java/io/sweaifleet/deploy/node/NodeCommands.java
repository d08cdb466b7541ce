package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.cli.CommandContribution;
import java.util.List;

/** The commands {@code up}, {@code down}, {@code worker} and {@code doctor}. */
public final class NodeCommands implements CommandContribution {
    /** For the service loader. */
    public NodeCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(new UpCommand(), new DownCommand(), new WorkerCommand(), new DoctorCommand());
    }
}
