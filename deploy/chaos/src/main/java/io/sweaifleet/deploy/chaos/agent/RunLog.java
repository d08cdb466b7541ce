package io.sweaifleet.deploy.chaos.agent;

import io.sweaifleet.schemas.worker.Assignment;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The agents' own log: a line for each start and end of an attempt, in one file for each process. A line is written by one
 * call before the attempt goes on, so {@code kill -9} loses none.
 *
 * <p>Columns, separated by tabs: wall clock (ms since the epoch), what happened, pool, task, attempt, lease, worker, process id,
 * and for an end how it ended, for a child its process id, for what was used the number of tokens.
 */
final class RunLog {

    static final String START = "start";
    static final String END = "end";
    static final String CHILD = "child";
    static final String USED = "used";

    /** No channel: a thread that is interrupted, as every stopped attempt's is, would close one. */
    private final OutputStream file;

    private final String pool;
    private final String worker;
    private final long pid = ProcessHandle.current().pid();

    private RunLog(OutputStream file, String pool, String worker) {
        this.file = file;
        this.pool = pool;
        this.worker = worker;
    }

    /** The log of this process, as its system properties say. */
    static RunLog ofThisProcess() {
        String worker = System.getProperty(ChaosAgent.WORKER, "worker");
        Path directory = Path.of(System.getProperty(ChaosAgent.RUNS, "."));
        Path path = directory.resolve(
                worker + "-" + ProcessHandle.current().pid() + "-" + System.currentTimeMillis() + ".tsv");
        try {
            Files.createDirectories(directory);
            return new RunLog(
                    new FileOutputStream(path.toFile(), true), System.getProperty(ChaosAgent.POOL, "default"), worker);
        } catch (IOException e) {
            throw new UncheckedIOException("the log of runs " + path + " cannot be written", e);
        }
    }

    /** Writes one line; the caller goes on once the operating system has it. */
    synchronized void write(String what, Assignment assignment, String detail) {
        String line = String.join(
                        "\t",
                        Long.toString(System.currentTimeMillis()),
                        what,
                        pool,
                        assignment.getTaskId(),
                        Integer.toString(assignment.getAttempt()),
                        assignment.getLeaseId(),
                        worker,
                        Long.toString(pid),
                        detail)
                + "\n";
        try {
            file.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the log of runs of " + worker + " cannot be written", e);
        }
    }
}
