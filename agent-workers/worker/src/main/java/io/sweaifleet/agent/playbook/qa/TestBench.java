package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What suites run on: commands under the common deadline, the files they leave, and the log of it all. */
final class TestBench {

    /** A report file larger than this is not read: no runner writes such a one for people. */
    private static final long MAX_REPORT_BYTES = 64L << 20;

    private static final int MAX_REPORT_FILES = 20_000;

    /** Of each command's output, so much is kept in the log artifact, in bytes. */
    private static final int MAX_LOG_BYTES_PER_COMMAND = 1 << 20;

    private static final Set<String> NO_REPORTS_BELOW = Set.of(".git", "node_modules");

    private final PlaybookContext context;
    /** Time before the end of the attempt, which moves while it is frozen. */
    private final Duration reserve;

    private final Clock clock;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final SourceLocator sources;
    private int scratchFiles;
    private List<TestSelector> selection = List.of();
    private boolean rerunsFailures = true;

    TestBench(PlaybookContext context, Instant stopAt, Clock clock) {
        this.context = context;
        this.reserve = Duration.between(stopAt, context.deadline());
        this.clock = clock;
        this.sources = new SourceLocator(context.tools());
    }

    Toolbox tools() {
        return context.tools();
    }

    /** Tests that the next suite is to run, as {@link TestSelector}s of that suite; none means all. */
    List<TestSelector> selection() {
        return selection;
    }

    void select(List<TestSelector> wanted) {
        selection = List.copyOf(wanted);
    }

    /** Whether failed tests are run again alone, to tell flaky ones. */
    boolean rerunsFailures() {
        return rerunsFailures;
    }

    void runOnce() {
        rerunsFailures = false;
    }

    SourceLocator sources() {
        return sources;
    }

    /** Time that is left for commands; never negative. */
    Duration remaining() {
        Duration left = Duration.between(clock.instant(), context.deadline().minus(reserve));
        return left.isNegative() ? Duration.ZERO : left;
    }

    Instant now() {
        return clock.instant();
    }

    void step(String what) {
        context.step(what);
    }

    void decide(String chosen, String why, String... alternatives) {
        context.decide(chosen, why, List.of(alternatives));
    }

    /** Runs a command that executes tests of the repository, until it ends or the deadline is reached. */
    CommandResult test(List<String> argv, String directory, Map<String, String> environment, Toolbox.Cache... caches)
            throws ToolDenied, InterruptedException {
        return record(
                argv,
                directory,
                context.tools()
                        .test(new CommandRequest(
                                argv, directory, environment, atLeastASecond(), List.of(caches), true)));
    }

    /** Runs a command that prepares tests (installs dependencies, asks for a version) and so executes code of the repository. */
    CommandResult prepare(List<String> argv, String directory, Map<String, String> environment, Toolbox.Cache... caches)
            throws ToolDenied, InterruptedException {
        return record(
                argv,
                directory,
                context.tools()
                        .run(new CommandRequest(
                                argv, directory, environment, atLeastASecond(), List.of(caches), true)));
    }

    private Duration atLeastASecond() {
        Duration left = remaining();
        return left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left;
    }

    private CommandResult record(List<String> argv, String directory, CommandResult result) {
        String head = "$ " + String.join(" ", argv) + "   # in "
                + (directory.isEmpty() ? "." : directory) + ", "
                + (result.timedOut() ? "stopped at its deadline" : "exit code " + result.exitCode()) + ", "
                + result.wall().toMillis() + " ms\n";
        log.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        log.writeBytes(tail(result.log(), MAX_LOG_BYTES_PER_COMMAND));
        log.write('\n');
        return result;
    }

    byte[] log() {
        return log.toByteArray();
    }

    /** A path in the scratch directory that no other call was given. */
    Path scratch(String name) {
        Path path;
        do {
            path = context.scratch().resolve("qa-" + ++scratchFiles + "-" + name);
        } while (Files.exists(path)); // Of an earlier run of the same attempt.
        return path;
    }

    /** A resource of this package, written to a directory in scratch that holds nothing else. */
    Path resource(String name) {
        Path directory = scratch("lib");
        try (InputStream in = TestBench.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is not in the worker's jar");
            }
            Files.createDirectories(directory);
            Path file = directory.resolve(name);
            Files.write(file, in.readAllBytes());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + name + " to " + directory, e);
        }
    }

    /** Text of a file that a command wrote; empty when there is none, or when it is no regular file, or far too large. */
    String readReport(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_REPORT_BYTES) {
                return "";
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the report " + file, e);
        }
    }

    /** Whole output of a command, within the same bound as a report. */
    String output(CommandResult result) {
        String whole = readReport(result.log());
        return whole.isEmpty() ? result.output() : whole;
    }

    /**
     * Report files below a directory that were written since a moment, sorted. Symbolic links are not followed, so that
     * nothing outside of the clone is ever read.
     */
    List<Path> reports(String directory, Instant since, Predicate<Path> wanted) {
        Path start = context.tools().root().resolve(directory);
        // File systems keep times coarser than the clock does.
        FileTime oldest = FileTime.from(since.minusSeconds(2));
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(start, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                    return NO_REPORTS_BELOW.contains(String.valueOf(dir.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()
                            && attributes.lastModifiedTime().compareTo(oldest) >= 0
                            && wanted.test(file)) {
                        found.add(file);
                    }
                    return found.size() < MAX_REPORT_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list reports below " + start, e);
        }
        found.sort(null);
        return found;
    }

    /** Repository-relative path of what a runner named absolutely or relative to a directory; null when it is outside. */
    @Nullable
    String relative(String directory, String path) {
        return sources.relative(directory, path);
    }

    private static byte[] tail(Path file, int max) {
        try {
            if (!Files.isRegularFile(file)) {
                return new byte[0];
            }
            long size = Files.size(file);
            try (InputStream in = Files.newInputStream(file)) {
                if (size <= max) {
                    return in.readAllBytes();
                }
                byte[] head = in.readNBytes(max / 4);
                in.skipNBytes(size - max);
                byte[] mark = ("\n… " + (size - max) + " bytes left out …\n").getBytes(StandardCharsets.UTF_8);
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                whole.writeBytes(head);
                whole.writeBytes(mark);
                whole.writeBytes(in.readAllBytes());
                return whole.toByteArray();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log " + file, e);
        }
    }
}
