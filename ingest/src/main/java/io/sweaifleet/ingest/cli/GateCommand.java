package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code fleet pause} and {@code fleet resume} have in common: what they may be about. */
abstract class GateCommand extends ControlCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "Id of a task or a workflow.")
    private @Nullable String id;

    @Option(names = "--role", paramLabel = "ROLE", description = "All work for a role.")
    private @Nullable String role;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "All work of a tenant.")
    private @Nullable String tenant;

    @Option(names = "--all", description = "All work of the pool.")
    private boolean all;

    GateCommand(CliContext context, ControlAction action) {
        super(context, action);
    }

    @Override
    void check() {
        int targets = (id == null ? 0 : 1) + (role == null ? 0 : 1) + (tenant == null ? 0 : 1) + (all ? 1 : 0);
        if (targets != 1) {
            throw CliException.usage(
                    targets == 0 ? "nothing is named" : "more than one thing is named",
                    "give one of an ID, --role, --tenant and --all");
        }
        if (id != null) {
            ControlRequest.checkId(id);
        }
    }

    @Override
    Optional<TaskControl.Builder> target(ControlRequest request) {
        return id != null
                ? request.about(id)
                : Optional.of(TaskControl.newBuilder()
                        .setRole(role)
                        .setOfTenant(tenant)
                        .setWholePool(all));
    }

    /** What was named. */
    String what(String inPool) {
        if (id != null) {
            return id;
        } else if (role != null) {
            return "role " + role;
        }
        return tenant != null ? "tenant " + tenant : "pool " + inPool;
    }
}
