package io.sweaifleet.schemas.query;

import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a task stands. Of one that has ended, the fleet keeps the ids, the status and the number of attempts; its outcome
 * is on {@code fleet.results}.
 *
 * @param status how it ended, or null while it has not
 * @param role empty when it has ended, as kind, tenant and labels are
 * @param priority 0 to 9, or null when it has ended
 * @param attempts attempts that ended
 * @param leaseId lease of the attempt under way, or empty; worker and agent likewise
 * @param acceptedAt when the fleet took it, or null when it has ended
 * @param readySince when it was queued for the first time, or null
 * @param assignedAt when the attempt under way was given to its worker, or null
 * @param startedAt when the attempt under way began, or null
 * @param attemptUntil when the attempt under way times out, or null
 * @param waiting why it has not started, what holds it now first; empty when it runs or has ended
 */
public record TaskAnswer(
        String taskId,
        String workflowId,
        TaskPhase phase,
        @Nullable TaskStatus status,
        String role,
        String kind,
        String tenant,
        @Nullable Integer priority,
        Map<String, String> labels,
        int attempts,
        String leaseId,
        String workerId,
        String agentId,
        @Nullable Instant acceptedAt,
        @Nullable Instant readySince,
        @Nullable Instant assignedAt,
        @Nullable Instant startedAt,
        @Nullable Instant attemptUntil,
        List<Waiting> waiting) {

    public TaskAnswer {
        labels = Map.copyOf(labels);
        waiting = List.copyOf(waiting);
    }
}
