package io.sweaifleet.agent.attempt;

import java.util.List;

/**
 * Runs one attempt from its assignment to its end. Implementations are called on an agent's own thread and may block for
 * as long as the attempt's timeout allows.
 */
public interface AttemptRunner {

    /**
     * Runs the attempt and returns how it ended. Everything that can go wrong with the work itself is a value of the
     * returned end; an exception means that the agent failed.
     *
     * @param attempt what to run, and how to report from it
     * @return the end, never null
     */
    AttemptEnd run(Attempt attempt);

    /** What it can do beside what the operator declares, as capabilities that tasks may require, such as sandbox-docker. */
    default List<String> capabilities() {
        return List.of();
    }
}
