package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.schedule.MissedPolicy;
import io.sweaifleet.schemas.schedule.OverlapPolicy;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.topology.TestFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The replay against the real processor: whatever happened to it, the same comes out of its records. */
class CoreReplayTest {

    private final TestFleet fleet = TestFleet.withRoles("qa", "developer");

    @AfterEach
    void close() {
        fleet.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldGiveTheSameEventsAndOutcomesWhateverHappened(long seed) {
        // Given
        new Days(new Random(seed)).live(250);
        InMemoryHistory history = InMemoryHistory.of(fleet);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.events()).isEqualTo(history.events("default").size());
        assertThat(verification.outcomes()).isEqualTo(history.outcomes()).isGreaterThan(30);
    }

    @Test
    void shouldNoteWhatHappensToNoWork() {
        // Given
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        for (int i = 0; i < 100; i++) {
            fleet.pass(Duration.ofSeconds(2));
            worker.beat(HeartbeatType.ALIVE);
        }
        InMemoryHistory history = InMemoryHistory.of(fleet);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        List<TaskEvent> events = history.events("default");
        assertThat(events).hasSizeBetween(2, 8).allSatisfy(event -> {
            assertThat(event.getType()).isEqualTo(TaskEventType.DECISIONS_NOTED);
            assertThat(event.getQuiet()).hasSize(32);
        });
        assertThat(verification.same()).isTrue();
        assertThat(verification.events()).isEqualTo(events.size());
    }

