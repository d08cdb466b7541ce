package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What bad input gets on a whole node: a named cause that reaches the submitter, in the outcome or in a dead letter. After
 * each one, a task that is well still succeeds. The table is in {@code docs/troubleshooting.md}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadInputIT {
    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    private final String id = "bad-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        repository = TestRepositories.withOneCommit(directory.resolve("well"));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @AfterEach
    void assertThatATaskThatIsWellSucceeds() {
        String well = "well-" + UUID.randomUUID();
        client.send(FleetTopic.TASKS, well, mapping(well, repository.toString()).build());
        TaskOutcome outcome = client.outcome(well);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldRejectATaskForARoleThatNobodyDefined() {
        // When
        client.send(
                FleetTopic.TASKS,
                id,
                mapping(id, repository.toString()).setRole("wizard").build());

        // Then
        assertThatOutcome(TaskStatus.REJECTED, "UNKNOWN_ROLE").satisfies(outcome -> {
            assertThat(outcome.getFailure().getMessage()).contains("wizard");
            assertThat(outcome.getFailure().getRemedy()).isNotEmpty();
        });
    }

    @Test
    void shouldRejectATaskThatLeavesARequiredFieldEmptyByTheFieldsName() {
        // When
        client.send(
                FleetTopic.TASKS,
                id,
                mapping(id, repository.toString()).setKind("").build());

        // Then
        assertThatOutcome(TaskStatus.REJECTED, "MISSING_FIELD")
                .satisfies(
                        outcome -> assertThat(outcome.getFailure().getField()).isEqualTo("kind"));
    }

    @Test
    void shouldNameTheFieldThatARecordOfAnotherSchemaLacks() throws Exception {
        // Given
        Schema without = SchemaBuilder.record("TaskSubmitted")
                .namespace("io.sweaifleet.schemas.task")
                .fields()
                .requiredString("kind")
                .endRecord();
        int schemaId = SchemaRegistryClient.of(FleetSettings.registryClient(node.settings()))
                .register("somebody-elses-" + id, without);
        GenericRecord value = new GenericData.Record(without);
        value.put("kind", "architect.map-dependencies");

        // When
        RecordMetadata sent = client.send(FleetTopic.TASKS.topicName(), id, wire(schemaId, value));

        // Then
        DeadLetter letter = client.deadLetter(sent);
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNDECODABLE);
        assertThat(letter.getFailure().getMessage()).contains("role");
    }

    @Test
    void shouldRejectATaskOfMoreThanAMegabyteByNameAndOutcome() {
        // When
        RecordMetadata sent = client.send(
                FleetTopic.TASKS,
                id,
                mapping(id, repository.toString())
                        .setInstructions("x".repeat(1_060_000))
                        .build());

        // Then
        assertThatOutcome(TaskStatus.REJECTED, "TOO_LARGE");
        assertThat(client.deadLetter(sent).getCause()).isEqualTo(DeadLetterCause.TOO_LARGE);
    }

    @Test
    void shouldHaveTheBrokerRefuseWhatIsLargerThanAnyRecordMayBe() {
        // When
        Throwable thrown = catchThrowable(() -> client.send(FleetTopic.TASKS.topicName(), id, new byte[12 << 20]));

        // Then
        assertThat(thrown).hasMessageContaining("RecordTooLargeException");
    }

    @Test
    void shouldKeepARecordWhoseSchemaTheRegistryDoesNotKnow() {
        // When
        RecordMetadata sent =
                client.send(FleetTopic.TASKS.topicName(), id, new byte[] {0, 0x7f, 0x12, 0x34, 0x56, 1, 2, 3});

        // Then
        DeadLetter letter = client.deadLetter(sent);
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNKNOWN_SCHEMA);
        assertThat(letter.getFailure().getMessage()).contains(Integer.toString(0x7f123456));
        assertThat(letter.getFailure().getRemedy()).contains("redrive");
    }

    @Test
    void shouldKeepBytesThatAreNotAvroAsTheyCame() {
        // Given
        byte[] bytes = "{\"kind\": \"qa.run-tests\"}".getBytes(StandardCharsets.UTF_8);

        // When
        RecordMetadata sent = client.send(FleetTopic.TASKS.topicName(), id, bytes);

        // Then
        DeadLetter letter = client.deadLetter(sent);
        assertThat(letter.getCause()).isEqualTo(DeadLetterCause.UNDECODABLE);
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(bytes));
        assertThat(letter.getFailure().getRemedy()).contains("wire format");
    }

    @Test
    void shouldRejectEveryTaskOfAWorkflowWhoseDependenciesAreACycle() {
        // Given
        String one = id + "-1";
        String two = id + "-2";

        // When
        client.send(
                FleetTopic.WORKFLOWS,
                id,
                WorkflowSubmitted.newBuilder()
                        .setId(id)
                        .setRepository(repository.toString())
                        .setTasks(List.of(
                                mapping(one, null).setDependsOn(List.of(two)).build(),
                                mapping(two, null).setDependsOn(List.of(one)).build()))
                        .build());

        // Then
        for (String task : List.of(one, two)) {
            TaskOutcome outcome = client.outcome(task);
            assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
            assertThat(outcome.getFailure().getCode()).isEqualTo("CYCLE");
            assertThat(outcome.getFailure().getMessage()).contains(one).contains(two);
        }
    }

    @Test
    void shouldFailATaskWhosePathIsNotThere() {
        // When
        client.send(
                FleetTopic.TASKS,
                id,
                mapping(id, directory.resolve("nowhere").toString()).build());

        // Then
        assertThatOutcome(TaskStatus.FAILED, "REPOSITORY_UNREACHABLE")
                .satisfies(
                        outcome -> assertThat(outcome.getFailure().getField()).isEqualTo("repository"));
    }

    @Test
    void shouldFailATaskWhoseRepositoryCannotBeReachedAfterItsAttempts() {
        // When
        client.send(
                FleetTopic.TASKS,
                id,
                mapping(id, "git://127.0.0.1:1/somebody/project.git")
                        .setRetry(RetryPolicy.newBuilder()
                                .setMaxAttempts(2)
                                .setInitialBackoffMs(100)
                                .build())
                        .build());

        // Then
        assertThatOutcome(TaskStatus.FAILED, "REPOSITORY_UNREACHABLE").satisfies(outcome -> {
            assertThat(outcome.getFailure().getMessage()).contains("127.0.0.1");
            assertThat(outcome.getAttempts()).hasSize(2);
        });
    }

    @Test
    void shouldFailATaskWhoseRepositoryHasNoCommits() throws Exception {
        // Given
        Path empty = Files.createDirectories(directory.resolve("empty"));
        TestRepositories.git(empty, "init", "-q");

        // When
        client.send(FleetTopic.TASKS, id, mapping(id, empty.toString()).build());

        // Then
        assertThatOutcome(TaskStatus.FAILED, "REPOSITORY_EMPTY");
    }

    @Test
    void shouldWorkOnTheLastCommitOfADirtyRepositoryAndNameWhatItLeftOut() throws Exception {
        // Given
        Path dirty = TestRepositories.withOneCommit(directory.resolve("dirty"));
        Files.writeString(dirty.resolve("a.py"), "import something.new\n");

        // When
        client.send(FleetTopic.TASKS, id, mapping(id, dirty.toString()).build());

        // Then
        TaskOutcome outcome = client.outcome(id);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getResult().getSkipped())
                .extracting(SkippedStep::getCode)
                .contains("UNCOMMITTED_CHANGES");
        assertThat(Files.readString(dirty.resolve("a.py"))).isEqualTo("import something.new\n");
    }

    @Test
    void shouldFailATaskWhosePlaybookThrowsByWhatItThrew() {
        // When
        client.send(
                FleetTopic.TASKS,
                id,
                TaskSubmitted.newBuilder()
                        .setId(id)
                        .setKind(TestPlaybooks.Throwing.KIND)
                        .setRole("tester")
                        .setRetry(RetryPolicy.newBuilder().setMaxAttempts(1).build())
                        .build());

        // Then
        assertThatOutcome(TaskStatus.FAILED, "PLAYBOOK_THREW")
                .satisfies(outcome ->
                        assertThat(outcome.getFailure().getMessage()).contains("the recipe is missing its salt"));
    }

    /**
     * A byte of core's memory of one task is damaged where it survives a restart: in the changelog, while the topology is
     * down. The record that touches the task then makes core throw.
     */
    @Test
    void shouldSetAsideOnlyTheWorkflowWhoseRecordMakesCoreThrow() throws Exception {
        // Given
        client.send(
                FleetTopic.ROLES,
                "sleeper",
                RoleDefinition.newBuilder()
                        .setRole("sleeper")
                        .setVersion(1)
                        .setAgents(0)
                        .setUpdatedAt(Instant.now())
                        .build());
        String other = id + "-other";
        for (String each : List.of(id, other)) {
            client.send(
                    FleetTopic.TASKS,
                    each,
                    mapping(each, repository.toString()).setRole("sleeper").build());
            client.event(
                    "that queues " + each,
                    event -> each.equals(event.getTaskId()) && event.getType() == TaskEventType.TASK_READY);
        }
        damageInChangelog(id);

        // When
        RecordMetadata poison = client.send(FleetTopic.TASK_CONTROL, id, cancel(id));
        client.send(FleetTopic.TASK_CONTROL, other, cancel(other));

        // Then
        TaskOutcome outcome = client.outcome(id);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.FAILED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("QUARANTINED");
        assertThat(client.event(
                        "that sets " + id + " aside",
                        event -> event.getWorkflowId().equals(id) && event.getType() == TaskEventType.QUARANTINED))
                .isNotNull();
        assertThat(client.outcome(other).getStatus()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(poison.topic()).isEqualTo(FleetTopic.TASK_CONTROL.topicName());
    }

    private static void damageInChangelog(String taskId) throws Exception {
        TopicPartition changelog = new TopicPartition(
                "fleet-core-pool-state-by-key-changelog",
                Keys.partition("default", FleetTopic.CORE_INPUTS.partitions()));
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(node.settings()))) {
            // What follows an open transaction is not restored; between two heartbeats there is none.
            Await.until(
                    Duration.ofSeconds(60),
                    () -> "between two transactions",
                    () -> end(admin, changelog, IsolationLevel.READ_COMMITTED)
                            == end(admin, changelog, IsolationLevel.READ_UNCOMMITTED));
            long before = node.timesReady("topology");
            node.part("topology").destroyForcibly();
            client.send(new ProducerRecord<>(
                    changelog.topic(), changelog.partition(), "default\0k" + taskId, new byte[] {1, 1, 127}));
            node.awaitReady("topology", before + 1);
        }
    }

    private static long end(Admin admin, TopicPartition partition, IsolationLevel level) {
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(level))
                    .partitionResult(partition)
                    .get(30, TimeUnit.SECONDS)
                    .offset();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError(failure);
        }
    }

    private static TaskControl cancel(String taskId) {
        return TaskControl.newBuilder()
                .setId("cancel-" + UUID.randomUUID())
                .setTaskId(taskId)
                .setAction(ControlAction.CANCEL)
                .setRequestedAt(Instant.now())
                .build();
    }

    private ObjectAssert<TaskOutcome> assertThatOutcome(TaskStatus status, String code) {
        TaskOutcome outcome = client.outcome(id);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(status);
        assertThat(outcome.getFailure().getCode()).as("%s", outcome).isEqualTo(code);
        return assertThatObject(outcome);
    }

    private static TaskSubmitted.Builder mapping(String taskId, String repository) {
        return TaskSubmitted.newBuilder()
                .setId(taskId)
                .setKind("architect.map-dependencies")
                .setRole("architect")
                .setRepository(repository);
    }

    private static byte[] wire(int schemaId, GenericRecord value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
        var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(value.getSchema()).write(value, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
