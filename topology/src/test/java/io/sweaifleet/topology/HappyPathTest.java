package io.sweaifleet.topology;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HappyPathTest {

    private final TestFleet fleet = TestFleet.withRoles("qa", "developer");

    @AfterEach
    void close() {
        fleet.close();
    }

    @Test
    void shouldBringALoneTaskFromSubmissionToOutcome() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 2).hello();
        TaskSubmitted task = task("run-tests", "qa")
                .setTitle("Run the tests")
                .setLabels(Map.of("team", "core"))
                .setCorrelationId("build-7")
                .build();
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", "00-abc-def-01".getBytes(StandardCharsets.UTF_8));

        // When
        fleet.send(FleetTopic.TASKS, null, fleet.encode(FleetTopic.TASKS, task), headers);
        List<WorkerCommand> commands = worker.take();
        HeldLease lease = worker.held.get(0);
        fleet.pass(Duration.ofMillis(200));
        worker.report(lease, AgentResultType.STARTED);
        fleet.pass(Duration.ofSeconds(1));
        TaskResult result = TaskResult.newBuilder().setSummary("All green").build();
        worker.report(lease, AgentResultType.SUCCEEDED, result, null);

        // Then
        assertThat(commands)
                .extracting(WorkerCommand::getType)
                .containsExactly(CommandType.WELCOME, CommandType.ASSIGN);
        assertThat(commands).extracting(WorkerCommand::getSequence).containsExactly(1L, 2L);
        assertThat(commands.get(1).getAssignment().getTraceparent()).isEqualTo("00-abc-def-01");
        List<TestRecord<String, TaskOutcome>> outcomes = fleet.outcomeRecords();
        assertThat(outcomes).hasSize(1);
        assertThat(outcomes.get(0).key()).isEqualTo("default/run-tests");
        assertThat(new String(
                        outcomes.get(0).headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
                .isEqualTo("00-abc-def-01");
        TaskOutcome outcome = outcomes.get(0).value();
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getWorkflowId()).isEqualTo("run-tests");
        assertThat(outcome.getResult().getSummary()).isEqualTo("All green");
        assertThat(outcome.getLabels()).containsEntry("team", "core");
        assertThat(outcome.getCorrelationId()).isEqualTo("build-7");
        assertThat(outcome.getStartedAt()).isEqualTo(TestFleet.START.plusMillis(200));
        assertThat(outcome.getFinishedAt()).isEqualTo(TestFleet.START.plusMillis(1200));
        assertThat(outcome.getAttempts()).hasSize(1);
        assertThat(outcome.getOrigin().getTopic()).isEqualTo("fleet.tasks");
        assertThat(fleet.workflowOutcomes())
                .extracting(WorkflowOutcome::getStatus)
                .containsExactly(WorkflowStatus.SUCCEEDED);
        List<TaskEvent> events = fleet.events();
        assertThat(events)
                .extracting(TaskEvent::getType)
                .containsExactly(
                        TaskEventType.WORKFLOW_ACCEPTED,
                        TaskEventType.TASK_ACCEPTED,
                        TaskEventType.TASK_READY,
                        TaskEventType.TASK_ASSIGNED,
                        TaskEventType.TASK_STARTED,
                        TaskEventType.TASK_ENDED,
                        TaskEventType.WORKFLOW_ENDED);
        assertThat(events).extracting(TaskEvent::getSequence).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(events.get(0).getInputOffsets()).containsKey("fleet.core-inputs");
        assertThat(worker.take()).extracting(WorkerCommand::getType).containsExactly(CommandType.ACKNOWLEDGE);
        assertThat(fleet.deadLetters()).isEmpty();
    }

    @Test
    void shouldRunADependentAfterItsDependencyAndTellItsOutputs() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 2).hello();
        WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder()
                .setId("flow")
                .setRepository("/repo")
                .setPriority(7)
                .setTasks(List.of(
                        task("first", "qa").build(),
                        task("second", "qa").setDependsOn(List.of("first")).build()))
                .build();

        // When
        fleet.submit(workflow);
        worker.take();
        assertThat(worker.held).extracting(HeldLease::getTaskId).containsExactly("first");
        TaskResult result =
                TaskResult.newBuilder().setOutputs(Map.of("answer", "42")).build();
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED, result, null);
        List<WorkerCommand> commands = worker.take();

        // Then
        WorkerCommand assign = commands.get(commands.size() - 1);
        assertThat(assign.getAssignment().getTaskId()).isEqualTo("second");
        assertThat(assign.getAssignment().getRepository()).isEqualTo("/repo");
        assertThat(assign.getAssignment().getPriority()).isEqualTo(7);
        assertThat(assign.getAssignment().getDependencies().get(0).getOutputs()).containsEntry("answer", "42");
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
        WorkflowOutcome outcome = fleet.workflowOutcomes().get(0);
        assertThat(outcome.getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(outcome.getTasks()).hasSize(2);
        assertThat(fleet.outcomes()).hasSize(2);
    }
}
