package io.sweaifleet.schemas.query;

/** How far a task has come. */
public enum TaskPhase {
    /** Waits for tasks it depends on. */
    WAITING,
    /** Ready, but held back by a pause, a key that is in use, or until its moment. */
    HELD,
    /** In the queue of its role. */
    QUEUED,
    /** Waits for its next attempt. */
    RETRYING,
    /** Given to a worker, whose agent has not begun. */
    ASSIGNED,
    /** An agent works on it. */
    RUNNING,
    /** Over. */
    ENDED
}
