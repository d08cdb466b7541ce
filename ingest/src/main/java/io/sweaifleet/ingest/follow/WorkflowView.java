package io.sweaifleet.ingest.follow;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A workflow as its events tell it.
 *
 * @param pool pool
 * @param workflowId id
 * @param tasks its tasks by id, in the order they became known
 * @param acceptedAt when core accepted it, or null
 * @param endedAt when it ended, or null
 * @param status how it ended, or null
 * @param message what the latest event of the workflow itself said
 */
public record WorkflowView(
        String pool,
        String workflowId,
        Map<String, TaskView> tasks,
        @Nullable Instant acceptedAt,
        @Nullable Instant endedAt,
        @Nullable WorkflowStatus status,
        String message) {

    public WorkflowView {
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    }

    /** One of which nothing is known yet. */
    public static WorkflowView unknown(String pool, String workflowId) {
        return new WorkflowView(pool, workflowId, Map.of(), null, null, null, "");
    }

    /** The workflow with a task that was just sent off. */
    public WorkflowView plus(TaskView task) {
        Map<String, TaskView> more = new LinkedHashMap<>(tasks);
        more.put(task.taskId(), task);
        return new WorkflowView(pool, workflowId, more, acceptedAt, endedAt, status, message);
    }

    /** The workflow after one of its events; events of other workflows leave it as it is. */
    public WorkflowView after(TaskEvent event) {
        if (!event.getPool().equals(pool) || !event.getWorkflowId().equals(workflowId)) {
            return this;
        }
        String taskId = event.getTaskId();
        if (taskId != null) {
            TaskView before = tasks.getOrDefault(
                    taskId, TaskView.submitted(taskId, event.getRole(), event.getKind(), event.getDecidedAt()));
            return plus(before.after(event));
        }
        return new WorkflowView(
                pool,
                workflowId,
                tasks,
                event.getType() == TaskEventType.WORKFLOW_ACCEPTED ? event.getDecidedAt() : acceptedAt,
                event.getType() == TaskEventType.WORKFLOW_ENDED ? event.getDecidedAt() : endedAt,
                event.getWorkflowStatus() == null ? status : event.getWorkflowStatus(),
                event.getMessage());
    }

    /** The workflow as the fleet's state has it; see {@link TaskView#standing}. */
    public WorkflowView standing(StatusAnswer answer) {
        Map<String, TaskView> standing = new LinkedHashMap<>(tasks);
        for (TaskAnswer task : answer.tasks()) {
            Instant seen = Objects.requireNonNullElse(
                    answer.workflow().endedAt(), Objects.requireNonNullElse(task.acceptedAt(), Instant.EPOCH));
            standing.merge(
                    task.taskId(),
                    TaskView.submitted(task.taskId(), task.role(), task.kind(), seen)
                            .standing(task),
                    (told, unseen) -> told.standing(task));
        }
        return new WorkflowView(
                pool,
                workflowId,
                standing,
                acceptedAt == null ? answer.workflow().acceptedAt() : acceptedAt,
                endedAt == null ? answer.workflow().endedAt() : endedAt,
                status == null ? answer.workflow().status() : status,
                message);
    }

    /** True once nothing more is to come. */
    public boolean isEnded() {
        return status != null;
    }

    /** True when an event has told anything. */
    public boolean isKnown() {
        return acceptedAt != null
                || endedAt != null
                || tasks.values().stream().anyMatch(task -> task.phase() != TaskPhase.SUBMITTED);
    }
}
