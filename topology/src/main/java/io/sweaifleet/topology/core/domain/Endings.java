package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How tasks and workflows end.
 *
 * <p>What the end of a task means to the tasks that depend on it:
 *
 * <table>
 * <caption>Ends and dependents</caption>
 * <tr><th>The task</th><th>onFailure</th><th>its dependents</th></tr>
 * <tr><td>SUCCEEDED, or SKIPPED by its agent</td><td>any</td><td>run</td></tr>
 * <tr><td>any other end</td><td>CONTINUE</td><td>run</td></tr>
 * <tr><td>FAILED, EXPIRED, REJECTED</td><td>FAIL_DEPENDENTS</td><td>end as FAILED</td></tr>
 * <tr><td>any other end, including SKIPPED because of its own dependency</td><td>otherwise</td><td>end as SKIPPED</td></tr>
 * </table>
 */
final class Endings {

    private final Step step;
    private final Deque<Ended> unsettled = new ArrayDeque<>();

    Endings(Step step) {
        this.step = step;
    }

    /** A task that has ended, of which so many dependents know. */
    private static final class Ended {
        private final String taskId;
        private final TaskEntry.Live task;
        private final TaskStatus status;
        private final boolean blocked;
        private int told;

        Ended(String taskId, TaskEntry.Live task, TaskStatus status, boolean blocked) {
            this.taskId = taskId;
            this.task = task;
            this.status = status;
            this.blocked = blocked;
        }
    }

    /** Ends a task by itself and settles everything that depends on it. */
    void end(
            String taskId,
            TaskEntry.Live task,
            TaskStatus status,
            @Nullable Failure failure,
            @Nullable TaskResult result) {
        close(taskId, task, status, failure, result);
        unsettled.add(new Ended(taskId, task, status, false));
        settle();
    }

    /** Ends a task whose dependents are ended by the caller too. */
    void endAlone(String taskId, TaskEntry.Live task, TaskStatus status, Failure failure) {
        close(taskId, task, status, failure, null);
    }

    /** Ends a task of which nothing but the id can be read. */
    void endDamaged(String taskId, WorkflowEntry.Live atFirst, String workflowId, Failure failure) {
        TaskSubmitted unknown = new TaskSubmitted(
                taskId,
                step.pool,
                atFirst.tenant(),
                workflowId,
                "",
                "",
                "",
                null,
                null,
                null,
                Map.of(),
                List.of(),
                null,
                null,
                null,
                null,
                FailurePolicy.UNKNOWN,
                Map.of(),
                null,
                null,
                null,
                null,
                1,
                null,
                null,
                null,
                null,
                null,
                null);
        TaskEntry.Live stub = new TaskEntry.Live(
                workflowId,
                unknown,
                List.of(),
                0,
                atFirst.acceptedAt(),
                0,
                0,
                List.of(),
                new TaskEntry.Phase.Waiting(0));
        close(taskId, stub, TaskStatus.FAILED, failure, null);
    }

    private void settle() {
        // A queue, not recursion: a chain of 1,000 tasks must not depend on the depth of the stack.
        for (Ended ended = unsettled.peek(); ended != null; ended = unsettled.peek()) {
            List<String> dependents = ended.task.dependents();
            for (; ended.told < dependents.size(); ended.told++) {
                if (!step.hasRoom()) {
                    return;
                }
                String dependentId = dependents.get(ended.told);
                TaskEntry.Live dependent = step.liveTask(dependentId);
                if (dependent != null && dependent.phase() instanceof TaskEntry.Phase.Waiting waiting) {
                    settle(ended, dependentId, dependent, waiting.open());
                }
            }
            unsettled.poll();
        }
    }

    /** At the end of a decision: dependents that it had no room for are told in the next. */
    void leaveRest() {
        if (!unsettled.isEmpty()) {
            List<Ended> rest = List.copyOf(unsettled);
            step.goOn((next, endings) -> endings.settle(rest));
        }
    }

    private void settle(List<Ended> rest) {
        unsettled.addAll(rest);
        settle();
    }

    private void settle(Ended ended, String dependentId, TaskEntry.Live dependent, int open) {
        FailurePolicy policy = ended.task.spec().getOnFailure();
        boolean worked = ended.status == TaskStatus.SUCCEEDED || (ended.status == TaskStatus.SKIPPED && !ended.blocked);
        if (worked || policy == FailurePolicy.CONTINUE) {
            if (open > 1) {
                step.putTask(dependentId, dependent.withPhase(new TaskEntry.Phase.Waiting(open - 1)));
            } else {
                Queue.enqueue(step, dependentId, dependent);
            }
            return;
        }
        boolean failed =
                switch (ended.status) {
                    case FAILED, EXPIRED, REJECTED -> true;
                    default -> false;
                };
        TaskStatus status = failed && policy == FailurePolicy.FAIL_DEPENDENTS ? TaskStatus.FAILED : TaskStatus.SKIPPED;
        Failure failure = Failures.permanent(
                "DEPENDENCY_" + ended.status.name(),
                "Task " + dependentId + " depends on task " + ended.taskId + ", which ended as " + ended.status,
                "See the outcome of task " + ended.taskId
                        + "; set its onFailure to CONTINUE if this task should run all the same");
        close(dependentId, dependent, status, failure, null);
        unsettled.add(new Ended(dependentId, dependent, status, true));
    }

