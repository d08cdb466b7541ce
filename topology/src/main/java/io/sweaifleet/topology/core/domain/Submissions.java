package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What becomes of a submission: accepted, refused, or recognised as a repetition. */
final class Submissions {

    private final Step step;
    private final Endings endings;

    Submissions(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    void on(Submission submission) {
        step.blamed = submission.workflowId();
        boolean readBefore = mark(submission.origin());
        WorkflowEntry known = step.state.get(new Key.OfWorkflow(step.pool, submission.workflowId()));
        if (known != null) {
            repeated(submission, known);
            return;
        }
        Failure refusal = submission.input().getRefusal();
        if (submission.input().getType() == CoreInputType.REFUSAL && refusal != null) {
            endings.endUnaccepted(submission, TaskStatus.REJECTED, refusal);
            return;
        }
        if (tooOld(submission)) {
            if (readBefore) {
                ignored(submission, "was read before and forgotten since");
            } else {
                endings.endUnaccepted(submission, TaskStatus.REJECTED, tooOldFailure(submission));
            }
            return;
        }
        List<String> taken = takenIds(submission);
        if (!taken.isEmpty()) {
            contradicted(submission, taken);
            return;
        }
        take(submission);
    }

    /** Accepts a submission whose ids are free, unless its pool is closed or its tenant has too much to do. */
    void take(Submission submission) {
        step.blamed = submission.workflowId();
        if (step.declared != null && step.declared.closed()) {
            endings.endUnaccepted(
                    submission,
                    TaskStatus.REJECTED,
                    Failures.permanent(
                            "POOL_CLOSED",
                            "Pool " + step.pool + " is closed to new work",
                            "Declare the pool again on fleet.pools, or submit to another",
                            "pool",
                            step.pool));
            return;
        }
        String definition = submission.workflow().getDefinition();
        if (definition != null) {
            new Runs(step, endings).ask(submission, definition);
            return;
        }
        Failure full =
                Backlog.refusal(step, submission.tenant(), submission.tasks().size());
        if (full != null) {
            endings.endUnaccepted(submission, TaskStatus.REJECTED, full);
            return;
        }
        accept(submission);
    }

    /** Remembers how far the topics that intake reads have come; tells whether this record had been seen. */
    private boolean mark(Origin origin) {
        if (origin.getTopicId().isEmpty()) {
            // Offsets of a topic without an id mean nothing once it is created anew.
            return false;
        }
        Key.OfMark key = new Key.OfMark(step.pool, origin.getTopicId(), origin.getPartition());
        Long highest = step.state.get(key);
        if (highest != null && highest >= origin.getOffset()) {
            return true;
        }
        step.state.put(key, origin.getOffset());
        return false;
    }

    private boolean tooOld(Submission submission) {
        return submission.origin().getTimestamp().toEpochMilli() + step.rules.dedupeRetentionMs() < step.now();
    }

    private Failure tooOldFailure(Submission submission) {
        return Failures.permanent(
                "TOO_OLD",
                "The submission was appended at " + submission.origin().getTimestamp()
                        + ", longer ago than repeated submissions are recognised ("
                        + step.rules.dedupeRetentionMs() + " ms)",
                "Submit it again with a new id");
    }

    private void repeated(Submission submission, WorkflowEntry known) {
        boolean same = known.digest().equals(submission.digest());
        if (same || submission.input().getType() == CoreInputType.REFUSAL) {
            // A refused one is a dead letter already; the earlier submission keeps the only outcome.
            ignored(
                    submission,
                    known instanceof WorkflowEntry.Ended ended ? "had ended as " + ended.status() : "is under way");
            return;
        }
        String first = submission.lone() ? submission.workflowId() : null;
        step.refuse(
                DeadLetterCause.CONTRADICTION,
                Failures.permanent(
                        "ID_REUSED",
                        "The submission at " + submission.place() + " has the id of an earlier one, "
                                + submission.workflowId() + " of pool " + step.pool + ", but other content",
                        "Give new work a new id; the outcome of the earlier submission stands",
                        "id",
                        submission.workflowId()),
                submission.tenant(),
                submission.workflowId(),
                first);
    }

    private void ignored(Submission submission, String why) {
        Step.Entry entry = step.journal(TaskEventType.DUPLICATE_IGNORED, submission.workflowId(), submission.tenant());
        if (submission.lone()) {
            entry.task(submission.workflowId());
        }
        entry.message("Submission at " + submission.place() + " repeats " + submission.workflowId() + ", which " + why)
                .add();
    }

    /** Ids of its tasks that the pool knows already. */
    List<String> takenIds(Submission submission) {
        List<String> taken = new ArrayList<>();
        for (TaskSubmitted task : submission.tasks()) {
            String taskId = submission.idOf(task);
            if (step.state.get(new Key.OfTask(step.pool, taskId)) != null) {
                taken.add(taskId);
            }
        }
        return taken;
    }

    /** Tasks of other workflows have these ids: they keep their outcomes, the rest of this submission is refused. */
    private void contradicted(Submission submission, List<String> taken) {
        Failure failure = Failures.permanent(
                "TASK_ID_TAKEN",
                "The submission at " + submission.place() + " uses task ids that other workflows of pool " + step.pool
                        + " hold: " + String.join(", ", taken.subList(0, Math.min(10, taken.size()))),
                "Task ids are unique within their pool; give new work new ids",
                "tasks.id",
                taken.get(0));
        step.refuse(
                DeadLetterCause.CONTRADICTION,
                failure,
                submission.tenant(),
                submission.workflowId(),
                submission.lone() ? submission.workflowId() : null);
        if (!submission.lone()) {
            endings.endUnaccepted(submission, TaskStatus.REJECTED, failure);
        }
    }

    private void accept(Submission submission) {
        String workflowId = submission.workflowId();
        List<String> taskIds = submission.tasks().stream().map(submission::idOf).toList();
        WorkflowEntry.Live workflow = new WorkflowEntry.Live(
                submission.digest(),
                taskIds,
                submission.lone(),
                submission.tenant(),
                submission.title(),
                submission.labels(),
                submission.correlationId(),
                submission.origin(),
                submission.traceparent(),
                submission.origin().getTimestamp().toEpochMilli(),
                step.now(),
                taskIds.size(),
                Budget.of(submission.workflow().getBudget()),
                null);
        step.state.put(new Key.OfWorkflow(step.pool, workflowId), workflow);
        Backlog.add(step, submission.tenant(), taskIds.size());
        step.journal(TaskEventType.WORKFLOW_ACCEPTED, workflowId, submission.tenant())
                .message(submission.title())
                .add();
        Map<String, List<String>> dependents = new HashMap<>();
        for (TaskSubmitted task : submission.tasks()) {
            for (String needed : distinct(task.getDependsOn())) {
                dependents.computeIfAbsent(needed, id -> new ArrayList<>()).add(submission.idOf(task));
            }
        }
        acceptTasks(submission, dependents, 0);
    }

    private void acceptTasks(Submission submission, Map<String, List<String>> dependents, int from) {
        String workflowId = submission.workflowId();
        step.blamed = workflowId;
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        if (workflow == null) {
            // It was set aside meanwhile.
            return;
        }
        for (int i = from; i < submission.tasks().size(); i++) {
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, ends) -> new Submissions(later, ends).acceptTasks(submission, dependents, next));
                return;
            }
            TaskSubmitted spec = submission.tasks().get(i);
            acceptTask(workflowId, submission.idOf(spec), spec, dependents);
        }
        new Controls(step, endings).applyEarly(workflowId, workflow.taskIds());
    }

    private void acceptTask(
            String workflowId, String taskId, TaskSubmitted spec, Map<String, List<String>> dependents) {
        step.journal(TaskEventType.TASK_ACCEPTED, taskId, workflowId, spec)
                .message(spec.getTitle())
                .add();
        int open = distinct(spec.getDependsOn()).size();
        TaskEntry.Live task = new TaskEntry.Live(
                workflowId,
                spec,
                Objects.requireNonNullElse(dependents.get(taskId), List.of()),
                step.lastEvent(),
                step.now(),
                0,
                0,
                List.of(),
                new TaskEntry.Phase.Waiting(open),
                null);
        Instant deadline = spec.getDeadline();
        if (deadline != null) {
            step.setTimer(deadline.toEpochMilli(), TimerKind.DEADLINE, taskId);
        }
        if (open == 0) {
            Queue.enqueue(step, taskId, task);
        } else {
            step.putTask(taskId, task);
            Queue.awaitDefinitions(step, taskId, task);
        }
    }

    private static Set<String> distinct(List<String> ids) {
        return ids.isEmpty() ? Set.of() : new HashSet<>(ids);
    }
}
