package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleet reprioritise}. */
@Command(
        name = "reprioritise",
        mixinStandardHelpOptions = true,
        description = "Give a task, or all tasks of a workflow, another priority. The time it has waited counts on.")
final class ReprioritiseCommand extends ControlCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a task or a workflow.")
    private String id = "";

    @Parameters(index = "1", paramLabel = "PRIORITY", description = "0 to 9; 9 is most urgent.")
    private int priority;

    ReprioritiseCommand(CliContext context) {
        super(context, ControlAction.REPRIORITISE);
    }

    @Override
    void check() {
        ControlRequest.checkId(id);
        if (priority < 0 || priority > 9) {
            throw CliException.usage("the priority is " + priority, "give 0 to 9; 9 is most urgent");
        }
    }

    @Override
    Optional<TaskControl.Builder> target(ControlRequest request) {
        return request.about(id).map(control -> control.setPriority(priority));
    }

    @Override
    String said(String inPool) {
        return "asked to give " + id + " priority " + priority;
    }
}
