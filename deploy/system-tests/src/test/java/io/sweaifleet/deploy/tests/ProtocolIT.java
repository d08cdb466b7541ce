package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.topology.intake.IntakeTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the protocol promises when records come again, too early, or from a process that was replaced: on a real broker. */
@Timeout(300)
class ProtocolIT {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final String POOL = "default";

    /** How long ended tasks are remembered here. */
    private static final Duration RETENTION = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private TestBroker broker;
    private TopologyProcess topology;
    private TestBroker.Follower<TaskOutcome> outcomes;
    private TestBroker.Follower<TaskEvent> events;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory.resolve("kafka"));
        broker.define();
        broker.send(
                FleetTopic.POOLS,
                null,
                POOL,
                PoolDefinition.newBuilder()
                        .setPool(POOL)
                        .setVersion(1)
                        .setLeaseMs(10_000)
                        .setLeaseGraceMs(5_000)
                        .setDedupeRetentionMs(RETENTION.toMillis())
                        .setUpdatedAt(Instant.now())
                        .build());
        broker.flush();
        topology = TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of());
        outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class);
        events = broker.follow(FleetTopic.TASK_EVENTS, TaskEvent.class);
    }

    @AfterEach
    void stop() {
        outcomes.close();
        events.close();
        topology.close();
        broker.close();
    }

    @Test
    void shouldRunNothingAgainThatIsReadAgainWhenItsTombstonesAreGone() throws Exception {
        // Given
        int tasks = 20;
        try (ProbeWorker worker = new ProbeWorker(broker, POOL, "worker-1", tasks, 3)) {
            for (int i = 0; i < tasks; i++) {
                submit("task-" + i);
            }
            awaitOutcomes(tasks);
            Instant forgotten = Instant.now().plus(RETENTION).plusSeconds(1);
            Await.until(LONG, () -> "so late", () -> Instant.now().isAfter(forgotten));

            // When: intake begins at the beginning again
            assertThat(topology.stop()).isZero();
            rewindIntake();
            topology = TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of());

            // Then
            Await.until(LONG, () -> "all recognised", () -> countOf(TaskEventType.DUPLICATE_IGNORED) == tasks);
            submit("new");
            awaitOutcomes(tasks + 1);
            assertThat(worker.started()).hasSize(tasks + 1);
        }
    }

    private void rewindIntake() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
            for (int i = 0; i < FleetTopic.TASKS.partitions(); i++) {
                beginning.put(new TopicPartition(FleetTopic.TASKS.topicName(), i), new OffsetAndMetadata(0));
            }
            // A group has members for a while after they have gone.
            Await.until(LONG, () -> "rewound", () -> {
                try {
                    admin.alterConsumerGroupOffsets(IntakeTopology.APPLICATION, beginning)
                            .all()
                            .get();
                    return true;
                } catch (ExecutionException | InterruptedException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void shouldKeepARequestUntilItsTaskComes() throws Exception {
        // Given
        try (ProbeWorker worker = new ProbeWorker(broker, POOL, "worker-1", 4, 3)) {
            control(TaskControl.newBuilder()
                    .setId("cancel-late")
                    .setTaskId("late")
                    .setAction(ControlAction.CANCEL));
            // What is kept tells nothing. This one does, and comes after it.
            control(TaskControl.newBuilder()
                    .setId("pause-nobody")
                    .setOfTenant("nobody")
                    .setAction(ControlAction.PAUSE));
            Await.until(LONG, () -> "taken", () -> countOf(TaskEventType.PAUSE_REQUESTED) == 1);

            // When
            submit("late");
            submit("other");

            // Then
            awaitOutcomes(2);
            assertThat(outcomes.read())
                    .extracting(outcome -> outcome.value().getTaskId(), outcome -> outcome.value()
                            .getStatus())
                    .containsExactlyInAnyOrder(
                            tuple("late", TaskStatus.CANCELLED), tuple("other", TaskStatus.SUCCEEDED));
            assertThat(worker.started()).extracting(Assignment::getTaskId).containsExactly("other");
        }
    }

    @Test
    void shouldHearOnlyTheNewestIncarnationOfAWorker() throws Exception {
        // Given: a process that runs a task, and is replaced though it goes on
        try (ProbeWorker old = new ProbeWorker(broker, POOL, "worker-1", 4, 3, assignment -> true)) {
            submit("task");
            Await.until(LONG, () -> "at work", () -> old.started().size() == 1);

            // When
            try (ProbeWorker replacement = new ProbeWorker(broker, POOL, "worker-1", 4, 3, assignment -> true)) {
                Await.until(
                        LONG, () -> "given anew", () -> replacement.started().size() == 1);
                old.release();
                Await.until(LONG, () -> "reported by both", () -> old.reported() == 1);
                submit("next");
                Await.until(
                        LONG,
                        () -> "given the next",
                        () -> replacement.started().size() == 2);
                replacement.release();

                // Then
                awaitOutcomes(2);
                assertThat(outcomes.read())
                        .filteredOn(outcome -> outcome.value().getTaskId().equals("task"))
                        .singleElement()
                        .satisfies(outcome ->
                                assertThat(outcome.value().getAttempts()).hasSize(2));
                assertThat(old.started()).hasSize(1);
                assertThat(replacement.started())
                        .extracting(Assignment::getAttempt)
                        .isEqualTo(List.of(2, 1));
            }
        }
    }

    private void control(TaskControl.Builder request) {
        broker.send(FleetTopic.TASK_CONTROL, 0, null, request.build());
        broker.flush();
    }

    private void submit(String id) {
        broker.send(
                FleetTopic.TASKS,
                null,
                null,
                TaskSubmitted.newBuilder()
                        .setId(id)
                        .setKind("bench.noop")
                        .setRole("bench")
                        .build());
        broker.flush();
    }

    private void awaitOutcomes(int count) throws InterruptedException {
        Await.until(
                LONG,
                () -> count + " outcomes, but " + outcomes.read().size(),
                () -> outcomes.read().size() >= count);
        assertThat(outcomes.read()).hasSize(count);
    }

    private long countOf(TaskEventType type) {
        return events.read().stream()
                .filter(event -> event.value().getType() == type)
                .count();
    }
}
