package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.print.Progress;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.ingest.submit.SubmissionParser;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet submit}. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = "Submit a task or a workflow, written in JSON or YAML.",
        footer = {
            "",
            "A document with `tasks` is a workflow, every other a task. Only `kind` and `role` are required:",
            "",
            "  kind: qa.run-tests",
            "  role: qa",
            "  repository: /home/me/project",
            "",
            "Prints the id, by which `status`, `watch` and `cancel` know it."
        })
final class SubmitCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    private NodeOptions node = new NodeOptions();

    @Parameters(index = "0", paramLabel = "FILE", description = "The document; - is standard input.")
    private String file = "-";

    @Option(names = "--wait", description = "Follow it and end with its outcome: exit code 1 when a task failed.")
    private boolean wait;

    @Option(names = "--json", description = "Print one JSON document on standard output.")
    private boolean json;

    SubmitCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String text = read();
        try (Fleet fleet = context.open(node)) {
            Submission submission = parse(fleet, text);
            return wait ? follow(fleet, submission) : send(fleet, submission);
        }
    }

    private String read() {
        Terminal terminal = context.terminal();
        try {
            return file.equals("-")
                    ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(terminal.directory().resolve(file));
        } catch (NoSuchFileException e) {
            throw CliException.usage(
                    "there is no file " + file, "give the path of a JSON or YAML file, or - for standard input");
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage(), "it must be text in UTF-8", e);
        }
    }

    private Submission parse(Fleet fleet, String text) {
        String pool = fleet.settings().get(FleetSettings.POOL);
        Path directory = context.terminal().directory();
        try {
            return new SubmissionParser(pool, directory, context.ids()).parse(text);
        } catch (InvalidDocumentException e) {
            String name = file.equals("-") ? "standard input" : file;
            throw CliException.usage(
                    name + " is not a task or workflow",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    private int send(Fleet fleet, Submission submission) {
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

    private int follow(Fleet fleet, Submission submission) {
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
            }
            return Endings.exitCode(end);
        }
    }
}
