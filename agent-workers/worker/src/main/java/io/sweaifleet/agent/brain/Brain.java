package io.sweaifleet.agent.brain;

import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.schemas.common.BrainStamp;

/** What decides the steps of one attempt. */
public interface Brain {

    /**
     * Which brain this is, for every event and result. May grow more precise while it runs: the model id is known once the
     * endpoint has answered, and another model may take over.
     */
    BrainStamp stamp();

    /** Whether it works on a clone of a repository. One that does not is given no workspace. */
    boolean needsWorkspace();

    /**
     * Does the work.
     *
     * @throws PlaybookFailure when the work cannot be done, with the cause to report
     * @throws InterruptedException when the attempt is stopped
     */
    BrainResult run(BrainContext context) throws PlaybookFailure, InterruptedException;
}
