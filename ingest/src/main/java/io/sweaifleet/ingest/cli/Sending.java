package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.submit.Submission;

/** Submits something, and tells its id or follows it to its end. */
final class Sending {

    private final CliContext context;
    private final Fleet fleet;
    private final boolean json;

    /**
     * @param json whether to print one JSON document
     */
    Sending(CliContext context, Fleet fleet, boolean json) {
        this.context = context;
        this.fleet = fleet;
        this.json = json;
    }

    /**
     * Submits.
     *
     * @param wait whether to follow it to its end
     * @return the command's exit code
     */
    int submit(Submission submission, boolean wait) {
        return wait ? follow(submission) : send(submission);
    }

    private int send(Submission submission) {
        Fleet.Appended at = Following.send(fleet, submission);
        Terminal terminal = context.terminal();
        if (json) {
            ObjectNode document = Endings.submitted(submission);
            document.put("topic", at.partition().topic());
            document.put("partition", at.partition().partition());
            document.put("offset", at.offset());
            terminal.out().println(OutcomeJson.pretty(document));
        } else {
            terminal.out().println(submission.workflowId());
            terminal.err()
                    .println("submitted to " + at.partition().topic() + "; follow it with `fleet watch "
                            + submission.workflowId() + "`");
        }
        return ExitCode.OK;
    }

    private int follow(Submission submission) {
        Terminal terminal = context.terminal();
        Progress progress = json
                ? Progress.on(
                        terminal.err(),
                        terminal.errIsTerminal(),
                        terminal.errStyle(),
                        terminal.width(),
                        context.clock().instant())
                : Progress.on(
                        terminal.out(),
                        terminal.outIsTerminal(),
                        terminal.outStyle(),
                        terminal.width(),
                        context.clock().instant());
        try (Following following = new Following(fleet, submission, context.clock())) {
            WorkflowFollower end = following.toTheEnd(progress, terminal.err());
            if (json) {
                ObjectNode document = Endings.submitted(submission);
                Endings.addOutcomes(document, end);
                terminal.out().println(OutcomeJson.pretty(document));
            } else {
                String prefix = submission.workflowId() + "-";
                terminal.out().println();
                OutcomeTable.skipped(end.outcomes().values(), terminal.outStyle())
                        .forEach(terminal.out()::println);
                OutcomeTable.of(OutcomeTable.sorted(end.outcomes().values()), prefix)
                        .lines(terminal.outStyle(), terminal.outIsTerminal() ? terminal.width() : 0)
                        .forEach(terminal.out()::println);
                OutcomeTable.failures(end.outcomes().values(), terminal.outStyle())
                        .forEach(terminal.out()::println);
                Endings.outputs(end).forEach((name, value) -> terminal.out().println(name + " = " + value));
            }
            return Endings.exitCode(end);
        }
    }
}
