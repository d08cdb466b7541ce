package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A workflow in the ledger: running, or shrunk to a tombstone. */
public sealed interface WorkflowEntry {

    /** SHA-256 of the submission as received: tells a repeated submission from a contradicting one. */
    String digest();

    /** Its tasks, in the order of submission. */
    List<String> taskIds();

    /**
     * A workflow with tasks that have not ended.
     *
     * @param lone whether it was submitted as a single task
     * @param submittedAt when the broker appended the submission, ms since the epoch
     * @param acceptedAt when core accepted it, ms since the epoch
     * @param open number of tasks that have not ended
     * @param budget what the attempts of its tasks may use together; null is no limit
     * @param run what it is a run of; null when it was submitted with its tasks
     */
    record Live(
            String digest,
            List<String> taskIds,
            boolean lone,
            String tenant,
            String title,
            Map<String, String> labels,
            @Nullable String correlationId,
            Origin origin,
            @Nullable String traceparent,
            long submittedAt,
            long acceptedAt,
            int open,
            @Nullable Budget budget,
            @Nullable RunLink run)
            implements WorkflowEntry {

        Live withOpen(int left) {
            return with(taskIds, left, run);
        }

        /** The same with one more task. */
        Live withTask(String taskId) {
            List<String> more = new ArrayList<>(taskIds);
            more.add(taskId);
            return with(more, open + 1, run);
        }

        Live with(List<String> tasks, int left, @Nullable RunLink link) {
            return new Live(
                    digest,
                    tasks,
                    lone,
                    tenant,
                    title,
                    labels,
                    correlationId,
                    origin,
                    traceparent,
                    submittedAt,
                    acceptedAt,
                    left,
                    budget,
                    link);
        }
    }

    /**
     * Tombstone of a workflow.
     *
     * @param decidedAt when it ended, ms since the epoch
     */
    record Ended(String digest, List<String> taskIds, WorkflowStatus status, long decidedAt) implements WorkflowEntry {

        /** The same with its first tasks only. */
        Ended withFirst(int tasks) {
            return new Ended(digest, List.copyOf(taskIds.subList(0, tasks)), status, decidedAt);
        }
    }
}
