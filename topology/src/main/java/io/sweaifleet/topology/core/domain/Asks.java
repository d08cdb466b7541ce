package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What running agents ask: a tool call that waits for somebody's approval. Belongs to the lease and ends with it. Without
 * an answer it counts as denied.
 */
final class Asks {

    /** Open requests of one attempt. */
    private static final int MOST = 16;

    /** Longest time that a request may wait, in ms. */
    private static final long LONGEST_MS = 7L * 24 * 60 * 60 * 1_000;

    private final Step step;

    Asks(Step step) {
        this.step = step;
    }

    /** The holder of a lease asks. One that is told to stop is not heard; a repeated request changes nothing. */
    void on(String taskId, TaskEntry.Live task, TaskEntry.Lease lease, AgentResult report) {
        ApprovalRequest request = report.getRequest();
        if (request == null || lease.stop() != null || lease.ask(request.getRequestId()) != null) {
            return;
        }
        if (lease.asks().size() >= MOST) {
            step.answer(
                    lease,
                    new ApprovalAnswer(
                            request.getRequestId(), false, "", "the attempt asks " + MOST + " other things already"));
            return;
        }
        long dueAt = Math.min(Math.max(request.getExpiresAt().toEpochMilli(), step.now()), step.now() + LONGEST_MS);
        List<TaskEntry.Ask> open = new ArrayList<>(lease.asks());
        open.add(new TaskEntry.Ask(request.getRequestId(), request.getTool(), request.getRule(), dueAt));
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(lease.asking(List.copyOf(open)))));
        step.setTimer(dueAt, TimerKind.ASK_DUE, timerId(taskId, request.getRequestId()));
        step.journal(TaskEventType.APPROVAL_REQUESTED, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .brain(report.getBrain())
                .request(ApprovalRequest.newBuilder(request)
                        .setExpiresAt(Instant.ofEpochMilli(dueAt))
                        .build())
                .dueAt(dueAt)
                .message("asks for approval of " + request.getTool() + " (rule " + request.getRule() + ")")
                .add();
    }

    /** Somebody answers; false when the task does not ask that (any more). */
    boolean answered(String taskId, String requestId, Approval approval) {
        boolean approved = approval.getVerdict() == Verdict.APPROVED;
        return close(taskId, requestId, approved, approval.getBy(), approval.getComment(), null);
    }

    /** Nobody answered in time. */
    void onTimer(Key.OfTimer timer) {
        int slash = timer.id().indexOf('/');
        close(
                timer.id().substring(0, slash),
                timer.id().substring(slash + 1),
                false,
                "",
                "nobody answered in time",
                timer.dueAt());
    }

    private boolean close(
            String taskId, String requestId, boolean approved, String by, String comment, @Nullable Long onlyDueAt) {
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Running running)) {
            return false;
        }
        TaskEntry.Lease lease = running.lease();
        TaskEntry.Ask ask = lease.ask(requestId);
        if (ask == null || (onlyDueAt != null && ask.dueAt() != onlyDueAt)) {
            return false;
        }
        step.blamed = task.workflowId();
        List<TaskEntry.Ask> open =
                lease.asks().stream().filter(other -> other != ask).toList();
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(lease.asking(open))));
        step.dropTimer(ask.dueAt(), TimerKind.ASK_DUE, timerId(taskId, requestId));
        step.journal(TaskEventType.APPROVAL_GIVEN, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .requestId(requestId)
                .message(ask.tool() + " (rule " + ask.rule() + ") is " + (approved ? "approved" : "denied")
                        + (by.isEmpty() ? "" : " by " + by)
                        + (comment.isEmpty() ? "" : ": " + comment))
                .add();
        step.answer(lease, new ApprovalAnswer(requestId, approved, by, comment));
        return true;
    }

    /** The lease ends, and what was asked with it. */
    static void withdraw(Step step, String taskId, TaskEntry.Lease lease) {
        lease.asks().forEach(ask -> step.dropTimer(ask.dueAt(), TimerKind.ASK_DUE, timerId(taskId, ask.requestId())));
    }

    private static String timerId(String taskId, String requestId) {
        return taskId + "/" + requestId;
    }
}
