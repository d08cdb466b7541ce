package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleet cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Cancel a task or a workflow. An attempt that runs is stopped with everything it started.")
final class CancelCommand extends ControlCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    CancelCommand(CliContext context) {
        super(context, ControlAction.CANCEL);
    }

    @Override
    void check() {
        ControlRequest.checkId(id);
    }

    @Override
    Optional<TaskControl.Builder> target(ControlRequest request) {
        return request.about(id);
    }

    @Override
    String said(String inPool) {
        return "asked to cancel " + id + "; see it end with `fleet watch " + id + "`";
    }
}
