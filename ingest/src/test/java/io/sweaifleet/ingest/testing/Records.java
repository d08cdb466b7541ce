package io.sweaifleet.ingest.testing;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Records for tests, with plausible values. */
public final class Records {

    public static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

    private Records() {}

    public static TaskEvent event(
            String workflow, String task, TaskEventType type, int second, Consumer<TaskEvent.Builder> more) {
        TaskEvent.Builder event = TaskEvent.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(workflow)
                .setTaskId(task)
                .setSequence(1)
                .setType(type)
                .setDecidedAt(START.plusSeconds(second))
                .setCause(Cause.newBuilder().setType(CauseType.RECORD).build());
        more.accept(event);
        return event.build();
    }

    public static TaskEvent event(String workflow, String task, TaskEventType type, int second) {
        return event(workflow, task, type, second, more -> {});
    }

    public static Failure failure(String code, String message, String remedy) {
        return Failure.newBuilder()
                .setFailureClass(FailureClass.PERMANENT)
                .setCode(code)
                .setMessage(message)
                .setRemedy(remedy)
                .build();
    }

    public static Finding finding(String rule, Severity severity, String path, String message) {
        return Finding.newBuilder()
                .setRule(rule)
                .setSeverity(severity)
                .setPath(path)
                .setMessage(message)
                .build();
    }

    public static TaskOutcome.Builder outcome(
            String workflow, String task, String role, String kind, TaskStatus status) {
        return TaskOutcome.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(workflow)
                .setTaskId(task)
                .setStatus(status)
                .setRole(role)
                .setKind(kind)
                .setRepository("/home/me/project")
                .setSubmittedAt(START)
                .setAcceptedAt(START.plusMillis(5))
                .setStartedAt(START.plusMillis(105))
                .setFinishedAt(START.plusSeconds(4))
                .setAttempts(List.of(AttemptSummary.newBuilder()
                        .setNumber(1)
                        .setLeaseId(task + "-l1")
                        .setWorkerId("worker-1")
                        .setAgentId(role + "-1")
                        .setAssignedAt(START.plusMillis(50))
                        .setStartedAt(START.plusMillis(105))
                        .setFinishedAt(START.plusSeconds(4))
                        .setStatus(AttemptStatus.SUCCEEDED)
                        .build()));
    }

    public static TaskResult.Builder result(String summary, List<Finding> findings) {
        return TaskResult.newBuilder().setSummary(summary).setFindings(findings).setFindingsTotal(findings.size());
    }

    public static WorkflowOutcome workflowOutcome(String workflow, WorkflowStatus status, String... tasks) {
        return WorkflowOutcome.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(workflow)
                .setStatus(status)
                .setSubmittedAt(START)
                .setFinishedAt(START.plusSeconds(5))
                .setTasks(java.util.Arrays.stream(tasks)
                        .map(id -> TaskEnd.newBuilder()
                                .setTaskId(id)
                                .setStatus(TaskStatus.SUCCEEDED)
                                .setAttempts(1)
                                .build())
                        .toList())
                .build();
    }
}