    private void close(
            String taskId,
            TaskEntry.Live task,
            TaskStatus status,
            @Nullable Failure failure,
            @Nullable TaskResult result) {
        WorkflowEntry.Live workflow = step.workflowOf(taskId, task);
        leavePhase(taskId, task);
        Backlog.add(step, Texts.tenant(task.spec().getTenant()), -1);
        Deadlines.drop(step, taskId, task);
        if (task.spec().getBudget() != null) {
            Budgets.forget(step, new BudgetScope(BudgetScope.Kind.TASK, taskId));
        }
        TaskResult kept = task.dependents().isEmpty() ? null : result;
        step.putTask(
                taskId,
                new TaskEntry.Ended(
                        task.workflowId(),
                        status,
                        task.attempts().size(),
                        kept == null ? Map.of() : kept.getOutputs(),
                        kept == null ? List.of() : kept.getArtifacts()));
        step.tell(new Effect.Outcome(
                outcome(
                        taskId,
                        task.workflowId(),
                        task.spec(),
                        workflow.labels(),
                        workflow.correlationId(),
                        workflow.origin(),
                        status,
                        task.acceptedAt(),
                        task.startedAt(),
                        task.attempts(),
                        result,
                        failure),
                workflow.traceparent()));
        Step.Entry entry = step.journal(TaskEventType.TASK_ENDED, taskId, task.workflowId(), task.spec())
                .status(status)
                .failure(failure);
        if (result != null) {
            entry.brain(result.getBrain()).message(result.getSummary());
        } else if (failure != null) {
            entry.message(failure.getMessage());
        }
        entry.add();
        int open = workflow.open() - 1;
        if (open > 0) {
            step.state.put(new Key.OfWorkflow(step.pool, task.workflowId()), workflow.withOpen(open));
        } else {
            finish(task.workflowId(), workflow);
        }
    }

    /** Takes a task out of whatever its phase holds: queue, timers, lease. */
    private void leavePhase(String taskId, TaskEntry.Live task) {
        TaskEntry.Phase phase = task.phase();
        Key.OfReady place = Queue.placeOf(step.pool, taskId, task);
        if (place != null) {
            Queue.remove(step, place, task);
        }
        if (phase instanceof TaskEntry.Phase.Ready) {
            Gates.wakeNext(step, task.spec().getConcurrencyKey());
        } else if (phase instanceof TaskEntry.Phase.Backoff backoff) {
            step.dropTimer(backoff.dueAt(), TimerKind.RETRY, taskId);
        } else if (phase instanceof TaskEntry.Phase.Running running) {
            Leases.release(step, taskId, task, running.lease());
        }
    }

    /** Ends a workflow whose tasks have all ended. */
    void finish(String workflowId, WorkflowEntry.Live workflow) {
        if (workflow.budget() != null) {
            Budgets.forget(step, new BudgetScope(BudgetScope.Kind.WORKFLOW, workflowId));
        }
        List<TaskEnd> ends = new ArrayList<>(workflow.taskIds().size());
        for (String taskId : workflow.taskIds()) {
            if (step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended) {
                ends.add(new TaskEnd(taskId, ended.status(), ended.attempts(), "", null));
            }
        }
        WorkflowStatus status = statusOf(ends);
        end(
                workflowId,
                workflow.digest(),
                workflow.taskIds(),
                new WorkflowOutcome(
                        step.pool,
                        workflow.tenant(),
                        workflowId,
                        status,
                        workflow.title(),
                        Instant.ofEpochMilli(workflow.submittedAt()),
                        step.decidedAt(),
                        ends,
                        null,
                        workflow.labels(),
                        workflow.correlationId(),
                        null,
                        null,
                        Map.of(),
                        null,
                        null),
                workflow.traceparent());
        Schedules.onRunEnded(step, workflowId, workflow.labels());
        shrink(workflow.taskIds(), 0);
    }

