package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.workflow.WorkflowStep;

/** What a task of a run does. Each but the last two is done by core itself: its kind begins with {@code core.} and it has no role. */
enum Doing {
    /** A task for each item of a list. */
    ITEMS("core.for-each"),
    /** A task again and again. */
    ITERATIONS("core.repeat"),
    /** Waits for somebody's answer. */
    APPROVAL("core.approval"),
    /** Waits for a signal. */
    SIGNAL("core.signal"),
    /** Runs another definition. */
    CALL("core.workflow"),
    /** An agent works. */
    TASK(""),
    /** An agent undoes what another did. */
    COMPENSATION("");

    private final String kind;

    Doing(String kind) {
        this.kind = kind;
    }

    /** Kind of such tasks; empty when the definition names it. */
    String kind() {
        return kind;
    }

    /** Whether it only begins others. */
    boolean isFrame() {
        return this == ITEMS || this == ITERATIONS;
    }

    /** What the task at a position of a step does. */
    static Doing of(WorkflowStep step, Position position) {
        if (position.isCompensation()) {
            return COMPENSATION;
        } else if (step.getForEach() != null && position.isStep()) {
            return ITEMS;
        } else if (step.getRepeat() != null && position.iteration() == 0) {
            return ITERATIONS;
        }
        return switch (step.getType()) {
            case TASK -> TASK;
            case APPROVAL -> APPROVAL;
            case SIGNAL -> SIGNAL;
            case WORKFLOW -> CALL;
            case UNKNOWN ->
                throw new IllegalArgumentException(
                        "Step " + step.getId() + " is of a type that this version does not know");
        };
    }
}
