package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleet reprioritise}. */
@Command(
        name = "reprioritise",
        mixinStandardHelpOptions = true,
        description = "Give a task, or all tasks of a workflow, another priority. The time it has waited counts on.")
final class ReprioritiseCommand extends LiveWorkCommand {

    @Parameters(index = "1", paramLabel = "PRIORITY", description = "0 to 9; 9 is most urgent.")
    private int priority;

    ReprioritiseCommand(CliContext context) {
        super(context, ControlAction.REPRIORITISE);
    }

    @Override
    TaskControl.Builder complete(TaskControl.Builder request) {
        if (priority < 0 || priority > 9) {
            throw CliException.usage("the priority is " + priority, "give 0 to 9; 9 is most urgent");
        }
        return request.setPriority(priority);
    }

    @Override
    String said(String target) {
        return "asked to give " + target + " priority " + priority;
    }
}
