package io.sweaifleet.topology;

import static io.sweaifleet.topology.TestFleet.task;
import static io.sweaifleet.topology.TestFleet.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a record has a name that reaches its sender, and nothing else stops. */
class BadInputTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");

    @AfterEach
    void close() {
        fleet.close();
    }

    private DeadLetter onlyDeadLetter() {
        List<DeadLetter> letters = fleet.deadLetters();
        assertThat(letters).hasSize(1);
        return letters.get(0);
    }

    private void assertOthersGoOn() {
        TestFleet.Worker worker = fleet.worker("worker-ok", "qa", 1).hello();
        fleet.submit(task("healthy", "qa").build());
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
        assertThat(fleet.outcomes()).anySatisfy(outcome -> {
            assertThat(outcome.getTaskId()).isEqualTo("healthy");
            assertThat(outcome.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = FleetTopic.class,
            names = {
                "TASKS",
                "WORKFLOWS",
                "TASK_CONTROL",
                "ROLES",
                "POOLS",
                "APPROVALS",
                "WORKFLOW_DEFINITIONS",
                "CORE_INPUTS",
                "AGENT_HEARTBEATS",
                "AGENT_RESULTS"
            })
    void shouldKeepBytesThatAreNotAvroAsADeadLetter(FleetTopic topic) {
        // Given
        byte[] garbage = "{\"kind\":\"json\"}".getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        headers.add("from", utf8("someone"));

        // When
        fleet.send(topic, utf8("default"), garbage, headers);

        // Then
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNDECODABLE);
        assertThat(letter.getValue().array()).isEqualTo(garbage);
        assertThat(letter.getKey().array()).isEqualTo(utf8("default"));
        assertThat(letter.getHeaders().get(0).getName()).isEqualTo("from");
        assertThat(letter.getOrigin().getTopic()).isEqualTo(topic.topicName());
        assertThat(letter.getFailure().getRemedy()).isNotEmpty();
        assertOthersGoOn();
    }

    @Test
    void shouldNameASchemaIdThatTheRegistryDoesNotKnow() {
        // Given
        byte[] value = fleet.encode(FleetTopic.TASKS, task("t", "qa").build());
        value[3] = 0x7F;

        // When
        fleet.send(FleetTopic.TASKS, null, value, new RecordHeaders());

        // Then
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNKNOWN_SCHEMA);
        assertThat(letter.getFailure().getMessage()).contains("schema id");
        assertOthersGoOn();
    }

    @Test
    void shouldRefuseATombstoneAmongTasks() {
        // When
        fleet.send(FleetTopic.TASKS, utf8("k"), null, new RecordHeaders());

        // Then
        assertThat(onlyDeadLetter().getFailure().getCode()).isEqualTo("NO_VALUE");
    }

    @Test
    void shouldRejectARecordOfMoreThanAMegabyteByNameAndOutcome() {
        // Given
        TaskSubmitted task = task("huge", "qa")
                .setInstructions("x".repeat(1_100_000))
                .setCorrelationId("build-9")
                .build();

        // When
        fleet.submit(task);

        // Then
        assertThat(onlyDeadLetter().getCause()).isEqualTo(DeadLetterCause.TOO_LARGE);
        TaskOutcome outcome = fleet.outcomes().get(0);
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
        assertThat(outcome.getTaskId()).isEqualTo("huge");
        assertThat(outcome.getCorrelationId()).isEqualTo("build-9");
        assertThat(outcome.getFailure().getCode()).isEqualTo("TOO_LARGE");
        assertOthersGoOn();
    }

    static Stream<Arguments> invalidTasks() {
        return Stream.of(
                Arguments.of(task("Not An Id", "qa"), "id", "Not An Id"),
                Arguments.of(task("t", "qa").setPool("No/Pool"), "pool", "No/Pool"),
                Arguments.of(task("t", "qa").setTenant(""), "tenant", ""),
                Arguments.of(task("t", "qa").setWorkflowId("w"), "workflowId", "w"),
                Arguments.of(task("t", "qa").setKind(""), "kind", ""),
                Arguments.of(task("t", "qa").setKind("Rm -rf"), "kind", "Rm -rf"),
                Arguments.of(task("t", "qa").setRole(""), "role", ""),
                Arguments.of(task("t", "qa").setPriority(10), "priority", "10"),
                Arguments.of(task("t", "qa").setPriority(-1), "priority", "-1"),
                Arguments.of(
                        task("t", "qa").setDeadline(TestFleet.START.minusSeconds(1)),
                        "deadline",
                        "2026-03-01T07:59:59Z"),
                Arguments.of(task("t", "qa").setAttemptTimeoutMs(0L), "attemptTimeoutMs", "0"),
                Arguments.of(
                        task("t", "qa")
                                .setRetry(RetryPolicy.newBuilder()
                                        .setMaxAttempts(0)
                                        .build()),
                        "retry.maxAttempts",
                        "0"),
                Arguments.of(
                        task("t", "qa")
                                .setRetry(RetryPolicy.newBuilder()
                                        .setMultiplier(Double.NaN)
                                        .build()),
                        "retry.multiplier",
                        "NaN"),
                Arguments.of(
                        task("t", "qa")
                                .setRetry(
                                        RetryPolicy.newBuilder().setJitter(1.5).build()),
                        "retry.jitter",
                        "1.5"),
                Arguments.of(task("t", "qa").setRepository("--upload-pack=evil"), "repository", "--upload-pack=evil"),
                Arguments.of(task("t", "qa").setBaseRef("-x"), "baseRef", "-x"),
                Arguments.of(task("t", "qa").setDependsOn(List.of("other")), "dependsOn", "[other]"),
                Arguments.of(task("t", "qa").setTitle("x".repeat(501)), "title", "x".repeat(197) + "..."));
    }

    @ParameterizedTest
    @MethodSource("invalidTasks")
    void shouldRejectAnInvalidTaskByFieldValueAndRemedyAndItsOutcomeOnce(
            TaskSubmitted.Builder builder, String field, String value) {
        // When
        fleet.submit(builder.setLabels(Map.of("from", "test")).build());

        // Then
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.INVALID);
        assertThat(letter.getFailure().getField()).isEqualTo(field);
        assertThat(letter.getFailure().getValue()).isEqualTo(value);
        assertThat(letter.getFailure().getRemedy()).isNotEmpty();
        assertThat(letter.getApplication()).isEqualTo("fleet-intake");
        List<TaskOutcome> outcomes = fleet.outcomes();
        assertThat(outcomes).hasSize(1);
        assertThat(outcomes.get(0).getStatus()).isEqualTo(TaskStatus.REJECTED);
        assertThat(outcomes.get(0).getFailure()).isEqualTo(letter.getFailure());
        assertThat(outcomes.get(0).getLabels()).containsEntry("from", "test");
        assertThat(fleet.workflowOutcomes())
                .extracting(WorkflowOutcome::getStatus)
                .containsExactly(WorkflowStatus.REJECTED);
    }

    private static TaskSubmitted needing(String id, String... ids) {
        return task(id, "qa").setDependsOn(List.of(ids)).build();
    }

    static Stream<Arguments> invalidWorkflows() {
        return Stream.of(
                Arguments.of(List.of(needing("a", "c"), needing("b", "a"), needing("c", "b")), "a -> c -> b -> a", 3),
                Arguments.of(List.of(needing("a", "a")), "depends on itself", 1),
                Arguments.of(List.of(needing("a", "ghost")), "ghost, which is not a task of the workflow", 1),
                Arguments.of(List.of(needing("a"), needing("a")), "Two tasks of the workflow have the id a", 1),
                Arguments.of(List.of(), "tasks.size is 0", 0),
                Arguments.of(
                        Stream.iterate(0, i -> i + 1)
                                .limit(1_001)
                                .map(i -> needing("t" + i))
                                .toList(),
                        "tasks.size is 1001",
                        1_000),
                Arguments.of(List.of(task("a", "qa").setPool("other").build()), "but the workflow's is default", 1));
    }

    @ParameterizedTest
    @MethodSource("invalidWorkflows")
    void shouldRejectEveryTaskOfAnInvalidWorkflow(List<TaskSubmitted> tasks, String message, int outcomes) {
        // When
        fleet.submit(WorkflowSubmitted.newBuilder().setId("w").setTasks(tasks).build());

        // Then
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.INVALID);
        assertThat(letter.getFailure().getMessage()).contains(message);
        assertThat(letter.getWorkflowId()).isEqualTo("w");
        assertThat(fleet.outcomes()).hasSize(outcomes).allSatisfy(outcome -> assertThat(outcome.getStatus())
                .isEqualTo(TaskStatus.REJECTED));
        assertThat(fleet.workflowOutcomes()).hasSize(1);
    }

    @Test
    void shouldRejectATaskOfAPoolThatNobodyDeclares() {
        // When
        fleet.submit(task("t", "qa").setPool("nowhere").build());
        fleet.pass(Duration.ofSeconds(6));

        // Then
        TaskOutcome outcome = fleet.outcomes().get(0);
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("UNKNOWN_POOL");
        assertThat(outcome.getFailure().getValue()).isEqualTo("nowhere");
    }

    @Test
    void shouldRejectATaskOfAClosedPool() {
        // Given
        fleet.send(FleetTopic.POOLS, "default", null);

        // When
        fleet.submit(task("t", "qa").build());

        // Then
        assertThat(fleet.outcomes().get(0).getFailure().getCode()).isEqualTo("POOL_CLOSED");
    }

    @Test
    void shouldRefuseAControlRequestWithoutATarget() {
        // When
        fleet.send(FleetTopic.TASK_CONTROL, null, TaskControl.newBuilder().build());

        // Then
        assertThat(onlyDeadLetter().getFailure().getField()).isEqualTo("taskId");
    }

    @Test
    void shouldRefuseADefinitionUnderAnotherKey() {
        // When
        fleet.send(FleetTopic.ROLES, "other", TestFleet.role("developer"));

        // Then
        assertThat(onlyDeadLetter().getFailure().getField()).isEqualTo("key");
    }

    @Test
    void shouldRefuseAMarkerThatCoreDidNotWrite() {
        // Given
        var forged = io.sweaifleet.schemas.worker.Heartbeat.newBuilder(
                        fleet.worker("worker-1", "qa", 1).heartbeat(HeartbeatType.MARKER))
                .setMarker("WORKER_SILENT")
                .build();

        // When
        fleet.send(FleetTopic.AGENT_HEARTBEATS, "default", forged);

        // Then
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getFailure().getField()).isEqualTo("marker");
        assertThat(letter.getOrigin().getTimestamp()).isEqualTo(TestFleet.START);
        assertOthersGoOn();
    }

    @Test
    void shouldRefuseAHeartbeatThatNamesAPartitionThatIsNot() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1);
        var heartbeat = worker.heartbeat(HeartbeatType.HELLO);
        var wrong = io.sweaifleet.schemas.worker.Heartbeat.newBuilder(heartbeat)
                .setCommandPartition(99)
                .build();

        // When
        fleet.send(FleetTopic.AGENT_HEARTBEATS, "default", wrong);

        // Then
        assertThat(onlyDeadLetter().getFailure().getField()).isEqualTo("commandPartition");
        assertThat(fleet.commands()).isEmpty();
        assertOthersGoOn();
    }

    @Test
    void shouldRefuseARecordUnderAKeyThatIsNotItsPool() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1);

        // When
        fleet.send(FleetTopic.AGENT_HEARTBEATS, "elsewhere", worker.heartbeat(HeartbeatType.HELLO));

        // Then
        assertThat(onlyDeadLetter().getCause()).isEqualTo(DeadLetterCause.MISPARTITIONED);
        assertThat(fleet.commands()).isEmpty();
    }

    @Test
    void shouldFailAnAttemptWhoseResultIsBeyondTheContract() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(task("t", "qa").build());
        worker.take();
        var result = io.sweaifleet.schemas.task.TaskResult.newBuilder()
                .setOutputs(Map.of("log", "x".repeat(20_000)))
                .build();

        // When
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED, result, null);

        // Then
        TaskOutcome outcome = fleet.outcomes().get(0);
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("RESULT_TOO_LARGE");
    }

    @Test
    void shouldSetARecordThatMakesCoreThrowAsideWithItsWorkflow() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(WorkflowSubmitted.newBuilder()
                .setId("w")
                .setTasks(List.of(
                        task("broken", "qa").setPriority(9).build(),
                        task("sibling", "qa").setDependsOn(List.of("broken")).build()))
                .build());
        worker.take();
        assertThat(worker.held.get(0).getTaskId()).isEqualTo("broken");
        // The sibling's entry is damaged, so that what follows from the result throws.
        damage("sibling");

        // When
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);

        // Then
        assertThat(fleet.events()).extracting(TaskEvent::getType).contains(TaskEventType.QUARANTINED);
        DeadLetter letter = onlyDeadLetter();
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.POISON);
        assertThat(letter.getStackTrace()).contains("DamagedEntryException");
        assertThat(letter.getOrigin().getTopic()).isEqualTo("fleet.agent-results");
        assertThat(fleet.outcomes())
                .extracting(TaskOutcome::getTaskId, TaskOutcome::getStatus)
                .containsExactlyInAnyOrder(tuple("broken", TaskStatus.FAILED), tuple("sibling", TaskStatus.FAILED));
        worker.beat(HeartbeatType.GOODBYE);
        assertOthersGoOn();
    }

    @Test
    void shouldSetATaskThatCannotBeGivenAsideWithItsWorkflow() {
        // Given
        fleet.submit(task("damaged", "qa").setPriority(9).build());
        damage("damaged");

        // When
        assertOthersGoOn();
        fleet.pass(Duration.ofSeconds(1));

        // Then
        assertThat(fleet.events())
                .filteredOn(event -> event.getType() == TaskEventType.QUARANTINED)
                .extracting(TaskEvent::getWorkflowId)
                .containsExactly("damaged");
        assertThat(fleet.workflowOutcomes())
                .filteredOn(outcome -> outcome.getWorkflowId().equals("damaged"))
                .extracting(WorkflowOutcome::getStatus)
                .containsExactly(WorkflowStatus.FAILED);
    }

    @Test
    void shouldFailALoneTaskWhoseDamagedEntryAControlRequestTouches() {
        // Given
        fleet.submit(task("damaged", "ghost").build());
        damage("damaged");

        // When
        fleet.send(
                FleetTopic.TASK_CONTROL,
                null,
                TaskControl.newBuilder()
                        .setId("cancel-1")
                        .setTaskId("damaged")
                        .setAction(ControlAction.CANCEL)
                        .build());

        // Then
        assertThat(onlyDeadLetter().getCause()).isEqualTo(DeadLetterCause.POISON);
        assertThat(fleet.outcomes())
                .filteredOn(outcome -> outcome.getTaskId().equals("damaged"))
                .extracting(
                        TaskOutcome::getStatus, outcome -> outcome.getFailure().getCode())
                .containsExactly(tuple(TaskStatus.FAILED, "QUARANTINED"));
    }

    /** Writes bytes that are no entry, and sees to it that the decoded one is no longer held. */
    private void damage(String taskId) {
        for (int i = 0; i < 5; i++) {
            String prefix = "filler-" + i + "-";
            fleet.submit(WorkflowSubmitted.newBuilder()
                    .setId(prefix)
                    .setTasks(Stream.iterate(0, n -> n + 1)
                            .limit(1_000)
                            .map(n -> task(prefix + n, "ghost").build())
                            .toList())
                    .build());
        }
        Bytes key = null;
        try (var all = fleet.store().all()) {
            while (all.hasNext()) {
                Bytes next = all.next().key;
                String text = new String(next.get(), StandardCharsets.UTF_8);
                if (text.equals("default\u0000k" + taskId)) {
                    key = next;
                }
            }
        }
        fleet.store().put(key, new byte[] {1, 1, 127});
    }
}
