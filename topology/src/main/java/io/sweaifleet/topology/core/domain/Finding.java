package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import java.util.Objects;

/**
 * Something that does not hold of an entry of the state.
 *
 * @param damage what it is
 * @param entry kind of the entry: task, workflow, worker, lease, queue, schedule
 * @param id id of the entry
 * @param message in words
 */
public record Finding(Damage damage, String entry, String id, String message) {

    /** What is wrong with an entry, and what mends it. */
    public enum Damage {
        /** A queued or held task stands in no queue, or its tenant never has its turn: it is queued again, where it stood. */
        TASK_NOT_QUEUED,
        /** A task waits for its time without a timer: it gets one. */
        RETRY_WITHOUT_TIMER,
        /** A task is held by a rate whose key has no timer: it gets one. */
        RATE_WITHOUT_TIMER,
        /** An attempt has no timer: it gets the one of its lease. */
        ATTEMPT_WITHOUT_TIMER,
        /** A running task's lease is not among its worker's: it is put there. */
        LEASE_NOT_LISTED,
        /** A task waits for another number of tasks than have not ended: it is counted again, or queued when all have succeeded. */
        DEPENDENCIES_MISCOUNTED,
        /** A task has a deadline without a timer: it gets one. */
        DEADLINE_WITHOUT_TIMER,
        /** A workflow waits for another number of tasks than have not ended: it is counted again, or ends. */
        WORKFLOW_MISCOUNTED,
        /** No timer looks for the silence of a worker: it gets one. */
        WORKER_WITHOUT_TIMER,
        /** A worker is counted with other leases than it has: they are counted again. */
        WORKER_MISCOUNTED,
        /** A lease is of no task that runs with it: it is removed. */
        LEASE_STALE,
        /** A place in a queue is of no task (or tenant) that stands there: it is removed. */
        QUEUE_ENTRY_STALE,
        /** A schedule has a next firing without a timer: it gets one. */
        SCHEDULE_WITHOUT_TIMER,
        /** An entry cannot be read. Nothing mends it; its workflow is set aside when it is touched. */
        UNREADABLE,
        /** Nothing takes the entry further, and nothing that mends it is known. */
        FORGOTTEN;

        /** Whether it can be mended without losing anything. */
        boolean canBeRepaired() {
            return this != UNREADABLE && this != FORGOTTEN;
        }
    }

    /** The finding that an event tells of. */
    public static Finding of(Failure told) {
        return new Finding(
                Damage.valueOf(told.getCode()),
                Objects.requireNonNullElse(told.getField(), ""),
                Objects.requireNonNullElse(told.getValue(), ""),
                told.getMessage());
    }
}
