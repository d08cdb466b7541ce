package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import picocli.CommandLine.Command;

/** {@code fleet resume}. */
@Command(name = "resume", mixinStandardHelpOptions = true, description = "Let go on what was paused.")
final class ResumeCommand extends GateCommand {

    ResumeCommand(CliContext context) {
        super(context, ControlAction.RESUME);
    }

    @Override
    String said(String inPool) {
        return "asked to resume " + what(inPool);
    }
}
