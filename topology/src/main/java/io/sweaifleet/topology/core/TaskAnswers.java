package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TaskPhase;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ledger entries of tasks as queries show them. */
final class TaskAnswers {

    private TaskAnswers() {}

    static TaskAnswer live(
            String taskId, TaskEntry.Live task, @Nullable WorkflowEntry workflow, List<Waiting> waiting) {
        TaskEntry.Lease lease = task.phase() instanceof TaskEntry.Phase.Running running ? running.lease() : null;
        return new TaskAnswer(
                taskId,
                task.workflowId(),
                phase(task),
                null,
                task.spec().getRole(),
                task.spec().getKind(),
                tenant(task),
                priority(task),
                labels(task, workflow),
                task.attempts().size(),
                lease == null ? "" : lease.leaseId(),
                lease == null ? "" : lease.workerId(),
                lease == null ? "" : lease.agentId(),
                time(task.acceptedAt()),
                time(task.readySince()),
                lease == null ? null : time(lease.assignedAt()),
                lease == null ? null : time(lease.startedAt()),
                lease == null ? null : time(lease.timeoutAt()),
                waiting);
    }

    static TaskAnswer ended(String taskId, TaskEntry.Ended task) {
        return new TaskAnswer(
                taskId,
                task.workflowId(),
                TaskPhase.ENDED,
                task.status(),
                "",
                "",
                "",
                null,
                Map.of(),
                task.attempts(),
                "",
                "",
                "",
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    static String tenant(TaskEntry.Live task) {
        String tenant = task.spec().getTenant();
        return tenant == null ? "default" : tenant;
    }

    static int priority(TaskEntry.Live task) {
        Integer priority = task.spec().getPriority();
        return priority == null ? 5 : priority;
    }

    /** A moment in ms since the epoch, of which 0 stands for none. */
    static @Nullable Instant time(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    private static TaskPhase phase(TaskEntry.Live task) {
        if (task.phase() instanceof TaskEntry.Phase.Waiting) {
            return TaskPhase.WAITING;
        } else if (task.phase() instanceof TaskEntry.Phase.Ready) {
            return TaskPhase.QUEUED;
        } else if (task.phase() instanceof TaskEntry.Phase.Running running) {
            return running.lease().startedAt() == 0 ? TaskPhase.ASSIGNED : TaskPhase.RUNNING;
        } else if (task.phase() instanceof TaskEntry.Phase.Backoff
                && !task.attempts().isEmpty()) {
            return TaskPhase.RETRYING;
        }
        return task.phase() instanceof TaskEntry.Phase.Parent ? TaskPhase.RUNNING : TaskPhase.HELD;
    }

    /** The workflow's labels, over which the task's win: as its outcome will show them. */
    private static Map<String, String> labels(TaskEntry.Live task, @Nullable WorkflowEntry workflow) {
        Map<String, String> labels = new HashMap<>();
        if (workflow instanceof WorkflowEntry.Live live) {
            labels.putAll(live.labels());
        }
        labels.putAll(task.spec().getLabels());
        return labels;
    }
}
