package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.workflow.Verdict;
import picocli.CommandLine.Command;

/** {@code fleet approve}. */
@Command(name = "approve", mixinStandardHelpOptions = true, description = "Approve what a run asks: the step succeeds.")
final class ApproveCommand extends AnswerCommand {

    ApproveCommand(CliContext context) {
        super(context, Verdict.APPROVED);
    }
}
