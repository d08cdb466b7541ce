package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/** A rule threw. Nothing was changed. */
public final class PoisonedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String workflowId;

    /**
     * @param workflowId workflow that was under work, or null when none was
     */
    public PoisonedException(String pool, @Nullable String workflowId, RuntimeException cause) {
        super(
                "A rule threw in pool " + pool + (workflowId == null ? "" : ", workflow " + workflowId) + ": " + cause,
                cause);
        this.workflowId = workflowId;
    }

    /** Workflow that was under work, or null when none was. */
    public @Nullable String workflowId() {
        return workflowId;
    }
}
