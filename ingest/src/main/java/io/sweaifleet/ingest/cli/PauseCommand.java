package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import picocli.CommandLine.Command;

/** {@code fleet pause}. */
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description = "Hold a task, a workflow, a role, a tenant or a pool back. Attempts under way go on.")
final class PauseCommand extends GateCommand {

    PauseCommand(CliContext context) {
        super(context, ControlAction.PAUSE);
    }

    @Override
    String said(String inPool) {
        return "asked to pause " + what(inPool) + "; let it go on with `fleet resume`";
    }
}
