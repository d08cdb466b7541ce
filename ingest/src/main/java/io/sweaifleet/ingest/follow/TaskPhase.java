package io.sweaifleet.ingest.follow;

/** Where a task stands. */
public enum TaskPhase {
    /** Submitted, not yet seen by core. */
    SUBMITTED,
    /** Accepted; tasks it depends on have not ended. */
    WAITING,
    /** Waits for a free agent. */
    QUEUED,
    /** Could run, but is held back: a pause, a concurrency key, or a moment to come. */
    HELD,
    /** Given to a worker. */
    ASSIGNED,
    /** An agent works on it. */
    RUNNING,
    /** Waits for its next attempt. */
    RETRYING,
    /** Has its outcome. */
    ENDED,
    /** Set aside, since its record made core throw. */
    QUARANTINED
}
