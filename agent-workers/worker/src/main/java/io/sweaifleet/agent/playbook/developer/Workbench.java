package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Commands and scratch files of one attempt, under its deadline. */
final class Workbench {

    /** Output beyond this is not read, in bytes. */
    private static final long MAX_OUTPUT_BYTES = 256L << 20;

    private final PlaybookContext context;
    private final Duration reserve;
    private final Clock clock;
    private int scratchFiles;

    Workbench(PlaybookContext context, Clock clock) {
        this.context = context;
        this.clock = clock;
        // What the commands left must still be read, committed and reported.
        Duration left = Duration.between(clock.instant(), context.deadline());
        this.reserve = Duration.ofMillis(Math.max(1_000, Math.min(10_000, left.toMillis() / 20)));
    }

    PlaybookContext context() {
        return context;
    }

    Toolbox tools() {
        return context.tools();
    }

    /** Runs a command that executes code of the repository. */
    CommandResult build(List<String> argv, String directory, Map<String, String> environment, Toolbox.Cache... caches)
            throws ToolDenied, InterruptedException {
        return tools().run(new CommandRequest(argv, directory, environment, left(), List.of(caches), true));
    }

    /** Runs a program of the host that only reads files of the repository. */
    CommandResult inspect(List<String> argv, List<Path> readOnly, Toolbox.Cache... caches)
            throws ToolDenied, InterruptedException {
        return tools().run(new CommandRequest(argv, "", Map.of(), left(), List.of(caches), false, readOnly));
    }

    private Duration left() {
        Duration left = Duration.between(clock.instant(), context.deadline().minus(reserve));
        return left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left;
    }

    /** A path in the scratch directory that no other call was given. */
    Path scratch(String name) {
        return context.scratch().resolve("developer-" + ++scratchFiles + "-" + name);
    }

    Path scratch(String name, byte[] content) {
        Path file = scratch(name);
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** A resource of this package as a file. */
    Path resource(String name) {
        try (InputStream in = Workbench.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is not in the worker's jar");
            }
            return scratch(name, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + name, e);
        }
    }

    /** Whole output of a command, or its shortened one when it is enormous. */
    String output(CommandResult result) {
        try {
            return Files.size(result.log()) <= MAX_OUTPUT_BYTES ? readScratch(result.log()) : result.output();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log " + result.log(), e);
        }
    }

    /** A file that a command wrote in scratch; empty when there is none. */
    static String readScratch(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** The last lines that say anything, in one bounded line. */
    static String lastLines(String output, int lines) {
        String[] all =
                output.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "").strip().split("\\R");
        StringBuilder last = new StringBuilder();
        for (int i = Math.max(0, all.length - lines); i < all.length; i++) {
            last.append(all[i].strip()).append(' ');
        }
        return bounded(last.toString());
    }

    static String bounded(String text) {
        String one = text.strip().replaceAll("\\s*\\R\\s*", " ");
        return one.length() <= 600 ? one : one.substring(0, 599) + "…";
    }
}
