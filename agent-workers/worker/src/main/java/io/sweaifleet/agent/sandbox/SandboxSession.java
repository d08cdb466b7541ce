package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One attempt's use of a sandbox: what its commands share (a container, a pod, a temporary directory) lives from the first
 * command to {@link #close}. Opening one does nothing yet. Thread-safe; commands of a container run one after the other.
 */
public interface SandboxSession extends AutoCloseable {

    /**
     * Runs one command to its end, and leaves nothing of it running.
     *
     * @param timeout longest time, not counting the time that the attempt is frozen
     * @param cancellation of the attempt; ends the command at once
     * @param log receives standard output and error, in order of arrival; it is created
     * @throws SandboxFailedException when the sandbox itself does not work (any more); never because of what the command did
     * @throws IOException when a file of the attempt cannot be written
     * @throws InterruptedException when the calling thread was; the command is ended first
     */
    Execution execute(SandboxedCommand command, Duration timeout, Cancellation cancellation, Path log)
            throws IOException, InterruptedException;

    /**
     * Whether commands find a program of this name.
     *
     * @throws SandboxFailedException when the sandbox does not work
     */
    boolean hasProgram(String name);

    /** Where programs are looked for, for a message: "on the path /usr/bin:/bin". */
    String programsAre();

    /** Ends what is left and removes it. Repeating it does no harm; what cannot be removed now is removed later. */
    @Override
    void close();
}
