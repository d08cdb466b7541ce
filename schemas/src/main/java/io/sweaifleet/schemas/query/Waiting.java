package io.sweaifleet.schemas.query;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One reason why a task has not started.
 *
 * @param reason which
 * @param message the same in words, with the names and figures concerned
 * @param on ids of what it waits for: tasks, a role, a pause's target; empty when there is none
 * @param until when it ends by itself, or null when that is not known
 */
public record Waiting(
        Reason reason,
        String message,
        List<String> on,
        @Nullable Instant until) {

    public Waiting {
        on = List.copyOf(on);
    }

    /** Kinds of reasons. */
    public enum Reason {
        /** Tasks it depends on have not ended. */
        DEPENDENCY,
        /** Its moment has not come. */
        NOT_BEFORE,
        /** An attempt failed, and the next one's moment has not come. */
        RETRY,
        /** The task, its workflow, tenant, role or pool is paused. */
        PAUSED,
        /** Others hold its concurrency key. */
        CONCURRENCY_KEY,
        /** As many tasks with its rate key have started as the pool allows for now. */
        RATE,
        /** Its tenant has used up its budget, until the next window. */
        BUDGET,
        /** The pool is not declared. */
        UNKNOWN_POOL,
        /** The role is not defined. */
        UNKNOWN_ROLE,
        /** No worker that is online offers the role. */
        NO_WORKER,
        /** No worker that is online and offers the role has the capabilities, labels or resources that the task requires. */
        NO_MATCHING_WORKER,
        /** Every slot of the role is in use. */
        NO_FREE_SLOT,
        /** Workers have what the task requires, but others use too much of it now. */
        NO_FREE_RESOURCES,
        /** The workers that could take it are kept free for tasks that need much of one and are overdue. */
        KEPT_FREE,
        /** Nothing holds it back: it is about to be given to a worker. */
        NEXT,
        /** It was given to a worker, whose agent has not begun. */
        AGENT_BUSY,
        /** Somebody has to approve it. */
        APPROVAL,
        /** A signal has to come. */
        SIGNAL,
        /** The items of its list have not ended. */
        ITEMS,
        /** Its present iteration has not ended. */
        ITERATION,
        /** The workflow that it runs has not ended. */
        WORKFLOW
    }
}
