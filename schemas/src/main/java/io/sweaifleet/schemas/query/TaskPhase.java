package io.sweaifleet.schemas.query;

/** How far a task has come. */
public enum TaskPhase {
    /** Waits for tasks it depends on. */
    WAITING,
    /** Ready, but held back by a pause, a key that is in use, until its moment, or until somebody answers. */
    HELD,
    /** In the queue of its role. */
    QUEUED,
    /** Waits for its next attempt. */
    RETRYING,
    /** Given to a worker, whose agent has not begun. */
    ASSIGNED,
    /** An agent works on it; or core itself, by items, iterations or a workflow of its own. */
    RUNNING,
    /** Over. */
    ENDED
}
