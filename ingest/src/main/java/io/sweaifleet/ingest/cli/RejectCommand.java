package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.workflow.Verdict;
import picocli.CommandLine.Command;

/** {@code fleet reject}. */
@Command(name = "reject", mixinStandardHelpOptions = true, description = "Reject what a run asks: the step fails.")
final class RejectCommand extends AnswerCommand {

    RejectCommand(CliContext context) {
        super(context, Verdict.REJECTED);
    }
}
