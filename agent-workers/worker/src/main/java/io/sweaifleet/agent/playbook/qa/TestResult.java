package io.sweaifleet.agent.playbook.qa;

import org.jspecify.annotations.Nullable;

/**
 * One test, as a runner reported it.
 *
 * @param group what the test is part of: a class, a module, a file; may be empty
 * @param name its name within the group
 * @param status how it ended
 * @param seconds how long it took, in seconds; 0 when the runner does not say
 * @param message why it did not pass, bounded; empty when it passed
 * @param path repository-relative file to look at, or null when the runner does not say
 * @param line line in that file from 1, or null
 * @param selector what the runner needs to run this test alone, or empty when it cannot
 */
record TestResult(
        String group,
        String name,
        Status status,
        double seconds,
        String message,
        @Nullable String path,
        @Nullable Integer line,
        String selector) {

    /** How a test ended. */
    enum Status {
        PASSED,
        FAILED,
        SKIPPED
    }

    /** Name that tells this test from every other of its suite. */
    String id() {
        return group.isEmpty() ? name : group + "#" + name;
    }

    boolean failed() {
        return status == Status.FAILED;
    }

    TestResult at(@Nullable String newPath, @Nullable Integer newLine) {
        return new TestResult(group, name, status, seconds, message, newPath, newLine, selector);
    }
}
