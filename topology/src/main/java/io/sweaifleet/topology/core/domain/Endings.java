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
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Runs runs;
    private final Steps steps;
    private final Deque<Ended> unsettled = new ArrayDeque<>();
    private final Deque<String> allEnded = new ArrayDeque<>();
    private boolean settling;

    Endings(Step step) {
        this.step = step;
        this.runs = new Runs(step, this);
        this.steps = new Steps(step, this, runs);
    }

    /** What becomes of the steps of runs. */
    Steps steps() {
        return steps;
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
        close(taskId, task, status, failure, result, false);
        unsettled.add(new Ended(taskId, task, status, false));
        settle();
    }

    /** Ends a task whose dependents are ended by the caller too. */
    void endAlone(String taskId, TaskEntry.Live task, TaskStatus status, Failure failure) {
        close(taskId, task, status, failure, null, false);
        settle();
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
                new TaskEntry.Phase.Waiting(0),
                null);
        close(taskId, stub, TaskStatus.FAILED, failure, null, false);
        settle();
    }

    private void settle() {
        // A queue, not recursion: a chain of 1,000 tasks must not depend on the depth of the stack. Whatever ends while
        // this goes on is settled by it too.
        if (settling) {
            return;
        }
        settling = true;
        boolean more = true;
        while (more && step.hasRoom()) {
            more = settleNext();
        }
        settling = false;
    }

    /** Tells one that waits for an end; whether there was anything to tell. */
    private boolean settleNext() {
        Ended ended = unsettled.peek();
        if (ended == null) {
            String workflowId = allEnded.poll();
            if (workflowId != null) {
                runs.onAllEnded(workflowId);
            }
            return workflowId != null;
        }
        List<String> dependents = ended.task.dependents();
        if (ended.told < dependents.size()) {
            String dependentId = dependents.get(ended.told++);
            TaskEntry.Live dependent = step.liveTask(dependentId);
            if (dependent != null && dependent.phase() instanceof TaskEntry.Phase.Waiting waiting) {
                settle(ended, dependentId, dependent, waiting.open());
            }
            return true;
        }
        unsettled.poll();
        Position position = ended.task.position();
        if (position != null && !position.parent().isEmpty()) {
            steps.onEnded(position.parent(), ended.taskId);
        }
        return true;
    }

    /** At the end of a decision: dependents that it had no room for are told in the next. */
    void leaveRest() {
        if (!unsettled.isEmpty() || !allEnded.isEmpty()) {
            List<Ended> rest = List.copyOf(unsettled);
            List<String> runsLeft = List.copyOf(allEnded);
            step.goOn((next, endings) -> endings.settle(rest, runsLeft));
        }
    }

    private void settle(List<Ended> rest, List<String> runsLeft) {
        unsettled.addAll(rest);
        allEnded.addAll(runsLeft);
        settle();
    }

    private void settle(Ended ended, String dependentId, TaskEntry.Live dependent, int open) {
        FailurePolicy policy = ended.task.spec().getOnFailure();
        boolean worked = ended.status == TaskStatus.SUCCEEDED || (ended.status == TaskStatus.SKIPPED && !ended.blocked);
        if (worked || policy == FailurePolicy.CONTINUE) {
            if (open > 1) {
                step.putTask(dependentId, dependent.withPhase(new TaskEntry.Phase.Waiting(open - 1)));
            } else {
                steps.begin(dependentId, dependent);
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
        close(dependentId, dependent, status, failure, null, true);
        unsettled.add(new Ended(dependentId, dependent, status, true));
    }

    private void close(
            String taskId,
            TaskEntry.Live task,
            TaskStatus status,
            @Nullable Failure failure,
            @Nullable TaskResult result,
            boolean blocked) {
        WorkflowEntry.Live workflow = step.workflowOf(taskId, task);
        leavePhase(taskId, task);
        Backlog.add(step, Texts.tenant(task.spec().getTenant()), -1);
        Deadlines.drop(step, taskId, task);
        if (task.spec().getBudget() != null) {
            Budgets.forget(step, new BudgetScope(BudgetScope.Kind.TASK, taskId));
        }
        Position position = task.position();
        TaskResult kept = task.dependents().isEmpty() && position == null ? null : result;
        step.putTask(
                taskId,
                new TaskEntry.Ended(
                        task.workflowId(),
                        status,
                        task.attempts().size(),
                        kept == null ? Map.of() : kept.getOutputs(),
                        kept == null ? List.of() : kept.getArtifacts(),
                        position == null
                                ? null
                                : new TaskEntry.StepEnd(
                                        position, blocked, failure, kept == null ? 0 : kept.getFindingsTotal())));
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
                        failure,
                        position),
                workflow.traceparent()));
        Step.Entry entry = step.journal(TaskEventType.TASK_ENDED, taskId, task.workflowId(), task.spec())
                .status(status)
                .failure(failure)
                .definitionStep(position == null ? "" : position.step());
        if (result != null) {
            entry.brain(result.getBrain()).message(result.getSummary());
        } else if (failure != null) {
            entry.message(failure.getMessage());
        }
        entry.add();
        if (position != null && status == TaskStatus.SUCCEEDED) {
            noteUndoable(taskId, task.workflowId(), position);
        }
        int open = workflow.open() - 1;
        if (workflow.run() != null) {
            step.state.put(new Key.OfWorkflow(step.pool, task.workflowId()), workflow.withOpen(open));
            if (open == 0) {
                allEnded.add(task.workflowId());
            }
        } else if (open > 0) {
            step.state.put(new Key.OfWorkflow(step.pool, task.workflowId()), workflow.withOpen(open));
        } else {
            finish(task.workflowId(), workflow);
        }
    }

    /** Remembers a success that has to be undone should the run fail. */
    private void noteUndoable(String taskId, String workflowId, Position position) {
        OpenRun run = OpenRun.of(step, workflowId);
        WorkflowStep definition = run.step(position.step());
        if (definition.getCompensate() != null
                && run.entry().closing() == null
                && !position.isCompensation()
                && !Doing.of(definition, position).isFrame()) {
            step.state.put(new Key.OfRun(step.pool, workflowId), run.entry().withUndoable(taskId));
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
        } else if (phase instanceof TaskEntry.Phase.Asking asking) {
            dropTimer(asking.dueAt(), TimerKind.ANSWER_DUE, taskId);
            Key.OfMailbox box = new Key.OfMailbox(step.pool, "", taskId);
            if (step.state.get(box) != null) {
                step.state.delete(box);
            }
        } else if (phase instanceof TaskEntry.Phase.Items items) {
            dropTimer(items.growAt(), TimerKind.ITEMS_REST, taskId);
        } else if (phase instanceof TaskEntry.Phase.Calling calling) {
            dropTimer(calling.dueAt(), TimerKind.CALL, taskId);
            if (calling.hasBegun()) {
                steps.calls().cancel(taskId, task.workflowId());
            }
        }
    }

    /** A timer that may not be set. */
    private void dropTimer(long dueAt, TimerKind kind, String taskId) {
        if (dueAt != 0) {
            step.dropTimer(dueAt, kind, taskId);
        }
    }

    /** From now on a run ends in this way, with nothing undone, as soon as its tasks have ended; at once when it has none. */
    void closeRun(String workflowId, WorkflowEntry.Live workflow, RunEntry.Closing closing) {
        if (workflow.taskIds().isEmpty()) {
            endRun(workflowId, workflow, closing);
            return;
        }
        RunRequest nothing = new RunRequest("", null, Map.of(), null, null, null, null);
        step.state.put(
                new Key.OfRun(step.pool, workflowId),
                new RunEntry(nothing, 0, workflow.acceptedAt(), 0, List.of(), closing));
    }

    /** Writes the end of a run, and tells the step that began it. */
    void endRun(String workflowId, WorkflowEntry.Live workflow, RunEntry.Closing closing) {
        RunLink link = Objects.requireNonNull(workflow.run(), "a run has a definition");
        forgetBudget(workflowId, workflow);
        List<TaskEnd> ends = new ArrayList<>(workflow.taskIds().size());
        for (String taskId : workflow.taskIds()) {
            if (step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended) {
                Position position = ended.end() == null ? null : ended.end().position();
                ends.add(new TaskEnd(
                        taskId,
                        ended.status(),
                        ended.attempts(),
                        position == null ? "" : position.step(),
                        position == null || !position.isCompensation() ? null : position.undoes()));
            }
        }
        for (Key<?> key : List.of(new Key.OfRun(step.pool, workflowId), new Key.OfMailbox(step.pool, workflowId, ""))) {
            if (step.state.get(key) != null) {
                step.state.delete(key);
            }
        }
        end(
                workflowId,
                workflow.digest(),
                workflow.taskIds(),
                new WorkflowOutcome(
                        step.pool,
                        workflow.tenant(),
                        workflowId,
                        closing.status(),
                        workflow.title(),
                        Instant.ofEpochMilli(workflow.submittedAt()),
                        step.decidedAt(),
                        ends,
                        closing.failure(),
                        workflow.labels(),
                        workflow.correlationId(),
                        link.definition(),
                        link.version() == 0 ? null : link.version(),
                        closing.outputs(),
                        link.parentWorkflowId().isEmpty() ? null : link.parentWorkflowId(),
                        link.parentTaskId().isEmpty() ? null : link.parentTaskId()),
                workflow.traceparent());
        if (link.parentWorkflowId().isEmpty()) {
            Schedules.onRunEnded(step, workflowId, workflow.labels());
        }
        shrink(workflow.taskIds(), 0);
        steps.calls().onEnded(link, workflowId, closing);
    }

    private void forgetBudget(String workflowId, WorkflowEntry.Live workflow) {
        if (workflow.budget() != null) {
            Budgets.forget(step, new BudgetScope(BudgetScope.Kind.WORKFLOW, workflowId));
        }
    }

    /** Ends a workflow whose tasks have all ended. */
    void finish(String workflowId, WorkflowEntry.Live workflow) {
        forgetBudget(workflowId, workflow);
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
                    && !ended.isShrunk()) {
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
            step.putTask(taskId, new TaskEntry.Ended(submission.workflowId(), status, 0, Map.of(), List.of(), null));
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
                            failure,
                            null),
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
                        submission.workflow().getDefinition(),
                        submission.workflow().getDefinitionVersion(),
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
            @Nullable Failure failure,
            @Nullable Position position) {
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
                position == null ? "" : position.step(),
                position == null || !position.isCompensation() ? null : position.undoes());
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
