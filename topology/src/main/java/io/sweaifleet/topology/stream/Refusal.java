package io.sweaifleet.topology.stream;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.DeadLetterCause;
import org.jspecify.annotations.Nullable;

/**
 * Why a record cannot be taken.
 *
 * @param pool pool it is for, when it could be told
 */
public record Refusal(
        DeadLetterCause cause,
        Failure failure,
        @Nullable String pool,
        @Nullable String tenant,
        @Nullable String workflowId,
        @Nullable String taskId) {

    /** A refusal of a record of which nothing else is known. */
    public static Refusal of(DeadLetterCause cause, Failure failure) {
        return new Refusal(cause, failure, null, null, null, null);
    }
}
