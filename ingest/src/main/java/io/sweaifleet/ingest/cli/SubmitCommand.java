package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
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
            "A document with `tasks` is a workflow, one with `definition` a run of it (as `fleet start` submits it), every",
            "other a task. Only `kind` and `role` are required:",
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
            return new Sending(context, fleet, json).submit(submission, wait);
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
}