    @Test
    void shouldTakeWhatTheSweeperFoundFromTheRecord() {
        // Given: the queue has lost a task, for no reason that its history tells
        fleet.submit(task("one", "qa").build());
        var queued = new ArrayList<org.apache.kafka.common.utils.Bytes>();
        try (var all = fleet.store().all()) {
            all.forEachRemaining(entry -> {
                if (new String(entry.key.get(), java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains("qqa/default\0")) {
                    queued.add(entry.key);
                }
            });
        }
        assertThat(queued).hasSize(1);
        fleet.store().delete(queued.get(0));

        // When
        fleet.pass(Duration.ofMinutes(11));
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
        InMemoryHistory history = InMemoryHistory.of(fleet);
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(history.events("default"))
                .filteredOn(event -> event.getType() == TaskEventType.STATE_REPAIRED)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getTaskId()).isEqualTo("one");
                    assertThat(event.getFailure().getCode()).isEqualTo("TASK_NOT_QUEUED");
                });
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.events()).isEqualTo(history.events("default").size());
    }

    @Test
    void shouldReplayAWorkflowThatTakesSeveralDecisions() {
        // Given
        List<TaskSubmitted> tasks = IntStream.range(0, 900)
                .mapToObj(i -> task("t" + i, "qa")
                        .setDeadline(fleet.now().plusSeconds(3_600))
                        .setDependsOn(i == 0 ? List.of() : List.of("t0"))
                        .build())
                .toList();
        fleet.submit(WorkflowSubmitted.newBuilder().setId("big").setTasks(tasks).build());
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
        fleet.control(TaskControl.newBuilder()
                .setId("c")
                .setWorkflowId("big")
                .setAction(ControlAction.CANCEL)
                .build());
        fleet.pass(Duration.ofSeconds(70));
        InMemoryHistory history = InMemoryHistory.of(fleet);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.outcomes()).isEqualTo(901);
    }

    @Test
    void shouldNameTheEventThatComesOutOtherwise() {
        // Given
        finishOneTask();
        InMemoryHistory history = InMemoryHistory.of(fleet);
        history.change(FleetTopic.TASK_EVENTS, value -> {
            TaskEvent event = decode(value);
            return event.getType() == TaskEventType.TASK_STARTED
                    ? fleet.encode(
                            FleetTopic.TASK_EVENTS,
                            TaskEvent.newBuilder(event).setWorkerId("worker-9").build())
                    : value;
        });

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.same()).isFalse();
        assertThat(verification.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("TaskEvent.workerId");
            assertThat(difference.expected()).isEqualTo("worker-9");
            assertThat(difference.actual()).isEqualTo("worker-1");
            assertThat(difference.cause()).isEqualTo("fleet.agent-results/0@0");
            assertThat(difference.sequence()).isEqualTo(5);
        });
    }

    @Test
    void shouldNameAnOutcomeThatWasNotDecided() {
        // Given
        finishOneTask();
        InMemoryHistory history = InMemoryHistory.of(fleet);
        history.remove(FleetTopic.RESULTS, 0);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("outcome in fleet.results");
            assertThat(difference.expected()).isEqualTo("nothing");
            assertThat(difference.actual()).isEqualTo("default/one");
        });
    }

    @Test
    void shouldNameAnOutcomeThatWasRecordedTwice() {
        // Given
        finishOneTask();
        InMemoryHistory history = InMemoryHistory.of(fleet);
        history.repeat(FleetTopic.RESULTS, 0);

        // When
        Verification verification = new CoreReplay(history).verify("default");

        // Then
        assertThat(verification.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.expected()).isEqualTo("a further outcome of default/one");
            assertThat(difference.actual()).isEqualTo("nothing");
        });
    }

    @Test
    void shouldSayWhichRecordIsMissingInsteadOfBlamingTheRules() {
        // Given
        finishOneTask();
        InMemoryHistory withoutEvent = InMemoryHistory.of(fleet);
        InMemoryHistory withoutInput = withoutEvent.copy();
        withoutEvent.remove(FleetTopic.TASK_EVENTS, 2);
        withoutInput.remove(FleetTopic.AGENT_RESULTS, 0);

        // When / Then
        assertThatThrownBy(() -> new CoreReplay(withoutEvent).verify("default"))
                .isInstanceOf(UnverifiableException.class)
                .hasMessage("Event 3 of pool default is missing: the next one recorded is 4");
        assertThatThrownBy(() -> new CoreReplay(withoutInput).verify("default"))
                .isInstanceOf(UnverifiableException.class)
                .hasMessageContaining("The record at fleet.agent-results/0@0")
                .hasMessageContaining("missing");
    }

    @Test
    void shouldRefuseEventsOfAReleaseThatNotedTooLittle() {
        // Given
        finishOneTask();
        InMemoryHistory history = InMemoryHistory.of(fleet);
        history.change(
                FleetTopic.TASK_EVENTS,
                value -> fleet.encode(
                        FleetTopic.TASK_EVENTS,
                        TaskEvent.newBuilder(decode(value)).setResumedAt(null).build()));

        // When / Then
        assertThatThrownBy(() -> new CoreReplay(history).verify("default"))
                .isInstanceOf(UnverifiableException.class)
                .hasMessageStartingWith("Event 1 of pool default was recorded by a release");
    }

    private void finishOneTask() {
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
        fleet.submit(task("one", "qa").build());
        worker.take();
        worker.report(worker.held.get(0), AgentResultType.STARTED);
        worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);
    }

    private TaskEvent decode(byte[] value) {
        return FleetSerdes.value(TaskEvent.class, fleet.serdes)
                .deserializer()
                .deserialize(FleetTopic.TASK_EVENTS.topicName(), value);
    }

    /** What may happen to a fleet, drawn at random. */
    private final class Days {
        private final Random random;
        private final List<TestFleet.Worker> workers = new ArrayList<>();
        private final List<TaskSubmitted> lone = new ArrayList<>();
        private int ids;

        Days(Random random) {
            this.random = random;
        }

        void live(int steps) {
            for (int i = 0; i < steps; i++) {
                switch (random.nextInt(20)) {
                    case 0 -> newWorker();
                    case 1 -> control(random.nextBoolean() ? ControlAction.PAUSE : ControlAction.RESUME);
                    case 2 -> control(ControlAction.CANCEL);
                    case 3 -> control(ControlAction.REPRIORITISE);
                    case 4 -> submitWorkflow();
                    case 5 -> submitAgain();
                    case 6 -> definitions();
                    case 7 -> fleet.pass(Duration.ofSeconds(random.nextInt(60)));
                    case 8 -> {
                        if (random.nextInt(4) == 0) {
                            fleet.jump(Duration.ofMinutes(random.nextInt(5)));
                        }
                    }
                    case 9 -> schedule();
                    case 10, 11 -> submitTask();
                    default -> work();
                }
                fleet.pass(Duration.ofMillis(random.nextInt(3_000)));
            }
        }

        private void newWorker() {
            String id = "worker-" + random.nextInt(4);
            workers.removeIf(worker -> worker.id.equals(id));
            workers.add(fleet.worker(id, random.nextBoolean() ? "qa" : "developer", 1 + random.nextInt(4))
                    .hello());
        }

        private void work() {
            for (TestFleet.Worker worker : workers) {
                if (random.nextInt(6) == 0) {
                    continue;
                }
                worker.take();
                for (HeldLease lease : List.copyOf(worker.held)) {
                    switch (random.nextInt(8)) {
                        case 0, 1 -> worker.report(lease, AgentResultType.STARTED);
                        case 2 -> worker.report(lease, AgentResultType.PROGRESS);
                        case 3, 4 -> worker.report(lease, AgentResultType.SUCCEEDED);
                        case 5 -> worker.report(lease, AgentResultType.FAILED, null, failure());
                        case 6 -> worker.report(lease, AgentResultType.CANCELLED);
                        default -> worker.held.remove(lease);
                    }
                }
                worker.beat(random.nextInt(20) == 0 ? HeartbeatType.DRAINING : HeartbeatType.ALIVE);
            }
        }

        private Failure failure() {
            FailureClass type = random.nextBoolean() ? FailureClass.TRANSIENT : FailureClass.PERMANENT;
            return new Failure(type, "BROKEN", "It broke", "", null, null);
        }

        private TaskSubmitted.Builder newTask() {
            TaskSubmitted.Builder task = task("task-" + ++ids, random.nextInt(3) == 0 ? "developer" : "qa")
                    .setPriority(random.nextInt(10))
                    .setAttemptTimeoutMs(5_000L + random.nextInt(60_000));
            if (random.nextInt(4) == 0) {
                task.setDeadline(fleet.now().plusSeconds(random.nextInt(120)));
            }
            if (random.nextInt(4) == 0) {
                task.setNotBefore(fleet.now().plusSeconds(random.nextInt(60)));
            }
            if (random.nextInt(3) == 0) {
                task.setConcurrencyKey("key-" + random.nextInt(2));
            }
            return task;
        }

        private void submitTask() {
            TaskSubmitted task = newTask().build();
            lone.add(task);
            fleet.submit(task);
        }

        private void schedule() {
            String id = "schedule-" + random.nextInt(2);
            if (random.nextInt(5) == 0) {
                fleet.send(FleetTopic.SCHEDULES, "default/" + id, null);
                return;
            }
            fleet.send(
                    FleetTopic.SCHEDULES,
                    "default/" + id,
                    Schedule.newBuilder()
                            .setId(id)
                            .setVersion(++ids)
                            .setIntervalMs(5_000L * (1 + random.nextInt(6)))
                            .setJitterMs(random.nextInt(5_000))
                            .setOverlap(OverlapPolicy.values()[random.nextInt(4)])
                            .setMissed(MissedPolicy.values()[random.nextInt(4)])
                            .setPaused(random.nextInt(4) == 0)
                            .setWorkflow(WorkflowSubmitted.newBuilder()
                                    .setTasks(List.of(
                                            task("a", "qa").build(),
                                            task("b", "developer")
                                                    .setDependsOn(List.of("a"))
                                                    .build()))
                                    .build())
                            .setUpdatedAt(fleet.now())
                            .build());
        }

        private void submitAgain() {
            if (!lone.isEmpty()) {
                TaskSubmitted before = lone.get(random.nextInt(lone.size()));
                fleet.submit(
                        random.nextBoolean()
                                ? before
                                : TaskSubmitted.newBuilder(before)
                                        .setTitle("Other")
                                        .build());
            }
        }

        private void submitWorkflow() {
            List<TaskSubmitted> tasks = new ArrayList<>();
            int size = 2 + random.nextInt(5);
            for (int i = 0; i < size; i++) {
                List<String> needed = tasks.stream()
                        .map(TaskSubmitted::getId)
                        .filter(id -> random.nextBoolean())
                        .toList();
                tasks.add(newTask().setDependsOn(needed).build());
            }
            fleet.submit(WorkflowSubmitted.newBuilder()
                    .setId("flow-" + ++ids)
                    .setTasks(tasks)
                    .build());
        }

        private void control(ControlAction action) {
            TaskControl.Builder control =
                    TaskControl.newBuilder().setId("control-" + ++ids).setAction(action);
            if (action == ControlAction.REPRIORITISE) {
                control.setPriority(random.nextInt(10));
            }
            boolean wide = action == ControlAction.PAUSE || action == ControlAction.RESUME;
            switch (random.nextInt(wide ? 4 : 2)) {
                case 0 -> control.setTaskId("task-" + random.nextInt(ids + 5));
                case 1 -> control.setWorkflowId("flow-" + random.nextInt(ids + 5));
                case 2 -> control.setRole("qa");
                default -> {
                    // the whole pool
                }
            }
            fleet.control(control.build());
        }

        private void definitions() {
            switch (random.nextInt(6)) {
                case 0 -> fleet.send(FleetTopic.ROLES, "developer", null);
                case 1 -> {
                    var pool = TestFleet.pool("default");
                    pool = io.sweaifleet.schemas.role.PoolDefinition.newBuilder(pool)
                            .setVersion(++ids)
                            .setLeaseMs(5_000 + random.nextInt(30_000))
                            .build();
                    fleet.definePool(pool);
                }
                default -> fleet.defineRole(TestFleet.role("developer"));
            }
        }
    }

    /** Records in memory that a test may spoil. */
    record InMemoryHistory(Map<FleetTopic, List<ConsumerRecord<byte[], byte[]>>> records, Map<String, ?> serdes)
            implements CoreHistory {

        static InMemoryHistory of(TestFleet fleet) {
            Map<FleetTopic, List<ConsumerRecord<byte[], byte[]>>> records = new java.util.EnumMap<>(FleetTopic.class);
            CoreTopology.INPUTS.forEach(topic -> records.put(topic, new ArrayList<>(fleet.taken(topic))));
            for (FleetTopic topic : List.of(FleetTopic.TASK_EVENTS, FleetTopic.RESULTS, FleetTopic.WORKFLOW_RESULTS)) {
                records.put(topic, new ArrayList<>(fleet.written(topic)));
            }
            return new InMemoryHistory(records, fleet.serdes);
        }

        InMemoryHistory copy() {
            Map<FleetTopic, List<ConsumerRecord<byte[], byte[]>>> copies = new java.util.EnumMap<>(FleetTopic.class);
            records.forEach((topic, all) -> copies.put(topic, new ArrayList<>(all)));
            return new InMemoryHistory(copies, serdes);
        }

        void remove(FleetTopic topic, int at) {
            records.get(topic).remove(at);
        }

        void repeat(FleetTopic topic, int at) {
            records.get(topic).add(records.get(topic).get(at));
        }

        void change(FleetTopic topic, java.util.function.UnaryOperator<byte[]> change) {
            records.get(topic)
                    .replaceAll(record -> new ConsumerRecord<>(
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            record.key(),
                            change.apply(record.value())));
        }

        List<TaskEvent> events(String pool) {
            return records.get(FleetTopic.TASK_EVENTS).stream()
                    .map(record -> FleetSerdes.value(TaskEvent.class, serdes)
                            .deserializer()
                            .deserialize(record.topic(), record.value()))
                    .filter(event -> event.getPool().equals(pool))
                    .toList();
        }

        long outcomes() {
            return IntStream.of(
                            records.get(FleetTopic.RESULTS).size(),
                            records.get(FleetTopic.WORKFLOW_RESULTS).size())
                    .sum();
        }

        /** Of its inputs the test gives core one partition. */
        @Override
        public int partitions(FleetTopic topic) {
            return CoreTopology.INPUTS.contains(topic) ? 1 : topic.partitions();
        }

        @Override
        public java.util.Iterator<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic, int partition) {
            return records.get(topic).stream()
                    .filter(record -> record.partition() == partition)
                    .iterator();
        }
    }
}
