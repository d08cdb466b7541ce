package io.sweaifleet.ingest.follow;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param asks what its agent asks and nobody has answered, by request id
 * @param waiting why it has not started, by the fleet's state; empty when that was not asked, or it has started
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
        String message,
        List<Waiting> waiting,
        Map<String, ApprovalRequest> asks) {

    public TaskView {
        asks = Collections.unmodifiableMap(new LinkedHashMap<>(asks));
        waiting = List.copyOf(waiting);
    }

    /** A task that was sent off and of which nothing is known yet. */
    public static TaskView submitted(String taskId, String role, String kind, Instant at) {
        return new TaskView(
                taskId,
                role,
                kind,
                TaskPhase.SUBMITTED,
                0,
                "",
                "",
                "",
                at,
                null,
                null,
                false,
                null,
                null,
                "",
                List.of(),
                Map.of());
    }

    /**
     * The task as the fleet's state has it, which knows why it waits; what events alone tell (the step, a failure) stays.
     * One whose events told of its end stays as it is.
     */
    public TaskView standing(TaskAnswer answer) {
        if (isEnded()) {
            return this;
        }
        TaskPhase now = TaskPhase.valueOf(answer.phase().name());
        boolean atWorker = !answer.workerId().isEmpty();
        return new TaskView(
                taskId,
                answer.role().isEmpty() ? role : answer.role(),
                answer.kind().isEmpty() ? kind : answer.kind(),
                now,
                atWorker ? answer.attempts() + 1 : answer.attempts(),
                atWorker ? answer.agentId() : agentId,
                atWorker ? answer.workerId() : workerId,
                step,
                now == phase ? since : begun(answer),
                answer.startedAt() == null ? startedAt : answer.startedAt(),
                answer.waiting().stream()
                        .map(Waiting::until)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                cancelRequested,
                answer.status() == null ? status : answer.status(),
                failure,
                message,
                answer.waiting(),
                atWorker ? asks : Map.of());
    }

    /** When the phase began, as far as the state tells. */
    private Instant begun(TaskAnswer answer) {
        Instant at =
                switch (answer.phase()) {
                    case ASSIGNED -> answer.assignedAt();
                    case RUNNING -> answer.startedAt();
                    case QUEUED -> answer.readySince();
                    case WAITING, HELD -> answer.acceptedAt();
                    case RETRYING, ENDED -> null;
                };
        return at == null ? since : at;
    }

    /** The task after an event of its own. Events that change nothing a reader would see leave it as it is. */
    public TaskView after(TaskEvent event) {
        return switch (event.getType()) {
            case TASK_ACCEPTED -> with(event, TaskPhase.WAITING);
            case TASK_READY -> with(event, TaskPhase.QUEUED);
            case APPROVAL_REQUESTED -> with(event, event.getRequest() == null ? TaskPhase.HELD : TaskPhase.RUNNING);
            case TASK_HELD, SIGNAL_AWAITED -> with(event, TaskPhase.HELD);
            case TASK_ASSIGNED -> with(event, TaskPhase.ASSIGNED);
            case TASK_STARTED, STEP_EXPANDED -> with(event, TaskPhase.RUNNING);
            case TASK_PROGRESS -> with(event, TaskPhase.RUNNING);
            case ATTEMPT_FAILED, LEASE_EXPIRED, RETRY_SCHEDULED -> with(event, TaskPhase.RETRYING);
            case CANCEL_REQUESTED, PRIORITY_CHANGED, APPROVAL_GIVEN, SIGNAL_RECEIVED, ANSWER_IGNORED ->
                with(event, phase);
            case TASK_ENDED -> with(event, TaskPhase.ENDED);
            case QUARANTINED -> with(event, TaskPhase.QUARANTINED);
            case UNKNOWN,
                    WORKFLOW_ACCEPTED,
                    WORKFLOW_ENDED,
                    DUPLICATE_IGNORED,
                    PAUSE_REQUESTED,
                    RESUME_REQUESTED,
                    DECISIONS_NOTED,
                    GENERATION_BEGUN,
                    RUN_DELAYED,
                    COMPENSATION_STARTED,
                    SCHEDULE_CHANGED,
                    SCHEDULE_FIRED,
                    SCHEDULE_SKIPPED,
                    STATE_REPAIRED,
                    STATE_DAMAGED,
                    BUDGET_WARNING,
                    BUDGET_EXCEEDED -> this;
        };
    }

    /** True once nothing more is to come. */
    public boolean isEnded() {
        return phase == TaskPhase.ENDED || phase == TaskPhase.QUARANTINED;
    }

    /** An attempt that ends withdraws what it asks. */
    private Map<String, ApprovalRequest> asksAfter(TaskEvent event, TaskPhase next) {
        if (next != TaskPhase.RUNNING) {
            return Map.of();
        }
        ApprovalRequest asked = event.getRequest();
        String answered = event.getRequestId();
        if (asked == null && answered == null) {
            return asks;
        }
        Map<String, ApprovalRequest> open = new LinkedHashMap<>(asks);
        if (asked != null) {
            open.put(asked.getRequestId(), asked);
        }
        if (answered != null) {
            open.remove(answered);
        }
        return open;
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
                event.getMessage(),
                List.of(),
                asksAfter(event, next));
    }
}
