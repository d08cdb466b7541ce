package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.CommandType;
import org.jspecify.annotations.Nullable;

/** What agents report. Only the holder of the current lease is heard. */
final class Reports {

    private final Step step;
    private final Endings endings;
    private final Budgets budgets;

    Reports(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
        this.budgets = new Budgets(step, endings);
    }

    void on(AgentResult report) {
        String taskId = report.getTaskId();
        step.blamed = report.getWorkflowId();
        TaskEntry.Live task = step.liveTask(taskId);
        if (task == null
                || !(task.phase() instanceof TaskEntry.Phase.Running running)
                || !running.lease().leaseId().equals(report.getLeaseId())
                || !running.lease().workerId().equals(report.getWorkerId())
                || running.lease().incarnation() != report.getIncarnation()) {
            ofAnotherLease(report);
            return;
        }
        step.blamed = task.workflowId();
        TaskEntry.Lease lease = running.lease();
        switch (report.getType()) {
            case STARTED -> started(taskId, task, lease, report);
            case PROGRESS -> {
                step.journal(TaskEventType.TASK_PROGRESS, taskId, task.workflowId(), task.spec())
                        .lease(lease)
                        .step(report.getStep())
                        .brain(report.getBrain())
                        .add();
                budgets.used(taskId, task, lease, report.getUsage());
            }
            case ASKING -> new Asks(step).on(taskId, task, lease, report);
            case SUCCEEDED -> ended(taskId, task, lease, report, AttemptStatus.SUCCEEDED);
            case FAILED -> ended(taskId, task, lease, report, AttemptStatus.FAILED);
            case CANCELLED -> ended(taskId, task, lease, report, AttemptStatus.CANCELLED);
            case SKIPPED -> ended(taskId, task, lease, report, AttemptStatus.SKIPPED);
            case UNKNOWN -> {
                // A report that only a newer version understands says at least that the agent is there.
            }
        }
    }

    private void started(String taskId, TaskEntry.Live task, TaskEntry.Lease lease, AgentResult report) {
        if (lease.startedAt() != 0) {
            return;
        }
        TaskEntry.Lease started = lease.started(report.getAgentId(), startOf(lease, report));
        TaskEntry.Live next = task.withPhase(new TaskEntry.Phase.Running(started));
        if (task.startedAt() == 0) {
            next = next.withStartedAt(started.startedAt());
            Deadlines.onFirstStart(step, taskId, next);
        }
        step.putTask(taskId, next);
        step.journal(TaskEventType.TASK_STARTED, taskId, task.workflowId(), task.spec())
                .lease(started)
                .step(report.getStep())
                .brain(report.getBrain())
                .add();
        budgets.started(taskId, next, started);
    }

    /** The worker's clock says when the agent started, within what core knows. */
    private long startOf(TaskEntry.Lease lease, AgentResult report) {
        return Math.max(lease.assignedAt(), Math.min(step.now(), report.getAt().toEpochMilli()));
    }

    private void ended(
            String taskId, TaskEntry.Live task, TaskEntry.Lease lease, AgentResult report, AttemptStatus status) {
        step.commandAbout(lease.workerId(), lease.incarnation(), CommandType.ACKNOWLEDGE, lease.leaseId(), "");
        budgets.used(taskId, task, lease, usageAtEnd(report));
        TaskEntry.Live now = current(taskId, task);
        TaskEntry.Lease held = now.phase() instanceof TaskEntry.Phase.Running running ? running.lease() : lease;
        if (held.agentId().isEmpty() && !report.getAgentId().isEmpty()) {
            held = held.started(report.getAgentId(), held.startedAt());
        }
        Leases.conclude(step, endings, taskId, now, held, status, report.getFailure(), report.getResult());
    }

    private static @Nullable Usage usageAtEnd(AgentResult report) {
        if (report.getUsage() != null || report.getResult() == null) {
            return report.getUsage();
        }
        return report.getResult().getUsage();
    }

    private TaskEntry.Live current(String taskId, TaskEntry.Live task) {
        TaskEntry.Live now = step.liveTask(taskId);
        return now == null ? task : now;
    }

    /** The agent works for nothing: it is told to stop, or its worker to forget the result. */
    private void ofAnotherLease(AgentResult report) {
        boolean over = !ReportTypes.isUnderWay(report.getType());
        step.commandAbout(
                report.getWorkerId(),
                report.getIncarnation(),
                over ? CommandType.ACKNOWLEDGE : CommandType.CANCEL,
                report.getLeaseId(),
                "Lease " + report.getLeaseId() + " is not the current one of task " + report.getTaskId());
    }
}
