package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs one process to its end: in a session and process group of its own, its output in a file, and the whole group ended
 * when its time is over, when the attempt is cancelled, or when its output exceeds the limit. While the attempt is frozen, the
 * group and its time stand still. The thread that calls waits, and must not end before the process does: bubblewrap's own
 * death signal is bound to the thread that started it.
 */
public final class CommandExecutor {

    private static final long LOOK_EVERY_MS = 200;

    private final boolean ownSession;
    private final long maxOutputBytes;

    /**
     * @param maxOutputBytes a command that writes more is ended
     */
    public CommandExecutor(HostEnvironment host, long maxOutputBytes) {
        this.ownSession = host.find("setsid").isPresent();
        this.maxOutputBytes = maxOutputBytes;
    }

    /** Why a process ended. */
    public enum End {
        EXITED,
        TIMED_OUT,
        CANCELLED,
        /** Its output exceeded the limit. */
        TOO_MUCH_OUTPUT
    }

    /**
     * How a process ended.
     *
     * @param exitCode its exit code; -1 unless it exited by itself
     * @param wall how long it took
     */
    public record Execution(End end, int exitCode, Duration wall) {}

    /**
     * Runs the process.
     *
     * @param output receives standard output and error, in order of arrival
     * @throws IOException when the program cannot be started or the output file not be written
     * @throws InterruptedException when the calling thread was; the process group is ended first
     */
    public Execution run(Launch launch, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        cancellation.check();
        List<String> argv = new ArrayList<>();
        if (ownSession) {
            argv.add("setsid");
        }
        argv.addAll(launch.argv());
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        builder.directory(launch.directory().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());

        long begun = System.nanoTime();
        Process process = builder.start();
        ProcessTree tree = new ProcessTree(process.toHandle(), launch.environment());
        try (Cancellation.Registration ignored = cancellation.onCancel(tree::kill);
                Cancellation.Registration alsoIgnored = cancellation.freeze().register(tree)) {
            End end = waitFor(process, timeout, cancellation, output);
            if (end != End.EXITED) {
                tree.kill();
            }
            process.waitFor();
            Duration wall = Duration.ofNanos(System.nanoTime() - begun);
            if (end == End.EXITED && cancellation.isCancelled()) {
                end = End.CANCELLED;
            }
            return new Execution(end, end == End.EXITED ? process.exitValue() : -1, wall);
        } finally {
            // Also what the command left behind in the background, or what runs on when this thread is interrupted.
            tree.kill();
        }
    }

    private End waitFor(Process process, Duration timeout, Cancellation cancellation, Path output)
            throws IOException, InterruptedException {
        Freeze freeze = cancellation.freeze();
        Duration frozenBefore = freeze.frozen();
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long frozen = freeze.frozen().minus(frozenBefore).toNanos();
            long left = TimeUnit.NANOSECONDS.toMillis(deadline + frozen - System.nanoTime());
            if (left <= 0 && !freeze.isFrozen()) {
                return process.isAlive() ? End.TIMED_OUT : End.EXITED;
            }
            if (process.waitFor(Math.max(1, Math.min(left, LOOK_EVERY_MS)), TimeUnit.MILLISECONDS)) {
                return End.EXITED;
            }
            if (cancellation.isCancelled()) {
                return End.CANCELLED;
            }
            if (Files.size(output) > maxOutputBytes) {
                return End.TOO_MUCH_OUTPUT;
            }
        }
    }
}
