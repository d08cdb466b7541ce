package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One life of a part: a process, whose standard input is the pipe by which it notices that the launcher is gone.
 *
 * <p>Nothing is ever written to that pipe. It is closed when the process has ended.
 */
final class RunningPart {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int SHOWN_LINES = 15;

    private final Part part;
    private final Process process;
    private final PartLog log;
    private final Thread pump;
    private final CountDownLatch announced = new CountDownLatch(1);

    private RunningPart(Part part, Process process, PartLog log) {
        this.part = part;
        this.process = process;
        this.log = log;
        this.pump = log.pump(part.name(), process.getInputStream(), this::watch);
    }

    /** Starts the process; see {@link #awaitReady} for when it can be used. */
    static RunningPart start(Part part, Path directory, PartLog log) throws PartException {
        ProcessBuilder builder =
                new ProcessBuilder(part.command()).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(part.environment());
        try {
            return new RunningPart(part, builder.start(), log);
        } catch (IOException failure) {
            throw new PartException(
                    part.name() + " could not be executed: " + failure.getMessage(),
                    Hint.find(part.hints(), List.of(String.valueOf(failure.getMessage())), part.name())
                            .orElse("see that " + part.command().get(0) + " exists and may be executed"),
                    failure);
        }
    }

    Part part() {
        return part;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    PartLog log() {
        return log;
    }

    /** Returns when the part can be used; throws when it ends or takes too long. */
    void awaitReady() throws PartException, InterruptedException {
        long deadline = System.nanoTime() + part.startWithin().toNanos();
        while (System.nanoTime() < deadline) {
            if (announced.await(POLL.toMillis(), TimeUnit.MILLISECONDS)
                    || part.readiness().answers()) {
                return;
            }
            if (!process.isAlive()) {
                throw ended("ended with exit code " + exitCode() + " before it was ready");
            }
        }
        throw ended("was not ready after " + part.startWithin().toSeconds() + " s");
    }

    /** Why this part is of no use, with the end of its log and a remedy. */
    PartException ended(String what) throws InterruptedException {
        // What it printed last is what explains it.
        pump.join(Duration.ofSeconds(process.isAlive() ? 0 : 2).toMillis() + 1);
        StringBuilder message = new StringBuilder(part.name()).append(' ').append(what);
        List<String> lines = log.last(SHOWN_LINES);
        message.append(lines.isEmpty() ? "; it printed nothing" : "; the end of " + log.file() + ":");
        lines.forEach(line -> message.append("\n    ").append(line));
        return new PartException(
                message.toString(),
                Hint.find(part.hints(), log.kept(), part.name())
                        .orElse("read " + log.file() + "; 'fleet doctor' checks the machine"));
    }

    int exitCode() {
        return process.isAlive() ? -1 : process.exitValue();
    }

    /** Returns once the process has ended. */
    void awaitEnd() throws InterruptedException {
        process.waitFor();
        closePipe();
    }

    /** Asks the process to end, and kills it when it takes too long. Returns once it has ended. */
    void stop() throws InterruptedException {
        // Not the process's own destroy, which closes the pipe as well: to the part that is the launcher's death.
        process.toHandle().destroy();
        if (!process.waitFor(part.stopWithin().toMillis(), TimeUnit.MILLISECONDS)) {
            log.add("(" + part.name() + " did not end within "
                    + part.stopWithin().toSeconds() + " s after SIGTERM and was killed)");
            // Whatever it started would be left behind otherwise.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        closePipe();
    }

    private void closePipe() {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.flush();
        } catch (IOException alreadyBroken) {
            log.add("(pipe to " + part.name() + ": " + alreadyBroken.getMessage() + ")");
        }
    }

    private void watch(String line) {
        if (line.startsWith(Readiness.ANNOUNCEMENT)) {
            announced.countDown();
        }
    }
}
