package io.sweaifleet.ingest.follow;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task as its events tell it.
 *
 * @param taskId id
 * @param role role, empty until known
 * @param kind kind of work, empty until known
 * @param phase where it stands
 * @param attempt number of the latest attempt, 0 before the first
 * @param agentId agent of the latest attempt, empty before it started
 * @param workerId worker of the latest attempt, empty before it was assigned
 * @param step step under way, empty when none was told
 * @param since when the phase began
 * @param startedAt when the latest attempt started, or null
 * @param dueAt when the next attempt is due while RETRYING, or the first while HELD until a moment; else null
 * @param cancelRequested true once somebody asked to cancel it
 * @param status how it ended, or null
 * @param failure what last went wrong, or null
 * @param message what the latest event said
 */
public record TaskView(
        String taskId,
        String role,
        String kind,
        TaskPhase phase,
        int attempt,
        String agentId,
        String workerId,
        String step,
        Instant since,
        @Nullable Instant startedAt,
        @Nullable Instant dueAt,
        boolean cancelRequested,
        @Nullable TaskStatus status,
        @Nullable Failure failure,
        String message) {

    /** A task that was sent off and of which nothing is known yet. */
    public static TaskView submitted(String taskId, String role, String kind, Instant at) {
        return new TaskView(
                taskId, role, kind, TaskPhase.SUBMITTED, 0, "", "", "", at, null, null, false, null, null, "");
    }

    /** The task after an event of its own. Events that change nothing a reader would see leave it as it is. */
    public TaskView after(TaskEvent event) {
        return switch (event.getType()) {
            case TASK_ACCEPTED -> with(event, TaskPhase.WAITING);
            case TASK_READY -> with(event, TaskPhase.QUEUED);
            case TASK_HELD -> with(event, TaskPhase.HELD);
            case TASK_ASSIGNED -> with(event, TaskPhase.ASSIGNED);
            case TASK_STARTED -> with(event, TaskPhase.RUNNING);
            case TASK_PROGRESS -> with(event, TaskPhase.RUNNING);
            case ATTEMPT_FAILED, LEASE_EXPIRED, RETRY_SCHEDULED -> with(event, TaskPhase.RETRYING);
            case CANCEL_REQUESTED, PRIORITY_CHANGED -> with(event, phase);
            case TASK_ENDED -> with(event, TaskPhase.ENDED);
            case QUARANTINED -> with(event, TaskPhase.QUARANTINED);
            case UNKNOWN,
                    WORKFLOW_ACCEPTED,
                    WORKFLOW_ENDED,
                    DUPLICATE_IGNORED,
                    PAUSE_REQUESTED,
                    RESUME_REQUESTED,
                    DECISIONS_NOTED -> this;
        };
    }

    /** True once nothing more is to come. */
    public boolean isEnded() {
        return phase == TaskPhase.ENDED || phase == TaskPhase.QUARANTINED;
    }

    private TaskView with(TaskEvent event, TaskPhase next) {
        boolean newAttempt = next == TaskPhase.ASSIGNED;
        boolean started = next == TaskPhase.RUNNING && phase != TaskPhase.RUNNING;
        return new TaskView(
                taskId,
                event.getRole().isEmpty() ? role : event.getRole(),
                event.getKind().isEmpty() ? kind : event.getKind(),
                next,
                event.getAttempt() == null ? attempt : event.getAttempt(),
                newAttempt ? "" : Objects.requireNonNullElse(event.getAgentId(), agentId),
                Objects.requireNonNullElse(event.getWorkerId(), workerId),
                newAttempt || started && event.getStep().isEmpty()
                        ? ""
                        : event.getStep().isEmpty() ? step : event.getStep(),
                next == phase ? since : event.getDecidedAt(),
                newAttempt ? null : started ? event.getDecidedAt() : startedAt,
                next == TaskPhase.RETRYING || next == TaskPhase.HELD ? event.getDueAt() : null,
                cancelRequested || event.getType() == io.sweaifleet.schemas.core.TaskEventType.CANCEL_REQUESTED,
                event.getStatus() == null ? status : event.getStatus(),
                event.getFailure() == null ? failure : event.getFailure(),
                event.getMessage());
    }
}
