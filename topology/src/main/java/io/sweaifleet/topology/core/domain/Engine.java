package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.Generation;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.workflow.Approval;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Core's rules as functions {@code (state, event, moment) → decision}.
 *
 * <p>Nothing here has side effects: a decision is applied by the caller, as a whole or not at all. When a rule throws,
 * {@link PoisonedException} says which workflow was under work, and {@link #quarantine} decides how it is set aside.
 */
public final class Engine {

    /** Interval at which workers are asked to send heartbeats, in ms. */
    public static final long HEARTBEAT_MS = 2_000;

    private final Compiled compiled = new Compiled();
    private final long sweepMs;

    /** Rules that do not sweep the state by themselves. */
    public Engine() {
        this(0);
    }

    /**
     * @param sweepMs time between two rounds of the sweeper, in ms; 0 for none
     */
    public Engine(long sweepMs) {
        this.sweepMs = sweepMs;
    }

    /**
     * Decides what an event leads to; {@link Event.Dispatch} is asked for with {@link #dispatch}.
     *
     * @throws PoisonedException when a rule threw
     */
    public Decision decide(StateView view, Event event, Moment moment) {
        Step step = new Step(view, event.pool(), moment, sweepMs, compiled);
        try {
            apply(step, event);
            return step.decision(false);
        } catch (RuntimeException e) {
            String blamed = step.blamed == null ? ownerOfDamaged(step, event, e) : step.blamed;
            throw new PoisonedException(event.pool(), blamed, e);
        }
    }

    /**
     * The workflow of a task whose entry, which would name it, cannot be read: a lone task's has its own id, and a control
     * request may name another. Only a workflow that lists the task is believed.
     */
    private static @Nullable String ownerOfDamaged(Step step, Event event, RuntimeException thrown) {
        if (!(thrown instanceof DamagedEntryException damaged && damaged.key() instanceof Key.OfTask task)) {
            return null;
        }
        if (lists(step, task.taskId(), task.taskId())) {
            return task.taskId();
        }
        TaskControl control =
                event instanceof Event.Accepted accepted ? accepted.input().getControl() : null;
        String named = control == null ? null : control.getWorkflowId();
        return named != null && lists(step, named, task.taskId()) ? named : null;
    }

    private static boolean lists(Step step, String workflowId, String taskId) {
        try {
            return step.state.get(new Key.OfWorkflow(step.pool, workflowId)) instanceof WorkflowEntry.Live live
                    && live.taskIds().contains(taskId);
        } catch (DamagedEntryException unreadable) {
            return false;
        }
    }

    /**
     * Gives queued tasks of a pool to its workers.
     *
     * @return a decision that says whether there is {@linkplain Decision#more() more} to assign
     * @throws PoisonedException when a rule threw
     */
    public Decision dispatch(StateView view, String pool, Moment moment) {
        Step step = new Step(view, pool, moment, sweepMs, compiled);
        try {
            boolean more = new Dispatcher(step).dispatch();
            return step.decision(more);
        } catch (RuntimeException e) {
            throw new PoisonedException(pool, step.blamed, e);
        }
    }

    private static void apply(Step step, Event event) {
        Endings endings = new Endings(step);
        if (event instanceof Event.Accepted accepted) {
            accepted(step, endings, accepted.input());
        } else if (event instanceof Event.Alive alive) {
            new Workers(step, endings).on(alive.heartbeat(), alive.appendedAt());
        } else if (event instanceof Event.Reported reported) {
            new Reports(step, endings).on(reported.result());
        } else if (event instanceof Event.Due due) {
            new Timers(step, endings).on(due.timer());
        } else if (event instanceof Event.Marked marked) {
            Markers.on(step, endings, marked);
        } else if (event instanceof Event.Swept swept) {
            new Sweeper(step, endings).onSwept(swept.findings());
        } else if (event instanceof Event.Rest rest) {
            rest.work().goOn(step, endings);
        } else if (event instanceof Event.RoleRemoved removed) {
            step.setTimer(step.now() + step.rules.unknownRoleGraceMs(), TimerKind.ROLE_REMOVED, removed.role());
        }
        endings.leaveRest();
    }

    private static void accepted(Step step, Endings endings, CoreInput input) {
        switch (input.getType()) {
            case WORKFLOW, REFUSAL -> new Submissions(step, endings).on(Submission.of(input));
            case CONTROL -> {
                TaskControl control = input.getControl();
                if (control == null) {
                    throw new IllegalArgumentException("A core input of type CONTROL must carry a control request");
                }
                new Controls(step, endings).on(control);
            }
            case ROLE -> new Definitions(step).onRole(input);
            case POOL -> new Definitions(step).onPool(input);
            case SCHEDULE -> new Schedules(step, endings).onSchedule(input);
            case DEFINITION -> new Definitions(step).onDefinition(input);
            case APPROVAL -> {
                Approval approval = input.getApproval();
                if (approval == null || approval.getId() == null) {
                    throw new IllegalArgumentException(
                            "A core input of type APPROVAL must carry an approval with an id");
                }
                endings.steps().answers().on(approval);
            }
            case GENERATION -> {
                Generation generation = input.getGeneration();
                if (generation == null) {
                    throw new IllegalArgumentException("A core input of type GENERATION must carry the generation");
                }
                step.journal(TaskEventType.GENERATION_BEGUN, "", Texts.tenant(null))
                        .message("Generation " + generation.getNumber() + " of core begins, with "
                                + generation.getPartitions() + " partitions; the pool came from partition "
                                + generation.getFromPartition())
                        .add();
            }
            case UNKNOWN ->
                throw new IllegalArgumentException(
                        "A core input of a type that this version does not know: upgrade core before intake");
        }
    }

    /**
     * Decides how a record that made a rule throw is set aside, and its workflow with it: the workflow's tasks end as
     * FAILED, all others go on.
     *
     * @param workflowId workflow that was under work, or null when none was
     * @param record whether a record (rather than a timer) was the cause, which then becomes a dead letter
     */
    public Decision quarantine(
            StateView view, Event event, @Nullable String workflowId, boolean record, Failure failure, Moment moment) {
        Step step = new Step(view, event.pool(), moment, sweepMs, compiled);
        Endings endings = new Endings(step);
        if (event instanceof Event.Due due) {
            step.state.delete(due.timer());
            if (due.timer().kind() == TimerKind.SWEEP) {
                Sweeper.beginAgain(step);
            }
        }
        if (record) {
            step.refuse(DeadLetterCause.POISON, failure, null, workflowId, null);
        }
        if (workflowId == null) {
            return step.decision(false);
        }
        WorkflowEntry workflow = step.state.get(new Key.OfWorkflow(step.pool, workflowId));
        step.journal(TaskEventType.QUARANTINED, workflowId, tenantOf(workflow))
                .failure(failure)
                .message(failure.getMessage())
                .add();
        if (workflow instanceof WorkflowEntry.Live live) {
            if (live.run() != null) {
                // What the run would do at its end may be what threw: it ends without.
                endings.closeRun(workflowId, live, new RunEntry.Closing(WorkflowStatus.FAILED, failure, Map.of()));
            }
            setAside(step, endings, workflowId, live.taskIds(), 0, failure);
        } else if (workflow == null && event instanceof Event.Accepted accepted && isSubmission(accepted.input())) {
            endings.endUnaccepted(Submission.of(accepted.input()), TaskStatus.FAILED, failure);
        }
        endings.leaveRest();
        return step.decision(false);
    }

    private static boolean isSubmission(CoreInput input) {
        return input.getType() == CoreInputType.WORKFLOW || input.getType() == CoreInputType.REFUSAL;
    }

    private static String tenantOf(@Nullable WorkflowEntry workflow) {
        return workflow instanceof WorkflowEntry.Live live ? live.tenant() : "default";
    }

    private static void setAside(
            Step step, Endings endings, String workflowId, List<String> taskIds, int from, Failure failure) {
        for (int i = from; i < taskIds.size(); i++) {
            WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
            if (workflow == null) {
                return;
            }
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((step2, endings2) -> setAside(step2, endings2, workflowId, taskIds, next, failure));
                return;
            }
            String taskId = taskIds.get(i);
            TaskEntry entry;
            try {
                entry = step.state.get(new Key.OfTask(step.pool, taskId));
            } catch (DamagedEntryException damaged) {
                entry = null;
            }
            if (entry == null) {
                // Damaged, or not accepted yet when a rule threw.
                endings.endDamaged(taskId, workflow, workflowId, failure);
                continue;
            }
            if (!(entry instanceof TaskEntry.Live task)) {
                continue;
            }
            if (task.phase() instanceof TaskEntry.Phase.Running running) {
                step.commandAbout(
                        running.lease().workerId(),
                        running.lease().incarnation(),
                        CommandType.CANCEL,
                        running.lease().leaseId(),
                        failure.getMessage());
            }
            endings.endAlone(taskId, task, TaskStatus.FAILED, failure);
        }
    }
}