    /** What tasks kept for those that depend on them is of no use once all have ended. */
    private void shrink(List<String> taskIds, int from) {
        for (int i = from; i < taskIds.size(); i++) {
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, endings) -> endings.shrink(taskIds, next));
                return;
            }
            String taskId = taskIds.get(i);
            if (step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended
                    && !(ended.outputs().isEmpty() && ended.artifacts().isEmpty())) {
                step.putTask(taskId, ended.shrunk());
            }
        }
    }

    /** Writes the end of a workflow and leaves a tombstone. */
    private void end(
            String workflowId,
            String digest,
            List<String> taskIds,
            WorkflowOutcome outcome,
            @Nullable String traceparent) {
        step.state.put(
                new Key.OfWorkflow(step.pool, workflowId),
                new WorkflowEntry.Ended(digest, taskIds, outcome.getStatus(), step.now()));
        step.setTimer(step.now() + step.rules.dedupeRetentionMs(), TimerKind.FORGET_WORKFLOW, workflowId);
        step.tell(new Effect.WorkflowEnd(outcome, traceparent));
        step.journal(TaskEventType.WORKFLOW_ENDED, workflowId, outcome.getTenant())
                .workflowStatus(outcome.getStatus())
                .failure(outcome.getFailure())
                .add();
    }

    private static WorkflowStatus statusOf(List<TaskEnd> ends) {
        boolean cancelled = false;
        boolean failed = false;
        boolean allRejected = true;
        for (TaskEnd end : ends) {
            switch (end.getStatus()) {
                case FAILED, EXPIRED, REJECTED -> failed = true;
                case CANCELLED -> cancelled = true;
                default -> {}
            }
            allRejected &= end.getStatus() == TaskStatus.REJECTED;
        }
        if (allRejected) {
            return WorkflowStatus.REJECTED;
        }
        if (failed) {
            return WorkflowStatus.FAILED;
        }
        return cancelled ? WorkflowStatus.CANCELLED : WorkflowStatus.SUCCEEDED;
    }

    /**
     * Ends a submission that never became a live workflow: every task gets its outcome, at once.
     *
     * @param status status of the tasks; a task id that another workflow holds is left alone
     */
    void endUnaccepted(Submission submission, TaskStatus status, Failure failure) {
        endUnaccepted(submission, status, failure, 0, List.of());
    }

    /**
     * @param from index of the next task
     * @param before ids of the tasks that ended in the decisions before
     */
    private void endUnaccepted(
            Submission submission, TaskStatus status, Failure failure, int from, List<String> before) {
        List<String> taskIds = new ArrayList<>(before);
        for (int i = from; i < submission.tasks().size(); i++) {
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, endings) -> endings.endUnaccepted(submission, status, failure, next, taskIds));
                return;
            }
            TaskSubmitted task = submission.tasks().get(i);
            String taskId = submission.idOf(task);
            if (step.state.get(new Key.OfTask(step.pool, taskId)) != null) {
                continue;
            }
            taskIds.add(taskId);
            step.putTask(taskId, new TaskEntry.Ended(submission.workflowId(), status, 0, Map.of(), List.of()));
            step.tell(new Effect.Outcome(
                    outcome(
                            taskId,
                            submission.workflowId(),
                            task,
                            submission.labels(),
                            submission.correlationId(),
                            submission.origin(),
                            status,
                            step.now(),
                            0,
                            List.of(),
                            null,
                            failure),
                    submission.traceparent()));
            step.journal(TaskEventType.TASK_ENDED, taskId, submission.workflowId(), task)
                    .status(status)
                    .failure(failure)
                    .message(failure.getMessage())
                    .add();
        }
        end(
                submission.workflowId(),
                submission.digest(),
                taskIds,
                new WorkflowOutcome(
                        step.pool,
                        submission.tenant(),
                        submission.workflowId(),
                        status == TaskStatus.REJECTED ? WorkflowStatus.REJECTED : WorkflowStatus.FAILED,
                        submission.title(),
                        submission.origin().getTimestamp(),
                        step.decidedAt(),
                        taskIds.stream()
                                .map(taskId -> new TaskEnd(taskId, status, 0, "", null))
                                .toList(),
                        failure,
                        submission.labels(),
                        submission.correlationId(),
                        null,
                        null,
                        Map.of(),
                        null,
                        null),
                submission.traceparent());
    }

    private TaskOutcome outcome(
            String taskId,
            String workflowId,
            TaskSubmitted spec,
            Map<String, String> workflowLabels,
            @Nullable String workflowCorrelationId,
            Origin origin,
            TaskStatus status,
            long acceptedAt,
            long startedAt,
            List<AttemptSummary> attempts,
            @Nullable TaskResult result,
            @Nullable Failure failure) {
        Integer priority = spec.getPriority();
        String correlationId = spec.getCorrelationId();
        return new TaskOutcome(
                step.pool,
                Texts.tenant(spec.getTenant()),
                workflowId,
                taskId,
                status,
                spec.getKind(),
                spec.getRole(),
                spec.getTitle(),
                spec.getRepository(),
                spec.getDependsOn(),
                priority == null ? 5 : priority,
                origin.getTimestamp(),
                Instant.ofEpochMilli(acceptedAt),
                startedAt == 0 ? null : Instant.ofEpochMilli(startedAt),
                step.decidedAt(),
                attempts,
                result,
                failure,
                merged(workflowLabels, spec.getLabels()),
                correlationId == null ? workflowCorrelationId : correlationId,
                origin,
                "",
                null);
    }

    /** Labels of the workflow and of the task; the task's win. */
    static Map<String, String> merged(Map<String, String> ofWorkflow, Map<String, String> ofTask) {
        if (ofWorkflow.isEmpty()) {
            return ofTask;
        }
        if (ofTask.isEmpty()) {
            return ofWorkflow;
        }
        Map<String, String> all = new HashMap<>(ofWorkflow);
        all.putAll(ofTask);
        return all;
    }
}
