package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.ProgressLines;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.run.GitRepository;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.work.BacklogEntry;
import io.sweaifleet.ingest.work.BacklogRun;
import io.sweaifleet.ingest.work.MorningReport;
import io.sweaifleet.ingest.work.WorkResult;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.core.TaskEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Works a list of tasks off and leaves a report; Ctrl-C and a new call go on where it stands. */
record DoList(CliContext context, Fleet fleet, boolean json) {

    private static final Duration BRANCH_PATIENCE = Duration.ofSeconds(30);
    private static final long BRANCH_POLL_MS = 200;

    int run(Path file, TargetRepository target, List<BacklogRun.Planned> plan, int parallel, @Nullable Instant until)
            throws InterruptedException {
        Terminal terminal = context.terminal();
        PrintStream stream = json ? terminal.err() : terminal.out();
        Instant start = context.clock().instant();
        Path folder = folder(file, target);
        stream.println(plan.size() + " tasks of " + file + " in " + target.words());
        stream.println("report    " + folder.resolve("report.html") + " (written after each task)");
        Thread notice = new Thread(
                () -> {
                    terminal.err()
                            .println("\nStopped giving tasks. What is under way goes on without this command; the same"
                                    + " command goes on with the list.");
                    terminal.err().flush();
                },
                "fleet-interrupt-notice");
        try (BacklogRun run = new BacklogRun(
                fleet, fleet.settings().get(FleetSettings.POOL), plan, context.clock(), new Lines(stream, start))) {
            run.resume();
            for (BacklogEntry entry : run.entries()) {
                if (entry.state() != BacklogEntry.State.WAITING) {
                    stream.println(line(entry) + " (of an earlier run)");
                }
            }
            Runtime.getRuntime().addShutdownHook(notice);
            try {
                write(folder, report(file, target, start, until, run.entries()));
                run.run(parallel, until, entries -> write(folder, report(file, target, start, until, entries)));
            } finally {
                removeHook(notice);
            }
            awaitBranches(target, run.entries());
            MorningReport report = report(file, target, start, until, run.entries());
            write(folder, report);
            if (json) {
                terminal.out().println(OutcomeJson.pretty(document(report, folder)));
            } else {
                stream.println();
                stream.println(report.summary());
                stream.println("report    " + folder.resolve("report.html"));
                stream.println("          " + folder.resolve("report.md"));
            }
            return report.allWell() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** The same for the same list of the same repository, so that a run that goes on rewrites it. */
    private Path folder(Path file, TargetRepository target) {
        String name = String.valueOf(file.getFileName());
        String digest = Integer.toHexString((file + "\u0000" + target.repository()).hashCode());
        return fleet.settings()
                .get(FleetSettings.DATA_DIR)
                .resolve("reports")
                .resolve("list-" + RunIds.slug(name, 40) + "-" + digest);
    }

    private MorningReport report(
            Path file, TargetRepository target, Instant start, @Nullable Instant until, List<BacklogEntry> entries) {
        return new MorningReport(
                file.toString(), target.repository(), start, context.clock().instant(), until, zone(), entries);
    }

    private ZoneId zone() {
        return ZoneId.systemDefault();
    }

    private void write(Path folder, MorningReport report) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.md"), report.markdown());
            Files.writeString(folder.resolve("report.html"), report.html());
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    "the report cannot be written to " + folder + ": " + e.getMessage(),
                    "the outcomes are safe: `fleet results` shows them",
                    e);
        }
    }

    /** Branches come a moment after the outcome; a report must not name one that is not there yet. */
    private void awaitBranches(TargetRepository target, List<BacklogEntry> entries) throws InterruptedException {
        Optional<GitRepository> local = target.local();
        if (local.isEmpty()) {
            return;
        }
        Instant deadline = context.clock().instant().plus(BRANCH_PATIENCE);
        for (BacklogEntry entry : entries) {
            Optional<String> branch = entry.result().flatMap(WorkResult::branch);
            while (branch.isPresent()
                    && GitRepository.commitOf(local.get().path(), branch.get()).isEmpty()) {
                if (!context.clock().instant().isBefore(deadline)) {
                    context.terminal()
                            .err()
                            .println("note: branch " + branch.get() + " is not there after "
                                    + BRANCH_PATIENCE.toSeconds() + " s; see `fleet doctor`");
                    break;
                }
                Thread.sleep(BRANCH_POLL_MS);
            }
        }
    }

    private static void removeHook(Thread notice) {
        try {
            Runtime.getRuntime().removeShutdownHook(notice);
        } catch (IllegalStateException shuttingDown) {
            // The process was interrupted: the hook has told.
            Thread.currentThread().interrupt();
        }
    }

    private static String line(BacklogEntry entry) {
        return entry.id() + "  " + MorningReport.status(entry)
                + entry.result()
                        .map(result -> ", tests " + result.testsBefore() + " → " + result.testsAfter()
                                + result.branch()
                                        .map(branch -> ", branch " + branch)
                                        .orElse(""))
                        .orElse(entry.message().isEmpty() ? "" : ": " + entry.message());
    }

    private static ObjectNode document(MorningReport report, Path folder) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("file", report.file());
        document.put("repository", report.repository());
        document.put("summary", report.summary());
        ArrayNode tasks = document.putArray("tasks");
        for (BacklogEntry entry : report.entries()) {
            ObjectNode task = tasks.addObject();
            task.put("line", entry.item().line());
            task.put("text", entry.item().text());
            task.put("id", entry.id());
            task.put("status", MorningReport.status(entry));
            entry.result().ifPresent(result -> task.set("work", DoOne.json(result)));
        }
        ObjectNode files = document.putObject("report");
        files.put("markdown", folder.resolve("report.md").toString());
        files.put("html", folder.resolve("report.html").toString());
        return document;
    }

    /** One line a step. */
    private record Lines(PrintStream stream, Instant start) implements BacklogRun.Listener {

        @Override
        public void begun(BacklogEntry entry) {
            stream.println();
            stream.println("line " + entry.item().line() + ": "
                    + entry.item().text().lines().findFirst().orElse(""));
            stream.println("task " + entry.id());
        }

        @Override
        public void event(BacklogEntry entry, TaskEvent event) {
            ProgressLines.change(event, start).ifPresent(stream::println);
        }

        @Override
        public void ended(BacklogEntry entry) {
            stream.println(line(entry));
        }
    }
}
