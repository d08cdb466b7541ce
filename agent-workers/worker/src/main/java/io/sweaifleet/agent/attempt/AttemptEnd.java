package io.sweaifleet.agent.attempt;

import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.TaskResult;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param status succeeded, failed, cancelled or skipped
 * @param result what was produced, also by a failed attempt; null when nothing was
 * @param failure why it did not succeed; null exactly when it did
 * @param brain which brain ran
 */
public record AttemptEnd(
        Status status,
        @Nullable TaskResult result,
        @Nullable Failure failure,
        BrainStamp brain) {

    /** The ways an attempt can end by itself. */
    public enum Status {
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** Nothing could be done here, for the reason in the failure. */
        SKIPPED
    }

    public AttemptEnd {
        if ((status == Status.SUCCEEDED) != (failure == null)) {
            throw new IllegalArgumentException(
                    "failure must be given exactly when status is not SUCCEEDED, but status is " + status
                            + " and failure is " + failure);
        }
    }
}
