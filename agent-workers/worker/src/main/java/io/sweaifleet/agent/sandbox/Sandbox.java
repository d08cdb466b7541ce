package io.sweaifleet.agent.sandbox;

import java.io.IOException;

/** Where commands of an attempt run. Stateless and thread-safe: what belongs to one attempt is in its {@link Confinement}. */
public interface Sandbox {

    /** Name as in the setting {@code fleet.worker.sandbox}. */
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

    /**
     * Turns a command into a process to start on the host.
     *
     * @throws IOException when the files it needs in the attempt's own folder cannot be made
     */
    Launch prepare(Confinement confinement, SandboxedCommand command) throws IOException;
}
