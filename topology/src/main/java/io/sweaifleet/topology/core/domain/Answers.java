package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Steps that wait for people and programs: approvals and signals. An answer that comes before it is waited for is kept; each is
 * taken once, whatever comes twice.
 */
final class Answers {

    private final Step step;
    private final Endings endings;

    Answers(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    // --- Steps that begin to wait

    void askApproval(String taskId, TaskEntry.Live task, WorkflowStep definition, Scope scope)
            throws StepProblemException {
        ApprovalStep approval = definition.getApproval();
        String prompt = scope.fill("approval.prompt", approval.getPrompt());
        TaskSubmitted spec =
                TaskSubmitted.newBuilder(task.spec()).setInstructions(prompt).build();
        TaskEntry.Live asking = asking(taskId, task.withSpec(spec), approval.getTimeoutMs());
        event(TaskEventType.APPROVAL_REQUESTED, taskId, asking, asked(approval, prompt))
                .dueAt(((TaskEntry.Phase.Asking) asking.phase()).dueAt())
                .add();
        Key.OfMailbox box = new Key.OfMailbox(step.pool, "", taskId);
        for (Mailbox.Letter letter : letters(box)) {
            TaskEntry.Live waiting = step.liveTask(taskId);
            if (letter.verdict() != null && waiting != null) {
                takeOut(box, letter);
                answer(taskId, waiting, approval, letter);
            }
        }
    }

    /** What an approval is asked for, for people. */
    static String asked(ApprovalStep approval, String prompt) {
        List<String> approvers = approval.getApprovers();
        return "asks " + (approvers.isEmpty() ? "anybody" : String.join(", ", approvers)) + " for approval"
                + (prompt.isEmpty() ? "" : ": " + prompt);
    }

    void awaitSignal(String taskId, TaskEntry.Live task, WorkflowStep definition) {
        SignalStep signal = definition.getSignal();
        TaskEntry.Live asking = asking(taskId, task, signal.getTimeoutMs());
        event(TaskEventType.SIGNAL_AWAITED, taskId, asking, "waits for signal " + signal.getName())
                .dueAt(((TaskEntry.Phase.Asking) asking.phase()).dueAt())
                .add();
        for (Key.OfMailbox box : List.of(
                new Key.OfMailbox(step.pool, "", taskId), new Key.OfMailbox(step.pool, task.workflowId(), ""))) {
            Optional<Mailbox.Letter> letter =
                    mailbox(box).first(one -> one.signal().equals(signal.getName()));
            if (letter.isPresent()) {
                takeOut(box, letter.get());
                received(taskId, asking, letter.get());
                return;
            }
        }
    }

    private TaskEntry.Live asking(String taskId, TaskEntry.Live task, @Nullable Long timeoutMs) {
        long dueAt = timeoutMs == null ? 0 : step.now() + timeoutMs;
        if (timeoutMs != null) {
            step.setTimer(dueAt, TimerKind.ANSWER_DUE, taskId);
        }
        TaskEntry.Live asking = task.withPhase(new TaskEntry.Phase.Asking(step.now(), dueAt));
        step.putTask(taskId, asking);
        return asking;
    }

    /** Nobody answered in time. */
    void onTimer(Key.OfTimer timer) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Asking phase) || phase.dueAt() != timer.dueAt()) {
            return;
        }
        step.blamed = task.workflowId();
        WorkflowStep definition = definition(task);
        ApprovalStep approval = definition.getApproval();
        TimeoutAction action = approval == null ? TimeoutAction.FAIL : approval.getOnTimeout();
        switch (action) {
            case APPROVE -> decide(timer.id(), task, Verdict.APPROVED, "", "nobody answered in time");
            case REJECT -> decide(timer.id(), task, Verdict.REJECTED, "", "nobody answered in time");
            case FAIL, UNKNOWN ->
                endings.end(timer.id(), task, TaskStatus.EXPIRED, timedOut(definition, approval, phase), null);
        }
    }

    private static Failure timedOut(
            WorkflowStep definition, @Nullable ApprovalStep approval, TaskEntry.Phase.Asking phase) {
        String until = " by " + Instant.ofEpochMilli(phase.dueAt());
        return approval == null
                ? Failures.permanent(
                        "SIGNAL_TIMED_OUT",
                        "Signal " + definition.getSignal().getName() + " for step " + definition.getId()
                                + " had not come" + until,
                        "Send it in time, or raise signal.timeoutMs in the next version of the definition")
                : Failures.permanent(
                        "APPROVAL_TIMED_OUT",
                        "Nobody had approved step " + definition.getId() + until,
                        "Answer in time, or raise approval.timeoutMs in the next version of the definition");
    }

    private WorkflowStep definition(TaskEntry.Live task) {
        Position position = Objects.requireNonNull(task.position());
        return OpenRun.of(step, task.workflowId()).step(position.step());
    }

    // --- Approvals

    void on(Approval approval) {
        String id = "approval:" + approval.getId();
        String taskId = approval.getTaskId();
        Mailbox.Letter letter = new Mailbox.Letter(
                id, approval.getVerdict(), "", approval.getBy(), approval.getGroups(), approval.getComment(), Map.of());
        TaskEntry task = step.state.get(new Key.OfTask(step.pool, taskId));
        String workflowId =
                task != null ? task.workflowId() : Objects.requireNonNullElse(approval.getWorkflowId(), taskId);
        step.blamed = task == null ? null : workflowId;
        if (!isFirst(id, "", taskId)) {
            ignored(workflowId, taskId, "Approval " + approval.getId() + " was taken before");
        } else if (approval.getRequest() != null) {
            if (!new Asks(step).answered(taskId, approval.getRequest(), approval)) {
                ignored(
                        workflowId,
                        taskId,
                        "Task " + taskId + " does not ask " + approval.getRequest() + " (any more)");
            }
        } else if (task == null) {
            keep(new Key.OfMailbox(step.pool, "", taskId), letter, workflowId, taskId);
        } else if (task instanceof TaskEntry.Ended ended) {
            ignored(workflowId, taskId, "Task " + taskId + " had ended as " + ended.status());
        } else if (task instanceof TaskEntry.Live live) {
            onLive(taskId, live, letter);
        }
    }

    private void onLive(String taskId, TaskEntry.Live task, Mailbox.Letter letter) {
        ApprovalStep approval =
                task.position() == null ? null : definition(task).getApproval();
        if (approval == null) {
            ignored(task.workflowId(), taskId, "Task " + taskId + " asks for no approval");
        } else if (task.phase() instanceof TaskEntry.Phase.Asking) {
            answer(taskId, task, approval, letter);
        } else {
            keep(new Key.OfMailbox(step.pool, "", taskId), letter, task.workflowId(), taskId);
        }
    }

    private void answer(String taskId, TaskEntry.Live task, ApprovalStep approval, Mailbox.Letter letter) {
        List<String> approvers = approval.getApprovers();
        boolean counts = approvers.isEmpty()
                || approvers.contains(letter.by())
                || letter.groups().stream().anyMatch(approvers::contains);
        if (counts) {
            decide(
                    taskId,
                    task,
                    Objects.requireNonNullElse(letter.verdict(), Verdict.REJECTED),
                    letter.by(),
                    letter.comment());
        } else {
            ignored(
                    task.workflowId(),
                    taskId,
                    "The answer of " + (letter.by().isEmpty() ? "somebody without a name" : letter.by())
                            + " does not count: task " + taskId + " asks " + String.join(", ", approvers));
        }
    }

    private void decide(String taskId, TaskEntry.Live task, Verdict verdict, String by, String comment) {
        boolean approved = verdict == Verdict.APPROVED;
        String said = (approved ? "approved" : "rejected")
                + (by.isEmpty() ? "" : " by " + by)
                + (comment.isEmpty() ? "" : ": " + comment);
        event(TaskEventType.APPROVAL_GIVEN, taskId, task, said).add();
        TaskResult result = TaskResult.newBuilder()
                .setSummary(said)
                .setOutputs(Map.of("verdict", verdict.name(), "by", by, "comment", comment))
                .build();
        Failure failure = approved
                ? null
                : Failures.permanent(
                        "APPROVAL_REJECTED",
                        "Task " + taskId + " was " + said,
                        "Mend what was rejected, and run it again with a new id");
        endings.end(taskId, task, approved ? TaskStatus.SUCCEEDED : TaskStatus.FAILED, failure, result);
    }

    // --- Signals

    /** A control request with action SIGNAL; that it comes for the first time was checked. */
    void onSignal(TaskControl control) {
        String name = Objects.requireNonNull(control.getSignal(), "Intake accepted a SIGNAL without a name");
        String id = Objects.requireNonNull(control.getId());
        Mailbox.Letter letter =
                new Mailbox.Letter(id, null, name, control.getRequestedBy(), List.of(), "", control.getPayload());
        String taskId = control.getTaskId();
        if (taskId != null) {
            signalTask(taskId, letter);
        } else {
            signalWorkflow(Objects.requireNonNull(control.getWorkflowId(), "A signal without a target"), letter);
        }
    }

    private void signalTask(String taskId, Mailbox.Letter letter) {
        TaskEntry task = step.state.get(new Key.OfTask(step.pool, taskId));
        Key.OfMailbox box = new Key.OfMailbox(step.pool, "", taskId);
        if (task == null) {
            keep(box, letter, taskId, taskId);
        } else if (task instanceof TaskEntry.Ended ended) {
            ignored(task.workflowId(), taskId, "Task " + taskId + " had ended as " + ended.status());
        } else if (task instanceof TaskEntry.Live live) {
            step.blamed = live.workflowId();
            if (!waitsFor(live, letter.signal())) {
                ignored(live.workflowId(), taskId, "Task " + taskId + " does not wait for signal " + letter.signal());
            } else if (live.phase() instanceof TaskEntry.Phase.Asking) {
                received(taskId, live, letter);
            } else {
                keep(box, letter, live.workflowId(), taskId);
            }
        }
    }

    private boolean waitsFor(TaskEntry.Live task, String signal) {
        SignalStep waiting = task.position() == null ? null : definition(task).getSignal();
        return waiting != null && waiting.getName().equals(signal);
    }

    private void signalWorkflow(String workflowId, Mailbox.Letter letter) {
        WorkflowEntry workflow = step.state.get(new Key.OfWorkflow(step.pool, workflowId));
        Key.OfMailbox box = new Key.OfMailbox(step.pool, workflowId, "");
        if (workflow == null) {
            keep(box, letter, workflowId, null);
        } else if (workflow instanceof WorkflowEntry.Ended ended) {
            ignored(workflowId, null, "Workflow " + workflowId + " had ended as " + ended.status());
        } else if (workflow instanceof WorkflowEntry.Live live) {
            step.blamed = workflowId;
            if (live.run() == null) {
                ignored(workflowId, null, "Workflow " + workflowId + " is no run of a definition: it takes no signals");
                return;
            }
            String waiting = longestWaiting(live, letter.signal());
            TaskEntry.Live task = waiting == null ? null : step.liveTask(waiting);
            if (waiting != null && task != null) {
                received(waiting, task, letter);
            } else {
                keep(box, letter, workflowId, null);
            }
        }
    }

    /** The task that has waited longest for a signal, or null. */
    private @Nullable String longestWaiting(WorkflowEntry.Live workflow, String signal) {
        String longest = null;
        long since = Long.MAX_VALUE;
        for (String taskId : workflow.taskIds()) {
            TaskEntry.Live task = step.liveTask(taskId);
            if (task != null
                    && task.phase() instanceof TaskEntry.Phase.Asking phase
                    && phase.since() < since
                    && waitsFor(task, signal)) {
                longest = taskId;
                since = phase.since();
            }
        }
        return longest;
    }

    private void received(String taskId, TaskEntry.Live task, Mailbox.Letter letter) {
        String said = "signal " + letter.signal() + (letter.by().isEmpty() ? "" : " by " + letter.by());
        event(TaskEventType.SIGNAL_RECEIVED, taskId, task, said).add();
        TaskResult result = TaskResult.newBuilder()
                .setSummary(said)
                .setOutputs(letter.payload())
                .build();
        endings.end(taskId, task, TaskStatus.SUCCEEDED, null, result);
    }

    // --- What is kept

    private Mailbox mailbox(Key.OfMailbox box) {
        return Objects.requireNonNullElse(step.state.get(box), Mailbox.EMPTY);
    }

    private List<Mailbox.Letter> letters(Key.OfMailbox box) {
        return mailbox(box).letters();
    }

    private void keep(Key.OfMailbox box, Mailbox.Letter letter, String workflowId, @Nullable String taskId) {
        Mailbox mailbox = mailbox(box);
        if (mailbox.letters().size() >= Mailbox.MOST) {
            ignored(workflowId, taskId, "There are " + Mailbox.MOST + " answers already that nothing has waited for");
            return;
        }
        step.state.put(box, mailbox.with(letter));
        boolean approval = letter.verdict() != null;
        Step.Entry entry = step.journal(
                        approval ? TaskEventType.APPROVAL_GIVEN : TaskEventType.SIGNAL_RECEIVED,
                        workflowId,
                        tenantOf(workflowId))
                .message((approval ? "the answer of " + letter.by() : "signal " + letter.signal())
                        + " is kept until it is waited for");
        if (taskId != null) {
            entry.task(taskId);
        }
        entry.add();
    }

    private void takeOut(Key.OfMailbox box, Mailbox.Letter letter) {
        Mailbox left = mailbox(box).without(letter.id());
        if (left.letters().isEmpty()) {
            step.state.delete(box);
        } else {
            step.state.put(box, left);
        }
    }

    /** A kept letter whose request is forgotten is forgotten with it. */
    void forget(TakenControl taken, String requestId) {
        Key.OfMailbox box = new Key.OfMailbox(step.pool, taken.workflowId(), taken.taskId());
        Mailbox mailbox = step.state.get(box);
        if (mailbox != null) {
            mailbox.first(letter -> letter.id().equals(requestId)).ifPresent(letter -> takeOut(box, letter));
        }
    }

    /** Whether a request was not taken before; remembers it. */
    private boolean isFirst(String id, String workflowId, String taskId) {
        Key.OfControl key = new Key.OfControl(step.pool, id);
        if (step.state.get(key) != null) {
            return false;
        }
        step.state.put(key, new TakenControl(workflowId, taskId));
        step.setTimer(step.now() + step.rules.dedupeRetentionMs(), TimerKind.FORGET_CONTROL, id);
        return true;
    }

    private void ignored(String workflowId, @Nullable String taskId, String message) {
        Step.Entry entry = step.journal(TaskEventType.ANSWER_IGNORED, workflowId, tenantOf(workflowId))
                .message(message);
        if (taskId != null) {
            entry.task(taskId);
        }
        entry.add();
    }

    private String tenantOf(String workflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        return workflow == null ? Texts.tenant(null) : workflow.tenant();
    }

    private Step.Entry event(TaskEventType type, String taskId, TaskEntry.Live task, String message) {
        return step.journal(type, taskId, task.workflowId(), task.spec())
                .definitionStep(Objects.requireNonNull(task.position()).step())
                .message(message);
    }
}
