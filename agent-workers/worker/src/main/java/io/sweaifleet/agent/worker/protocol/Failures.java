package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.worker.Assignment;

/** The failures that a worker reports itself, for attempts that could not run to their own end. */
final class Failures {

    private Failures() {}

    static Failure roleNotHeld(String workerId, String role) {
        return failure(
                FailureClass.TRANSIENT,
                "ROLE_NOT_HELD",
                "worker " + workerId + " holds no agent of role " + role,
                "Apply the role, or add it to fleet.worker.roles of this worker.");
    }

    static Failure roleRemoved(String role) {
        return failure(
                FailureClass.TRANSIENT,
                "ROLE_REMOVED",
                "role " + role + " was removed before the attempt began",
                "Apply the role again.");
    }

    static Failure crashed(String agentId, Throwable cause) {
        return failure(
                FailureClass.AGENT,
                "AGENT_CRASHED",
                "agent " + agentId + " crashed: " + cause,
                "See the worker's log; report it when it happens again.");
    }

    static Failure workerStopped(String workerId) {
        return failure(
                FailureClass.AGENT,
                "WORKER_STOPPED",
                "worker " + workerId + " was stopped while it ran this attempt",
                "");
    }

    static Failure timeout(Assignment assignment, String note) {
        return failure(
                FailureClass.TRANSIENT,
                "ATTEMPT_TIMEOUT",
                "attempt " + assignment.getAttempt() + " of task " + assignment.getTaskId() + " took longer than "
                        + assignment.getTimeoutMs() + " ms" + note,
                "Raise the task's or the role's attempt timeout, or make the work smaller.");
    }

    static Failure cancelled(String reason) {
        return failure(FailureClass.PERMANENT, "CANCELLED", reason, "");
    }

    private static Failure failure(FailureClass failureClass, String code, String message, String remedy) {
        return Failure.newBuilder()
                .setFailureClass(failureClass)
                .setCode(code)
                .setMessage(message)
                .setRemedy(remedy)
                .build();
    }
}
