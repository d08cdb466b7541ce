package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.WorkerCommand;
import org.jspecify.annotations.Nullable;

/** Something that core tells the world. */
public sealed interface Effect {

    /** An entry of the journal. */
    record Journal(TaskEvent event) implements Effect {}

    /** A task ended. */
    record Outcome(TaskOutcome outcome, @Nullable String traceparent) implements Effect {}

    /** A workflow ended. */
    record WorkflowEnd(WorkflowOutcome outcome, @Nullable String traceparent) implements Effect {}

    /** A worker is told something. */
    record Command(WorkerCommand command, @Nullable String traceparent) implements Effect {}

    /** A worker's state changed; null when it is forgotten. */
    record Agent(String pool, String workerId, @Nullable AgentStatus status) implements Effect {}

    /**
     * Something is about to be taken as lost: a marker goes to the end of one of core's own inputs, so that what was written
     * before it is read first.
     *
     * @param timer looks again, when the markers do not come back in time
     * @param inResults whether it goes to the results of agents, rather than to the heartbeats
     */
    record Marker(Key.OfTimer timer, boolean inResults) implements Effect {}

    /** The record under way cannot be taken; its bytes are added by the caller. */
    record Refused(
            DeadLetterCause cause,
            Failure failure,
            @Nullable String pool,
            @Nullable String tenant,
            @Nullable String workflowId,
            @Nullable String taskId)
            implements Effect {}
}
