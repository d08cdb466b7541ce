package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.retry;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.PoisonedException;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.SweepEntry;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that is damaged on purpose, in each way that the sweeper knows: it is found, told, mended, and the work ends. */
class SweeperTest {

    private static final long EACH = 60_000;

    private final SimulatedFleet fleet = new SimulatedFleet(new Engine(EACH));

    @BeforeEach
    void defineRole() {
        fleet.role("qa");
    }

    private void remove(Key<?> key) {
        assertThat(fleet.store.entries.remove(Bytes.wrap(Layout.key(key))))
                .as(key.toString())
                .isNotNull();
    }

    private <V> void put(Key<V> key, V value) {
        fleet.store.entries.put(Bytes.wrap(Layout.key(key)), Layout.value(value));
    }

    private TaskEntry.Live live(String taskId) {
        return (TaskEntry.Live) fleet.view.get(new Key.OfTask(POOL, taskId));
    }

    private Key.OfTimer timer(TimerKind kind) {
        return fleet.view.due(POOL, Long.MAX_VALUE, 1_000).stream()
                .filter(timer -> timer.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    /** Core starts anew on the damaged store, and sweeps it. */
    private void sweep() {
        fleet.restartCore(1);
        fleet.now += EACH;
        fleet.tick();
        fleet.now += 2_000;
        fleet.tick();
    }

    private List<TaskEvent> findings() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.STATE_REPAIRED
                        || event.getType() == TaskEventType.STATE_DAMAGED)
                .toList();
    }

    private void assertRepaired(String invariant, String id) {
        assertThat(findings()).isNotEmpty().allSatisfy(event -> assertThat(event.getType())
                .as(event.getMessage())
                .isEqualTo(TaskEventType.STATE_REPAIRED));
        assertThat(findings().get(0).getFailure().getCode()).isEqualTo(invariant);
        assertThat(findings().get(0).getFailure().getValue()).isEqualTo(id);
        assertThat(new CoreQueries(fleet.store, POOL).check().problems()).isEmpty();
    }

    private void finishAll() {
        SimWorker worker = fleet.worker("worker-9", Map.of("qa", 10));
        for (int i = 0; i < 20; i++) {
            worker.obey();
            List.copyOf(worker.running.keySet())
                    .forEach(lease -> worker.report(lease, AgentResultType.SUCCEEDED, null));
            worker.obey();
            fleet.pass(5_000);
        }
        assertThat(fleet.workflowOutcomes).isNotEmpty();
        assertThat(findings())
                .hasSize((int) fleet.view.get(new Key.OfSweep(POOL)).repaired());
    }

