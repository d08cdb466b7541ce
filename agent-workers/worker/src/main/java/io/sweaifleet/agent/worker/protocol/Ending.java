package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.worker.protocol.Lease.StopCause;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import org.jspecify.annotations.Nullable;

/**
 * How a lease ends: what its last report says.
 *
 * @param type how it ended
 * @param produced what was produced, or null
 * @param failure why it did not succeed, or null
 * @param brain which brain ran, or null when none did
 */
record Ending(
        AgentResultType type,
        @Nullable TaskResult produced,
        @Nullable Failure failure,
        @Nullable BrainStamp brain) {

    /** An end that the attempt came to by itself, unless it only stopped because its time was up. */
    static Ending of(AttemptEnd end, Lease lease) {
        Lease.Stop stop = lease.stop;
        if (end.status() == AttemptEnd.Status.CANCELLED && stop != null && stop.cause() == StopCause.TIMEOUT) {
            return new Ending(
                    AgentResultType.FAILED, end.result(), Failures.timeout(lease.assignment, ""), end.brain());
        }
        AgentResultType type =
                switch (end.status()) {
                    case SUCCEEDED -> AgentResultType.SUCCEEDED;
                    case FAILED -> AgentResultType.FAILED;
                    case CANCELLED -> AgentResultType.CANCELLED;
                    case SKIPPED -> AgentResultType.SKIPPED;
                };
        return new Ending(type, end.result(), end.failure(), end.brain());
    }

    /** The end of an attempt that produced nothing. */
    static Ending failed(Failure failure) {
        return new Ending(AgentResultType.FAILED, null, failure, null);
    }

    /**
     * The end of an attempt that was told to stop.
     *
     * @param note what else is to be said, or empty
     */
    static Ending stopped(Lease lease, Lease.Stop stop, String note) {
        return stop.cause() == StopCause.TIMEOUT
                ? failed(Failures.timeout(lease.assignment, note))
                : cancelled(stop.reason() + note);
    }

    /** The end of an attempt that stopped because it was cancelled. */
    static Ending cancelled(String reason) {
        return new Ending(AgentResultType.CANCELLED, null, Failures.cancelled(reason), null);
    }
}
