package io.sweaifleet.agent.sandbox;

import java.nio.file.Path;

/** Where commands of attempts run. Thread-safe: what belongs to one attempt is in its {@link SandboxSession}. */
public interface Sandbox extends AutoCloseable {

    /** Name as in the setting {@code fleet.worker.sandbox} and in a role's {@code sandbox}. */
    String name();

    /** Whether commands that execute the repository's code may run here. */
    default boolean executesRepositoryCode() {
        return refusal().isEmpty();
    }

    /** Why such commands may not run, and the flag that would allow them; empty when they may. */
    default String refusal() {
        return "";
    }

    /** One line for the log at start: what isolates commands, and what does not. */
    String description();

    /** Opens the sandbox for one attempt. Nothing is started before its first command. */
    SandboxSession open(SandboxRequest request);

    /**
     * Removes what attempts of dead workers left running: those whose folders lay below this one and are gone.
     *
     * @param workDirectory resolved path of the directory that the host's workers share
     */
    default void sweep(Path workDirectory) {}

    /** Ends connections and removes what is still to be removed. */
    @Override
    default void close() {}
}
