package io.sweaifleet.topology;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The largest that is taken fits into one command; what is larger is refused where it is submitted. */
class SizeLimitsTest {

    /** Largest outputs of a result, in characters. */
    private static final int OUTPUTS = 16_384;
    /** Results with the largest outputs that one assignment tells of. */
    private static final int DEPENDENCIES = 16;

    private static final int TEXT = 262_144;

    private final TestFleet fleet = TestFleet.withRoles("qa");

    @AfterEach
    void close() {
        fleet.close();
    }

    @Test
    void shouldGiveTheLargestTaskAndItsDependenciesInOneCommand() {
        // Given
        TestFleet.Worker worker = worker();
        fleet.submit(workflowOf(FleetTopic.MAX_SUBMISSION_BYTES));
        worker.take();
        TaskResult result = TaskResult.newBuilder()
                .setOutputs(Map.of("o", "\u20ac".repeat(OUTPUTS - 1)))
                .build();

        // When
        WorkerCommand assign = lastAfter(worker, result);

        // Then
        assertThat(assign.getAssignment().getDependencies())
                .hasSize(DEPENDENCIES)
                .allSatisfy(dependency -> assertThat(dependency.getOutputs()).hasSize(1));
        assertThat(fleet.encode(FleetTopic.WORKER_COMMANDS, assign).length)
                .isGreaterThan(FleetTopic.MAX_SUBMISSION_BYTES + 2 * TEXT)
                .isLessThan(FleetTopic.WORKER_COMMANDS.maxMessageBytes());
    }

    @Test
    void shouldLeaveOutOfTheCommandWhatDependenciesSayBeyondMeasure() {
        // Given
        TestFleet.Worker worker = worker();
        fleet.submit(workflow(1));
        worker.take();
        ArtifactRef artifact = ArtifactRef.newBuilder()
                .setName("report.json")
                .setKind("report")
                .setSha256("0".repeat(64))
                .setSizeBytes(1)
                .setMediaType("x".repeat(TEXT))
                .setUri("file:///report.json")
                .build();

        // When
        WorkerCommand assign = lastAfter(
                worker, TaskResult.newBuilder().setArtifacts(List.of(artifact)).build());

        // Then
        assertThat(assign.getAssignment().getDependencies())
                .hasSize(DEPENDENCIES)
                .allSatisfy(dependency -> assertThat(dependency.getArtifacts()).isEmpty());
        assertThat(fleet.encode(FleetTopic.WORKER_COMMANDS, assign).length)
                .isLessThan(FleetTopic.WORKER_COMMANDS.maxMessageBytes());
    }

    @Test
    void shouldRefuseByNameWhatIsOneByteLarger() {
        // Given
        TestFleet.Worker worker = worker();

        // When
        fleet.submit(workflowOf(FleetTopic.MAX_SUBMISSION_BYTES + 1));

        // Then
        worker.take();
        assertThat(worker.held).isEmpty();
        assertThat(fleet.outcomes()).hasSize(DEPENDENCIES + 1).allSatisfy(outcome -> {
            assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
            assertThat(outcome.getFailure().getCode()).isEqualTo("TOO_LARGE");
            assertThat(outcome.getFailure().getMessage()).contains("1048577 bytes", "1048576");
        });
    }

    private TestFleet.Worker worker() {
        return fleet.worker("worker-1", "qa", DEPENDENCIES).hello();
    }

    /** The assignment of the last task, after all that it depends on ended like this. */
    private static WorkerCommand lastAfter(TestFleet.Worker worker, TaskResult result) {
        for (HeldLease lease : List.copyOf(worker.held)) {
            worker.report(lease, AgentResultType.SUCCEEDED, result, null);
        }
        List<WorkerCommand> commands = worker.take();
        WorkerCommand assign = commands.get(commands.size() - 1);
        assertThat(assign.getType()).isEqualTo(CommandType.ASSIGN);
        assertThat(assign.getAssignment().getTaskId()).isEqualTo("last");
        return assign;
    }

    /** A workflow of so many bytes as a record: some tasks, and one that depends on them and has nearly all the bytes. */
    private WorkflowSubmitted workflowOf(int bytes) {
        int some = 200_000;
        int missing = bytes - fleet.encode(FleetTopic.WORKFLOWS, workflow(some)).length;
        WorkflowSubmitted exact = workflow(some + missing);
        assertThat(fleet.encode(FleetTopic.WORKFLOWS, exact)).hasSize(bytes);
        return exact;
    }

    private static WorkflowSubmitted workflow(int instructions) {
        List<String> names = new ArrayList<>();
        IntStream.range(0, DEPENDENCIES).forEach(i -> names.add("needed-" + i));
        List<TaskSubmitted> tasks = new ArrayList<>();
        names.forEach(name -> tasks.add(task(name, "qa").build()));
        String text = "x".repeat(TEXT);
        tasks.add(task("last", "qa")
                .setDependsOn(names)
                .setInputs(Map.of("a", text, "b", text, "c", text))
                .setInstructions("x".repeat(instructions))
                .build());
        return WorkflowSubmitted.newBuilder().setId("flow").setTasks(tasks).build();
    }
}
