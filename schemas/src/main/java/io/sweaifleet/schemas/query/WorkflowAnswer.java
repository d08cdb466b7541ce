package io.sweaifleet.schemas.query;

import io.sweaifleet.schemas.task.WorkflowStatus;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workflow. Of one that has ended, the fleet keeps its tasks' ids, its status and when it ended.
 *
 * @param status how it ended, or null while it has not
 * @param title empty when it has ended, as tenant and labels are
 * @param tasks number of its tasks
 * @param open number of those that have not ended
 * @param acceptedAt when the fleet took it, or null when it has ended
 * @param endedAt when it ended, or null
 */
public record WorkflowAnswer(
        String workflowId,
        @Nullable WorkflowStatus status,
        String title,
        String tenant,
        Map<String, String> labels,
        int tasks,
        int open,
        @Nullable Instant acceptedAt,
        @Nullable Instant endedAt) {

    public WorkflowAnswer {
        labels = Map.copyOf(labels);
    }
}