    @Test
    void shouldQueueATaskAgainThatStandsInNoQueue() {
        // Given
        fleet.submit(workflow("w", task("t", "qa").build()));
        TaskEntry.Phase.Ready ready = (TaskEntry.Phase.Ready) live("t").phase();
        remove(new Key.OfReady(POOL, "qa/default", ready.order(), live("t").arrival(), "t"));

        // When
        sweep();

        // Then
        assertRepaired("TASK_NOT_QUEUED", "t");
        finishAll();
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldGiveATenantItsTurnAgain() {
        // Given
        fleet.submit(workflow("w", task("t", "qa").build()));
        remove(new Key.OfTurn(POOL, "qa", "default"));

        // When
        sweep();

        // Then
        assertRepaired("TASK_NOT_QUEUED", "t");
        assertThat(findings())
                .extracting(event -> event.getFailure().getCode())
                .containsExactly("TASK_NOT_QUEUED", "QUEUE_ENTRY_STALE");
        finishAll();
    }

    @Test
    void shouldGiveATaskThatWaitsForItsTimeATimer() {
        // Given
        fleet.submit(workflow(
                "w",
                task("t", "qa")
                        .setNotBefore(Instant.ofEpochMilli(fleet.now + 1_000))
                        .build()));
        remove(timer(TimerKind.RETRY));

        // When
        sweep();

        // Then
        assertRepaired("RETRY_WITHOUT_TIMER", "t");
        finishAll();
    }

    @Test
    void shouldGiveARateATimer() {
        // Given
        fleet.pool(PoolDefinition.newBuilder().setRates(Map.of("api", new RateLimit(1, 600_000L, 1))));
        fleet.submit(workflow(
                "w",
                task("a", "qa").setRateKey("api").build(),
                task("b", "qa").setRateKey("api").build()));
        fleet.worker("worker-1", Map.of("qa", 2)).obey();
        remove(timer(TimerKind.RATE));

        // When
        fleet.workers.get("worker-1").die();
        sweep();

        // Then
        assertRepaired("RATE_WITHOUT_TIMER", "b");
    }

    @Test
    void shouldGiveAnAttemptItsTimer() {
        // Given
        fleet.submit(workflow("w", task("t", "qa").build()));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();
        remove(timer(TimerKind.ATTEMPT_TIMEOUT));

        // When
        fleet.restartCore(1);
        fleet.pass(EACH + 2_000);

        // Then
        assertRepaired("ATTEMPT_WITHOUT_TIMER", "t");
    }

    @Test
    void shouldListALeaseAgainThatItsWorkerHolds() {
        // Given
        fleet.submit(workflow("w", task("t", "qa").build()));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();
        TaskEntry.Lease lease = ((TaskEntry.Phase.Running) live("t").phase()).lease();
        remove(new Key.OfLease(POOL, "worker-1", lease.leaseId()));

        // When: nothing is heard of the worker, which would be told to stop
        sweep();

        // Then
        assertThat(findings()).extracting(event -> event.getFailure().getCode()).contains("LEASE_NOT_LISTED");
        assertThat(new CoreQueries(fleet.store, POOL).check().problems()).isEmpty();
    }

    @Test
    void shouldRemoveALeaseOfNoTask() {
        // Given
        fleet.worker("worker-1", Map.of("qa", 1));
        put(
                new Key.OfLease(POOL, "worker-1", "default-zz"),
                new LeaseEntry("worker-1", "default-zz", "gone", "qa", Long.MAX_VALUE, fleet.now, Resources.NONE, 0));

        // When
        sweep();

        // Then
        assertRepaired("LEASE_STALE", "worker-1|default-zz");
        assertThat(fleet.view.leases(POOL, "worker-1")).isEmpty();
    }

    @Test
    void shouldRemoveAPlaceInAQueueOfNoTask() {
        // Given
        put(new Key.OfReady(POOL, "qa/default", 1, 2, "gone"), "gone");

        // When
        sweep();

        // Then
        assertRepaired("QUEUE_ENTRY_STALE", "1|2|gone|qa/default");
        assertThat(fleet.view.ready(POOL, "qa/default")).isExhausted();
    }

    @Test
    void shouldCountAgainWhatATaskWaitsFor() {
        // Given
        fleet.submit(workflow(
                "w",
                task("a", "qa").build(),
                task("b", "qa").setDependsOn(List.of("a")).build()));
        put(new Key.OfTask(POOL, "b"), withOpen(live("b"), 2));

        // When
        sweep();

        // Then
        assertRepaired("DEPENDENCIES_MISCOUNTED", "b");
        finishAll();
        assertThat(fleet.outcomeOf("b").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    private static TaskEntry.Live withOpen(TaskEntry.Live task, int open) {
        return new TaskEntry.Live(
                task.workflowId(),
                task.spec(),
                task.dependents(),
                task.arrival(),
                task.acceptedAt(),
                task.readySince(),
                task.startedAt(),
                task.attempts(),
                new TaskEntry.Phase.Waiting(open),
                task.position());
    }

    @Test
    void shouldGiveADeadlineItsTimer() {
        // Given
        fleet.submit(workflow(
                "w",
                task("t", "qa")
                        .setDeadline(Instant.ofEpochMilli(fleet.now + 10_000))
                        .build()));
        remove(timer(TimerKind.DEADLINE));

        // When
        sweep();

        // Then
        assertRepaired("DEADLINE_WITHOUT_TIMER", "t");
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.EXPIRED);
    }

    @Test
    void shouldEndAWorkflowWhoseTasksHaveAllEnded() {
        // Given: one of two has ended, and the entry of the other was lost
        fleet.submit(workflow("w", task("a", "qa").build(), task("b", "nobody").build()));
        WorkflowEntry.Live before = (WorkflowEntry.Live) fleet.view.get(new Key.OfWorkflow(POOL, "w"));
        fleet.pass(10_000);
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();
        worker.report(worker.running.keySet().iterator().next(), AgentResultType.SUCCEEDED, null);
        assertThat(fleet.workflowOutcomes).hasSize(1);
        put(new Key.OfWorkflow(POOL, "w"), before);

        // When
        sweep();

        // Then
        assertRepaired("WORKFLOW_MISCOUNTED", "w");
        assertThat(fleet.view.get(new Key.OfWorkflow(POOL, "w"))).isInstanceOf(WorkflowEntry.Ended.class);
    }

    @Test
    void shouldWatchAWorkerAgain() {
        // Given
        fleet.worker("worker-1", Map.of("qa", 1));
        remove(timer(TimerKind.WORKER_SILENT));

        // When
        sweep();

        // Then
        assertRepaired("WORKER_WITHOUT_TIMER", "worker-1");
    }

    @Test
    void shouldGiveAScheduleItsTimer() {
        // Given
        fleet.schedule(Schedule.newBuilder()
                .setId("beat")
                .setIntervalMs(3_600_000L)
                .setWorkflow(WorkflowSubmitted.newBuilder(
                                workflow("none", task("t", "qa").build()))
                        .setId(null)
                        .build())
                .setUpdatedAt(Instant.EPOCH)
                .build());
        remove(timer(TimerKind.SCHEDULE));

        // When
        sweep();

        // Then
        assertRepaired("SCHEDULE_WITHOUT_TIMER", "beat");
        fleet.pass(3_600_000);
        assertThat(fleet.events).extracting(TaskEvent::getType).contains(TaskEventType.SCHEDULE_FIRED);
    }

    @Test
    void shouldReportWhatItCannotMend() {
        // Given
        fleet.submit(workflow("w", task("t", "qa").build()));
        fleet.submit(workflow("v", task("u", "qa").build()));
        remove(new Key.OfWorkflow(POOL, "w"));
        fleet.store.entries.put(Bytes.wrap(Layout.key(new Key.OfTask(POOL, "u"))), new byte[] {9, 9});

        // When
        sweep();

        // Then
        assertThat(findings())
                .extracting(TaskEvent::getType, event -> event.getFailure().getCode(), event -> event.getFailure()
                        .getValue())
                .contains(
                        org.assertj.core.api.Assertions.tuple(TaskEventType.STATE_DAMAGED, "FORGOTTEN", "t"),
                        org.assertj.core.api.Assertions.tuple(TaskEventType.STATE_DAMAGED, "UNREADABLE", "u"));
    }

    @Test
    void shouldSweepAgainAfterARepairThatThrew() {
        // Given: what a repair needs cannot be read
        fleet.submit(workflow("w", task("t", "qa").build()));
        TaskEntry.Phase.Ready ready = (TaskEntry.Phase.Ready) live("t").phase();
        remove(new Key.OfReady(POOL, "qa/default", ready.order(), live("t").arrival(), "t"));
        fleet.store.entries.put(Bytes.wrap(Layout.key(new Key.OfTurn(POOL, "qa", "default"))), new byte[] {9, 9});
        fleet.restartCore(1);
        fleet.now += EACH;
        Event.Due sweep = new Event.Due(timer(TimerKind.SWEEP));
        assertThatThrownBy(() -> fleet.happen(sweep)).isInstanceOf(PoisonedException.class);

        // When
        fleet.quarantine(sweep, null);

        // Then
        assertThat(timer(TimerKind.SWEEP).dueAt()).isEqualTo(fleet.now + EACH);
    }

    @Test
    void shouldGoOnWithTheNextSliceAfterARestart() {
        // Given: more than one slice, the last entry damaged
        fleet.submit(workflow(
                "w",
                IntStream.range(0, 1_200)
                        .mapToObj(i -> task("t%04d".formatted(i), "qa").build())
                        .toArray(TaskSubmitted[]::new)));
        TaskEntry.Phase.Ready ready = (TaskEntry.Phase.Ready) live("t1199").phase();
        remove(new Key.OfReady(POOL, "qa/default", ready.order(), live("t1199").arrival(), "t1199"));

        // When
        fleet.restartCore(1);
        fleet.now += EACH;
        fleet.tick();
        SweepEntry first = fleet.view.get(new Key.OfSweep(POOL));
        fleet.restartCore(1_000);
        fleet.tick();
        SweepEntry second = fleet.view.get(new Key.OfSweep(POOL));
        for (int i = 0; i < 5; i++) {
            fleet.restartCore(1_000);
            fleet.tick();
        }

        // Then
        assertThat(first.looked()).isEqualTo(500);
        assertThat(first.rounds()).isZero();
        assertThat(second.looked()).isEqualTo(1_000);
        assertRepaired("TASK_NOT_QUEUED", "t1199");
        SweepEntry last = fleet.view.get(new Key.OfSweep(POOL));
        assertThat(last.rounds()).isEqualTo(1);
        assertThat(last.lastLooked()).isBetween(2_400L, 2_410L);
    }

    @Test
    void shouldFindNothingInASoundState() {
        // Given
        fleet.submit(workflow(
                "w",
                task("a", "qa")
                        .setRetry(retry(3, 60_000, 1.0, 60_000, 0).build())
                        .build(),
                task("b", "qa").setDependsOn(List.of("a")).build(),
                task("c", "qa").setConcurrencyKey("k").build(),
                task("d", "qa").setConcurrencyKey("k").build()));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 2));
        worker.obey();
        worker.report(
                worker.running.keySet().iterator().next(), AgentResultType.FAILED, failure(FailureClass.TRANSIENT));

        // When
        fleet.pass(3 * EACH);

        // Then
        assertThat(findings()).isEmpty();
        assertThat(fleet.view.get(new Key.OfSweep(POOL)).rounds()).isGreaterThan(1);
    }
}
