package io.sweaifleet.agent.playbook;

/** A brain that follows declared steps: deterministic for the same commit and inputs, and without a model. Stateless and thread-safe. */
public interface Playbook {

    /** Kind of task it does, such as {@code qa.run-tests}. */
    String kind();

    /** Version of the steps; changes whenever the same input may give another result. */
    String version();

    /** Whether it works on a clone of a repository. One that does not is given no workspace. */
    default boolean needsWorkspace() {
        return true;
    }

    /**
     * Does the work. A returned value is a success (with whatever findings and skipped steps were reported through the
     * context).
     *
     * @return one line for people, and named values for dependents
     * @throws PlaybookFailure when the work cannot be done, with the cause to report
     * @throws InterruptedException when the attempt is stopped
     */
    PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException;
}
