package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests about work that was submitted, or will be.
 *
 * <p>Of a cancel: a task that does not run ends at once. A running one is stopped first: it ends when its worker reports, when its
 * lease is lost, or after the pool's lease grace, whichever comes first.
 */
final class Controls {

    /** Comes between a workflow and the number of its tasks that are still to be cancelled: ids have none. */
    private static final char SLASH = '/';

    private final Step step;
    private final Endings endings;

    Controls(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    void on(TaskControl control) {
        String controlId = control.getId();
        String tenant = Texts.tenant(control.getTenant());
        String workflowId = control.getWorkflowId();
        String taskId = control.getTaskId();
        String target = taskId == null ? workflowId : taskId;
        if (controlId == null || (target == null && control.getAction() == ControlAction.CANCEL)) {
            throw new IllegalArgumentException("A control request that intake accepted must have an id and a target");
        }
        Key.OfControl seen = new Key.OfControl(step.pool, controlId);
        if (step.state.get(seen) != null) {
            ignored(tenant, Texts.orEmpty(target), taskId, "Control request " + controlId + " was taken before");
            return;
        }
        step.state.put(
                seen, taskId == null ? new TakenControl(Texts.orEmpty(workflowId), "") : new TakenControl("", taskId));
        step.setTimer(step.now() + step.rules.dedupeRetentionMs(), TimerKind.FORGET_CONTROL, controlId);
        EarlyControl request = new EarlyControl(controlId, control.getReason(), control.getRequestedBy());
        switch (control.getAction()) {
            case CANCEL -> cancel(tenant, workflowId, taskId, request);
            case PAUSE -> pause(control, tenant, request);
            case RESUME -> resume(control, tenant, request);
            case REPRIORITISE -> reprioritise(control, tenant, request);
            case SIGNAL -> endings.steps().answers().onSignal(control);
            case UNKNOWN -> throw new IllegalArgumentException("Intake accepted a control request without an action");
        }
    }

    private void cancel(String tenant, @Nullable String workflowId, @Nullable String taskId, EarlyControl request) {
        if (taskId != null) {
            onTask(taskId, tenant, request);
        } else if (workflowId != null) {
            onWorkflow(workflowId, tenant, request);
        }
    }

    private void pause(TaskControl control, String tenant, EarlyControl request) {
        String gate = gate(control);
        step.state.put(new Key.OfPause(step.pool, gate), request);
        requested(TaskEventType.PAUSE_REQUESTED, control, tenant, "Paused", gate, request);
    }

    private void resume(TaskControl control, String tenant, EarlyControl request) {
        String gate = gate(control);
        Key.OfPause key = new Key.OfPause(step.pool, gate);
        if (step.state.get(key) == null) {
            ignored(tenant, owner(control), control.getTaskId(), "Nothing is paused under " + gate);
            return;
        }
        step.state.delete(key);
        requested(TaskEventType.RESUME_REQUESTED, control, tenant, "Resumed", gate, request);
        Gates.release(step, gate);
    }

    private static String gate(TaskControl control) {
        if (control.getTaskId() != null) {
            return Gates.ofTask(control.getTaskId());
        } else if (control.getWorkflowId() != null) {
            return Gates.ofWorkflow(control.getWorkflowId());
        } else if (control.getRole() != null) {
            return Gates.ofRole(control.getRole());
        }
        return control.getOfTenant() == null ? Gates.POOL : Gates.ofTenant(control.getOfTenant());
    }

    /** Workflow that an event about the request belongs to; empty for a role, a tenant and the pool. */
    private String owner(TaskControl control) {
        String taskId = control.getTaskId();
        TaskEntry task = taskId == null ? null : step.state.get(new Key.OfTask(step.pool, taskId));
        if (task != null) {
            return task.workflowId();
        }
        String workflowId = control.getWorkflowId();
        return workflowId == null ? Texts.orEmpty(taskId) : workflowId;
    }

    private void requested(
            TaskEventType type, TaskControl control, String tenant, String verb, String what, EarlyControl request) {
        Step.Entry entry = step.journal(type, owner(control), tenant);
        if (control.getTaskId() != null) {
            entry.task(control.getTaskId());
        }
        entry.message(verb + " " + what + request.said()).add();
    }

    private void reprioritise(TaskControl control, String tenant, EarlyControl request) {
        Integer priority = control.getPriority();
        if (priority == null) {
            throw new IllegalArgumentException("Intake accepted a REPRIORITISE without a priority");
        }
        String taskId = control.getTaskId();
        String workflowId = control.getWorkflowId();
        WorkflowEntry.Live workflow = workflowId == null || taskId != null ? null : step.liveWorkflow(workflowId);
        List<String> targets = taskId != null ? List.of(taskId) : workflow == null ? List.of() : workflow.taskIds();
        if (reprioritise(targets, priority, 0) == 0) {
            ignored(tenant, owner(control), taskId, "Nothing live has this id: its priority stays");
        } else {
            requested(TaskEventType.PRIORITY_CHANGED, control, tenant, "Priority", "is " + priority, request);
        }
    }

    /** Gives the tasks that are live another priority; tells how many in this decision. */
    private int reprioritise(List<String> taskIds, int priority, int from) {
        int changed = 0;
        for (int i = from; i < taskIds.size(); i++) {
            TaskEntry.Live task = step.liveTask(taskIds.get(i));
            if (task == null) {
                continue;
            }
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, ends) -> new Controls(later, ends).reprioritise(taskIds, priority, next));
                break;
            }
            step.blamed = task.workflowId();
            reprioritise(taskIds.get(i), task, priority);
            changed++;
            WorkflowEntry.Live called =
                    task.phase() instanceof TaskEntry.Phase.Calling ? step.liveWorkflow(taskIds.get(i)) : null;
            if (called != null) {
                changed += reprioritise(called.taskIds(), priority, 0);
            }
        }
        return changed;
    }

    /** Gives a task another priority where it stands. */
    private void reprioritise(String taskId, TaskEntry.Live task, int priority) {
        TaskSubmitted spec =
                TaskSubmitted.newBuilder(task.spec()).setPriority(priority).build();
        TaskEntry.Live changed = task.withSpec(spec).reordered(Queue.order(step, spec, task.readySince()));
        Key.OfReady before = Queue.placeOf(step.pool, taskId, task);
        Key.OfReady after = Queue.placeOf(step.pool, taskId, changed);
        if (before != null && after != null) {
            step.state.delete(before);
            step.state.put(after, task.workflowId());
        }
        step.putTask(taskId, changed);
    }

    private void onTask(String taskId, String tenant, EarlyControl cancel) {
        TaskEntry task = step.state.get(new Key.OfTask(step.pool, taskId));
        if (task == null) {
            step.state.put(new Key.OfEarlyControl(step.pool, "", taskId), cancel);
        } else if (task instanceof TaskEntry.Live live) {
            cancelTask(taskId, live, cancel);
        } else if (task instanceof TaskEntry.Ended ended) {
            ignored(
                    tenant,
                    ended.workflowId(),
                    taskId,
                    "Task " + taskId + " had ended as " + ended.status() + ": control request " + cancel.controlId()
                            + " changes nothing");
        }
    }

    private void onWorkflow(String workflowId, String tenant, EarlyControl cancel) {
        WorkflowEntry workflow = step.state.get(new Key.OfWorkflow(step.pool, workflowId));
        if (workflow == null) {
            step.state.put(new Key.OfEarlyControl(step.pool, workflowId, ""), cancel);
        } else if (workflow instanceof WorkflowEntry.Live live) {
            cancelWorkflow(workflowId, live, cancel);
        } else if (workflow instanceof WorkflowEntry.Ended ended) {
            ignored(
                    tenant,
                    workflowId,
                    null,
                    "Workflow " + workflowId + " had ended as " + ended.status() + ": control request "
                            + cancel.controlId() + " changes nothing");
        }
    }

    private void ignored(String tenant, String workflowId, @Nullable String taskId, String message) {
        Step.Entry entry = step.journal(TaskEventType.DUPLICATE_IGNORED, workflowId, tenant);
        if (taskId != null) {
            entry.task(taskId);
        }
        entry.message(message).add();
    }

    /** Requests that came before what they are about. */
    void applyEarly(String workflowId, List<String> taskIds) {
        Key.OfEarlyControl ofWorkflow = new Key.OfEarlyControl(step.pool, workflowId, "");
        EarlyControl whole = step.state.get(ofWorkflow);
        if (whole != null) {
            step.state.delete(ofWorkflow);
            WorkflowEntry.Live live = step.liveWorkflow(workflowId);
            if (live != null) {
                cancelWorkflow(workflowId, live, whole);
            }
        }
        applyEarlyToTasks(taskIds, 0);
    }

    private void applyEarlyToTasks(List<String> taskIds, int from) {
        for (int i = from; i < taskIds.size(); i++) {
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, ends) -> new Controls(later, ends).applyEarlyToTasks(taskIds, next));
                return;
            }
            String taskId = taskIds.get(i);
            Key.OfEarlyControl ofTask = new Key.OfEarlyControl(step.pool, "", taskId);
            EarlyControl cancel = step.state.get(ofTask);
            if (cancel != null) {
                step.state.delete(ofTask);
                TaskEntry.Live live = step.liveTask(taskId);
                if (live != null) {
                    cancelTask(taskId, live, cancel);
                }
            }
        }
    }

    private void cancelTask(String taskId, TaskEntry.Live task, EarlyControl cancel) {
        step.blamed = task.workflowId();
        Failure failure = failure("Task " + taskId, cancel);
        step.journal(TaskEventType.CANCEL_REQUESTED, taskId, task.workflowId(), task.spec())
                .message(failure.getMessage())
                .add();
        endings.steps().stop(taskId, task, TaskStatus.CANCELLED, failure);
    }

    private void cancelWorkflow(String workflowId, WorkflowEntry.Live workflow, EarlyControl cancel) {
        step.blamed = workflowId;
        step.journal(TaskEventType.CANCEL_REQUESTED, workflowId, workflow.tenant())
                .message(failure("Workflow " + workflowId, cancel).getMessage())
                .add();
        // Kept until every task was told, so that the rest of a large workflow knows the reason.
        step.state.put(new Key.OfEarlyControl(step.pool, workflowId, ""), cancel);
        cancelRest(workflowId, workflow.taskIds().size());
    }

    /** Cancels further tasks of a workflow, which the id of the timer names together with how many are left. */
    void onTimer(String rest) {
        int slash = rest.indexOf(SLASH);
        cancelRest(
                slash < 0 ? rest : rest.substring(0, slash),
                slash < 0 ? Integer.MAX_VALUE : Integer.parseInt(rest.substring(slash + 1)));
    }

    /** Cancels the first tasks of a workflow, at most so many; sets a timer for the rest when there are too many. */
    private void cancelRest(String workflowId, int left) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        Key.OfEarlyControl key = new Key.OfEarlyControl(step.pool, workflowId, "");
        EarlyControl cancel = step.state.get(key);
        if (cancel == null) {
            return;
        }
        step.state.delete(key);
        if (workflow == null) {
            return;
        }
        step.blamed = workflowId;
        Failure failure = failure("Workflow " + workflowId, cancel);
        if (workflow.run() != null) {
            if (workflow.taskIds().isEmpty()) {
                new Runs(step, endings).refuse(workflowId, workflow, WorkflowStatus.CANCELLED, failure);
                return;
            }
            if (!haltParents(workflow, failure)) {
                step.state.put(key, cancel);
                step.setTimer(step.now(), TimerKind.CANCEL_REST, workflowId + SLASH + left);
                return;
            }
        }
        // Backwards: dependents come after what they depend on in most submissions, so that nothing is queued that is
        // about to be cancelled.
        for (int i = Math.min(left, workflow.taskIds().size()) - 1; i >= 0; i--) {
            if (!step.hasRoom()) {
                step.state.put(key, cancel);
                step.setTimer(step.now(), TimerKind.CANCEL_REST, workflowId + SLASH + (i + 1));
                return;
            }
            String taskId = workflow.taskIds().get(i);
            TaskEntry.Live task = step.liveTask(taskId);
            if (task == null || Steps.isStopping(task)) {
                continue;
            }
            Position position = task.position();
            if (position != null && position.isCompensation()) {
                // What is being undone already is not left half undone.
                continue;
            }
            if (task.phase() instanceof TaskEntry.Phase.Running running) {
                Leases.stop(step, taskId, task, running.lease(), TaskEntry.StopReason.CANCELLED, failure);
            } else if (position == null) {
                endings.endAlone(taskId, task, TaskStatus.CANCELLED, failure);
            } else {
                endings.steps().stop(taskId, task, TaskStatus.CANCELLED, failure);
            }
        }
    }

    /**
     * What began others is told first that it is to end: it must not begin further ones while these are cancelled.
     *
     * @return whether all of them were told
     */
    private boolean haltParents(WorkflowEntry.Live workflow, Failure failure) {
        for (String taskId : workflow.taskIds()) {
            TaskEntry.Live task = step.liveTask(taskId);
            if (task == null || !(task.phase() instanceof TaskEntry.Phase.Parent) || Steps.isStopping(task)) {
                continue;
            }
            if (!step.hasRoom()) {
                return false;
            }
            endings.steps().stop(taskId, task, TaskStatus.CANCELLED, failure);
        }
        return true;
    }

    private static Failure failure(String what, EarlyControl cancel) {
        return Failures.permanent(
                "CANCELLED",
                what + " was cancelled" + cancel.said() + " (control request " + cancel.controlId() + ")",
                "Submit it again with a new id if it should run after all");
    }
}
