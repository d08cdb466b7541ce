package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Cancellation;
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
        TOO_MUCH_OUTPUT,
        /** The attempt's folders grew by more than they may. */
        TOO_MUCH_DISK
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
        return run(launch, timeout, cancellation, output, DiskWatch.none());
    }

    /** As above, and the process is ended when what is watched has grown too much. */
    Execution run(Launch launch, Duration timeout, Cancellation cancellation, Path output, DiskWatch disk)
            throws IOException, InterruptedException {
        cancellation.check();
        disk.begin();
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
            End end = CommandWatch.await(
                    new RunningProcess(process, output), timeout, cancellation, maxOutputBytes, disk);
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

    private record RunningProcess(Process process, Path output) implements CommandWatch.Running {
        @Override
        public boolean awaitEnd(long ms) throws InterruptedException {
            return process.waitFor(ms, TimeUnit.MILLISECONDS);
        }

        @Override
        public long outputBytes() throws IOException {
            return Files.size(output);
        }
    }
}
