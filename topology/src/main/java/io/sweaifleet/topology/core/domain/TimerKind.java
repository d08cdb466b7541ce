package io.sweaifleet.topology.core.domain;

/** What is done when a timer is due. The order of constants is stored: append only. */
public enum TimerKind {
    /** A failed task is queued again; id: task. */
    RETRY,
    /** The task must have ended; id: task. */
    DEADLINE,
    /** The attempt must have ended, or at least have started; id: task. */
    ATTEMPT_TIMEOUT,
    /** A stop was asked for and nothing came back: the lease is taken away; id: task. */
    STOP_GRACE,
    /** The role (or the pool) of a task must be known by now; id: task. */
    DEFINITION_GRACE,
    /** The worker must have sent a heartbeat by now; id: worker. */
    WORKER_SILENT,
    /** An ended workflow and its tasks are forgotten; id: workflow. */
    FORGET_WORKFLOW,
    /** A control request is forgotten; id: control id. */
    FORGET_CONTROL,
    /** A worker that stayed away is forgotten; id: worker. */
    FORGET_WORKER,
    /** The rest of a cancelled workflow's tasks; id: workflow, "/", how many of its tasks are left. */
    CANCEL_REST,
    /** Queued tasks of a role that was removed, and not defined again by now, are refused; id: role. */
    ROLE_REMOVED,
    /** The rest of what a pause held back; id: gate. */
    RELEASE_REST,
    /** What a rate holds back may start, or its bucket is full again; id: rate key. */
    RATE,
    /** An agent must have started the task; id: task. */
    START_DEADLINE,
    /** The task must have ended, counted from its first start on an agent; id: task. */
    FINISH_DEADLINE,
    /** A schedule fires; id: schedule. */
    SCHEDULE,
    /** The next slice of the state is swept; id: "sweep". */
    SWEEP,
    /** A limit of a budget is reached, or its window ends; id: {@link BudgetScope#name}. */
    BUDGET,
    /** The definition of a run must be known by now, or is looked for again; id: workflow. */
    RUN_ASKED,
    /** Nobody approved, or no signal came; id: task. */
    ANSWER_DUE,
    /** Further items of a list; id: the task that they are items of. */
    ITEMS_REST,
    /** A workflow that a step runs; id: task. */
    CALL,
    /** The rest of what a task began, which is to end; id: task. */
    HALT_REST,
    /** Nobody answered what an agent asks; id: task, "/", request. */
    ASK_DUE
}
