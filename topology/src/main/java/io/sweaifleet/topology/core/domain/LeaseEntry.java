package io.sweaifleet.topology.core.domain;

/**
 * A lease, found by its worker.
 *
 * @param command number of the command that assigned it: a worker that applied it must list the lease
 * @param assignedAt ms since the epoch
 * @param resources what it takes of the worker
 */
public record LeaseEntry(
        String workerId,
        String leaseId,
        String taskId,
        String role,
        long command,
        long assignedAt,
        Resources resources) {}
