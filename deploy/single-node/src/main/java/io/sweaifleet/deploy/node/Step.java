package io.sweaifleet.deploy.node;

import java.util.Set;

/**
 * Work that the launcher itself does once while the node starts.
 *
 * @param name lower-case word
 * @param after the stages that must be complete before
 * @param work what to do; returns a few words on what it did, for the operator
 */
record Step(String name, Set<String> after, Work work) implements Stage {
    Step {
        after = Set.copyOf(after);
    }

    /** What a step does. */
    @FunctionalInterface
    interface Work {
        String run() throws PartException, InterruptedException;
    }
}
