package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.HeldLease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Records as intake and workers write them. */
final class SimulatedRecords {

    private SimulatedRecords() {}

    static CoreInput pool(Origin origin, PoolDefinition.Builder definition) {
        return new CoreInput(
                POOL,
                CoreInputType.POOL,
                origin,
                "",
                null,
                false,
                null,
                null,
                null,
                POOL,
                null,
                definition
                        .setPool(POOL)
                        .setVersion(1)
                        .setUpdatedAt(Instant.EPOCH)
                        .build(),
                null,
                null,
                null,
                null);
    }

    static CoreInput role(Origin origin, String name, long attemptTimeoutMs) {
        return new CoreInput(
                "",
                CoreInputType.ROLE,
                origin,
                "",
                null,
                false,
                null,
                null,
                null,
                name,
                RoleDefinition.newBuilder()
                        .setRole(name)
                        .setVersion(1)
                        .setAttemptTimeoutMs(attemptTimeoutMs)
                        .setUpdatedAt(Instant.EPOCH)
                        .build(),
                null,
                null,
                null,
                null,
                null);
    }

    static CoreInput submission(Origin origin, String digest, WorkflowSubmitted workflow) {
        return new CoreInput(
                POOL,
                CoreInputType.WORKFLOW,
                origin,
                digest,
                null,
                false,
                workflow,
                null,
                null,
                "",
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** What a worker lists in its heartbeats. */
    static List<HeldLease> held(Collection<Assignment> running, Collection<AgentResult> finished) {
        return held(running, finished, 0);
    }

    /** @param frozenMs for how long each attempt has been frozen */
    static List<HeldLease> held(Collection<Assignment> running, Collection<AgentResult> finished, long frozenMs) {
        List<HeldLease> held = new ArrayList<>();
        running.forEach(a -> held.add(
                new HeldLease(a.getLeaseId(), a.getWorkflowId(), a.getTaskId(), a.getAttempt(), false, frozenMs)));
        finished.forEach(r -> held.add(
                new HeldLease(r.getLeaseId(), r.getWorkflowId(), r.getTaskId(), r.getAttempt(), true, frozenMs)));
        return held;
    }

    static AgentResult.Builder result(
            String workerId, long incarnation, Assignment assignment, AgentResultType type, long now) {
        return AgentResult.newBuilder()
                .setPool(POOL)
                .setTenant("default")
                .setWorkflowId(assignment.getWorkflowId())
                .setTaskId(assignment.getTaskId())
                .setAttempt(assignment.getAttempt())
                .setLeaseId(assignment.getLeaseId())
                .setWorkerId(workerId)
                .setIncarnation(incarnation)
                .setAgentId(workerId + "-1")
                .setRole(assignment.getRole())
                .setSequence(1)
                .setType(type)
                .setAt(Instant.ofEpochMilli(now));
    }
}
