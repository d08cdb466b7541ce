package io.sweaifleet.topology.core.domain;

/**
 * A lease, found by its worker.
 *
 * @param command number of the command that assigned it: a worker that applied it must list the lease
 * @param assignedAt ms since the epoch
 * @param resources what it takes of the worker
 * @param frozenMs for how long the worker says that the attempt was frozen, in ms; it does not count as time of the attempt
 */
public record LeaseEntry(
        String workerId,
        String leaseId,
        String taskId,
        String role,
        long command,
        long assignedAt,
        Resources resources,
        long frozenMs) {

    LeaseEntry withFrozenMs(long frozen) {
        return new LeaseEntry(workerId, leaseId, taskId, role, command, assignedAt, resources, frozen);
    }
}
