package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Writes what becomes of leases. The reports of one lease leave in the order of their numbers, those of several side by side. Thread-safe; takes no other lock than the lease's monitor. */
final class Reports {

    private final WorkerIdentity identity;
    private final LongSupplier incarnation;
    private final WorkerTimings timings;
    private final InstantSource clock;
    private final Outbox outbox;
    private final CompletedAttempts completedAttempts;

    Reports(
            WorkerIdentity identity,
            LongSupplier incarnation,
            WorkerTimings timings,
            InstantSource clock,
            Outbox outbox,
            CompletedAttempts completedAttempts) {
        this.identity = identity;
        this.incarnation = incarnation;
        this.timings = timings;
        this.clock = clock;
        this.outbox = outbox;
        this.completedAttempts = completedAttempts;
    }

    /** An agent has begun. */
    void started(Lease lease, Agent agent) {
        synchronized (lease) {
            if (lease.result == null) {
                outbox.report(report(lease, agent.id, AgentResultType.STARTED, "started", clock.instant())
                        .build());
            }
        }
    }

    /** An agent has come to another step, or used something; nothing is said after the end. */
    void step(Lease lease, Agent agent, String step, @Nullable Usage usage) {
        synchronized (lease) {
            if (lease.result == null) {
                outbox.report(report(lease, agent.id, AgentResultType.PROGRESS, step, clock.instant())
                        .setUsage(usage)
                        .build());
            }
        }
    }

    /** An agent asks for an approval; nothing is asked after the end. */
    void asking(Lease lease, Agent agent, ApprovalRequest request) {
        synchronized (lease) {
            if (lease.result == null) {
                outbox.report(report(lease, agent.id, AgentResultType.ASKING, "", clock.instant())
                        .setRequest(request)
                        .build());
            }
        }
    }

    /** A lease has ended: kept until core has taken it, and sent. */
    void ended(Lease lease, Ending ending) {
        String agentId = lease.agent == null ? "" : lease.agent.id;
        synchronized (lease) {
            Instant now = clock.instant();
            AgentResult result = report(lease, agentId, ending.type(), "", now)
                    .setBrain(ending.brain())
                    .setResult(ending.produced())
                    .setFailure(ending.failure())
                    .build();
            lease.sentAt = now;
            lease.result = result;
            completedAttempts.put(result);
            outbox.report(result);
        }
    }

    private AgentResult.Builder report(Lease lease, String agentId, AgentResultType type, String step, Instant now) {
        Assignment assignment = lease.assignment;
        return AgentResult.newBuilder()
                .setPool(identity.pool())
                .setTenant(assignment.getTenant())
                .setWorkflowId(assignment.getWorkflowId())
                .setTaskId(assignment.getTaskId())
                .setAttempt(assignment.getAttempt())
                .setLeaseId(assignment.getLeaseId())
                .setWorkerId(identity.workerId())
                .setIncarnation(incarnation.getAsLong())
                .setAgentId(agentId)
                .setRole(assignment.getRole())
                .setSequence(lease.nextSequence())
                .setType(type)
                .setAt(now)
                .setStep(step)
                .setBrain(null)
                .setResult(null)
                .setFailure(null);
    }

    /** Where a running attempt reports to. */
    LeaseReporter reporter(Lease lease, Agent agent) {
        return new LeaseReporter(
                (step, usage) -> step(lease, agent, step, usage),
                request -> asking(lease, agent, request),
                timings.progressInterval(),
                clock,
                outbox,
                () -> identity.workerId() + "@" + incarnation.getAsLong());
    }
}
