package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records for tests. */
public final class Samples {

    public static final BrainStamp BRAIN = BrainStamp.newBuilder()
            .setKind(BrainKind.PLAYBOOK)
            .setName("test")
            .setVersion("1")
            .build();

    private Samples() {}

    public static WorkerIdentity identity() {
        return new WorkerIdentity(
                "default",
                "w1",
                3,
                "here",
                Map.of("zone", "a"),
                List.of("java-21"),
                new ResourceAmounts(4_000, 8_000_000_000L, 1));
    }

    public static RoleDefinition role(String name, int version, int agents, int slotsPerAgent) {
        return RoleDefinition.newBuilder()
                .setRole(name)
                .setVersion(version)
                .setAgents(agents)
                .setSlotsPerAgent(slotsPerAgent)
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }

    public static Assignment assignment(String lease, String role) {
        return Assignment.newBuilder()
                .setLeaseId(lease)
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("task-" + lease)
                .setAttempt(1)
                .setKind("test.kind")
                .setRole(role)
                .setTimeoutMs(60_000)
                .setLeaseMs(30_000)
                .build();
    }

    public static WorkerCommand command(long incarnation, long sequence, CommandType type) {
        return WorkerCommand.newBuilder()
                .setPool("default")
                .setWorkerId("w1")
                .setIncarnation(incarnation)
                .setPartition(3)
                .setSequence(sequence)
                .setType(type)
                .setDecidedAt(Instant.EPOCH)
                .setLeaseMs(type == CommandType.WELCOME ? 30_000 : 0)
                .build();
    }

    public static WorkerCommand assign(long incarnation, long sequence, Assignment assignment) {
        return WorkerCommand.newBuilder(command(incarnation, sequence, CommandType.ASSIGN))
                .setAssignment(assignment)
                .build();
    }

    public static WorkerCommand about(long incarnation, long sequence, CommandType type, String lease) {
        return WorkerCommand.newBuilder(command(incarnation, sequence, type))
                .setLeaseId(lease)
                .setReason("because")
                .build();
    }

    public static AttemptEnd succeeded(String summary) {
        return new AttemptEnd(
                AttemptEnd.Status.SUCCEEDED,
                TaskResult.newBuilder().setSummary(summary).build(),
                null,
                BRAIN);
    }
}
