package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;

/**
 * A lease, as the journal tells its life.
 *
 * @param task task that it is about
 * @param attempt number of the attempt
 * @param lease its id
 * @param worker id of its holder
 * @param assigned sequence number of the event that gave it
 * @param assignedAt when that was decided, ms since the epoch
 * @param ended sequence number of the event that ended it; {@link Long#MAX_VALUE} when none did
 * @param endedAt when that was decided, ms since the epoch; {@link Long#MAX_VALUE} when it was not
 * @param expired whether it was taken away, and not ended by its holder's report
 */
record LeaseLife(
        Ref task,
        int attempt,
        String lease,
        String worker,
        long assigned,
        long assignedAt,
        long ended,
        long endedAt,
        boolean expired) {

    LeaseLife endedBy(long sequence, long at, boolean byExpiry) {
        return new LeaseLife(task, attempt, lease, worker, assigned, assignedAt, sequence, at, byExpiry);
    }

    boolean isOpen() {
        return ended == Long.MAX_VALUE;
    }
}
