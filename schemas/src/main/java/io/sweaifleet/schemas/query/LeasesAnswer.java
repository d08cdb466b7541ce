package io.sweaifleet.schemas.query;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every attempt that is given to a worker now. */
public record LeasesAnswer(String pool, List<Lease> leases) {

    public LeasesAnswer {
        leases = List.copyOf(leases);
    }

    /**
     * The right of a worker to run an attempt.
     *
     * @param attempt number of the attempt from 1
     * @param since when it was given
     * @param startedAt when the agent began, or null while it has not
     * @param until when it expires if the worker is not heard of again
     * @param attemptUntil when the attempt times out, or null when its task is not known any more
     */
    public record Lease(
            String leaseId,
            String taskId,
            String workflowId,
            int attempt,
            String role,
            String workerId,
            String agentId,
            Instant since,
            @Nullable Instant startedAt,
            Instant until,
            @Nullable Instant attemptUntil) {}
}
