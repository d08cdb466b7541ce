package io.sweaifleet.ingest.follow;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkflowViewTest {

    @Test
    void shouldTellTheLifeOfATaskThatIsTriedTwice() {
        // Given
        List<TaskEvent> events = List.of(
                event("w", null, TaskEventType.WORKFLOW_ACCEPTED, 0),
                event("w", "t", TaskEventType.TASK_ACCEPTED, 0, e -> e.setRole("qa")
                        .setKind("qa.run-tests")),
                event("w", "t", TaskEventType.TASK_READY, 1),
                event("w", "t", TaskEventType.TASK_ASSIGNED, 2, e -> e.setAttempt(1)
                        .setWorkerId("w1")),
                event("w", "t", TaskEventType.TASK_STARTED, 3, e -> e.setAttempt(1)
                        .setAgentId("qa-1")),
                event("w", "t", TaskEventType.TASK_PROGRESS, 4, e -> e.setStep("mvn test")),
                event("w", "t", TaskEventType.ATTEMPT_FAILED, 5, e -> e.setFailure(failure("LOST", "gone", ""))),
                event("w", "t", TaskEventType.RETRY_SCHEDULED, 5, e -> e.setDueAt(START.plusSeconds(8))));

        // When
        TaskView retrying = fold(events).tasks().get("t");
        TaskView again = retrying.after(event("w", "t", TaskEventType.TASK_ASSIGNED, 9, e -> e.setAttempt(2)
                        .setWorkerId("w2")))
                .after(event("w", "t", TaskEventType.TASK_STARTED, 10, e -> e.setAgentId("qa-2")));
        TaskView ended =
                again.after(event("w", "t", TaskEventType.TASK_ENDED, 20, e -> e.setStatus(TaskStatus.SUCCEEDED)));

        // Then
        assertThat(retrying.phase()).isEqualTo(TaskPhase.RETRYING);
        assertThat(retrying.dueAt()).isEqualTo(START.plusSeconds(8));
        assertThat(retrying.step()).isEqualTo("mvn test");
        assertThat(retrying.role()).isEqualTo("qa");
        assertThat(again.phase()).isEqualTo(TaskPhase.RUNNING);
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.step()).isEmpty();
        assertThat(again.agentId()).isEqualTo("qa-2");
        assertThat(again.startedAt()).isEqualTo(START.plusSeconds(10));
        assertThat(again.dueAt()).isNull();
        assertThat(ended.isEnded()).isTrue();
        assertThat(ended.status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(ended.since()).isEqualTo(START.plusSeconds(20));
    }

    @Test
    void shouldEndWithItsWorkflowAndIgnoreOthers() {
        // When
        WorkflowView view = fold(List.of(
                event("w", null, TaskEventType.WORKFLOW_ACCEPTED, 0),
                event("other", "x", TaskEventType.TASK_ACCEPTED, 0),
                event("w", null, TaskEventType.WORKFLOW_ENDED, 7, e -> e.setWorkflowStatus(WorkflowStatus.FAILED))));

        // Then
        assertThat(view.tasks()).isEmpty();
        assertThat(view.isKnown()).isTrue();
        assertThat(view.isEnded()).isTrue();
        assertThat(view.status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(view.endedAt()).isEqualTo(START.plusSeconds(7));
        assertThat(WorkflowView.unknown("default", "w").isKnown()).isFalse();
    }

    private static WorkflowView fold(List<TaskEvent> events) {
        WorkflowView view = WorkflowView.unknown("default", "w");
        for (TaskEvent event : events) {
            view = view.after(event);
        }
        return view;
    }
}
