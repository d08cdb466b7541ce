package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import picocli.CommandLine.Command;

/** {@code fleet cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Cancel a task or a workflow. An attempt that runs is stopped with everything it started.")
final class CancelCommand extends LiveWorkCommand {

    CancelCommand(CliContext context) {
        super(context, ControlAction.CANCEL);
    }

    @Override
    TaskControl.Builder complete(TaskControl.Builder request) {
        return request;
    }

    @Override
    String said(String target) {
        return "asked to cancel " + target + "; see it end with `fleet watch " + target + "`";
    }
}
