package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.retry;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Invariants;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Requests that concern thousands of tasks. That no decision changes more than 1,000 entries is asserted by {@link SimulatedFleet}, at
 * each decision; here, that such requests are done all the same, and that each of them was too large for one decision.
 */
class LargeStepsTest {

    private static final int MANY = 2_500;

    private final SimulatedFleet fleet = new SimulatedFleet();

    @BeforeEach
    void defineRole() {
        fleet.role("qa");
    }

    @AfterEach
    void wasLarge() {
        assertThat(fleet.mostChanges)
                .as("entries that the largest decision changed")
                .isBetween(700, 1_000);
    }

    private static String id(int number) {
        return "t%05d".formatted(number);
    }

    private static TaskSubmitted[] tasks(int count, TaskSubmitted.Builder like) {
        return IntStream.range(0, count)
                .mapToObj(i -> TaskSubmitted.newBuilder(like).setId(id(i)).build())
                .toArray(TaskSubmitted[]::new);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length > prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private void submitMany(TaskSubmitted.Builder like) {
        fleet.submit(workflow("big", tasks(MANY, like)));
    }

    private long live() {
        return IntStream.range(0, MANY)
                .filter(i -> fleet.view.get(new Key.OfTask(POOL, id(i))) instanceof TaskEntry.Live)
                .count();
    }

    private void assertSound() {
        Invariants invariants = new Invariants(fleet.view, POOL);
        for (int i = 0; i < MANY; i++) {
            if (fleet.view.get(new Key.OfTask(POOL, id(i))) instanceof TaskEntry.Live task) {
                assertThat(invariants.ofTask(id(i), task)).isEmpty();
            }
        }
        fleet.view.workers(POOL).forEach(worker -> assertThat(invariants.ofWorker(worker))
                .isEmpty());
    }

    private void assertAllEndedAs(TaskStatus status) {
        assertThat(fleet.outcomes)
                .hasSize(MANY)
                .extracting(TaskOutcome::getStatus)
                .containsOnly(status);
        assertThat(fleet.workflowOutcomes).hasSize(1);
        assertThat(fleet.workflowOutcomes.get(0).getTasks()).hasSize(MANY);
        assertThat(fleet.view.get(new Key.OfBacklog(POOL, "default"))).isNull();
    }

    @Test
    void shouldAcceptAWorkflowWithAllThatItsTasksMayCarry() {
        // When: a role that is not known sets a timer for each of them too
        submitMany(task("t", "nobody")
                .setDeadline(Instant.ofEpochMilli(fleet.now + 100_000))
                .setScheduleToStartMs(50_000L));

        // Then
        assertThat(live()).isEqualTo(MANY);
        assertThat(fleet.view.get(new Key.OfBacklog(POOL, "default"))).isEqualTo(MANY);
        assertThat(fleet.store.entries.keySet().stream().filter(key -> startsWith(key.get(), Layout.prefix(POOL, 't'))))
                .hasSize(3 * MANY);
        assertSound();

        // When
        fleet.pass(10_000);

        // Then
        assertAllEndedAs(TaskStatus.REJECTED);
    }

    @Test
    void shouldRefuseAWorkflowThatIsTooMuchForItsTenant() {
        // Given
        fleet.pool(
                PoolDefinition.newBuilder().setTenants(Map.of("default", new TenantRules(1, 10L, null, 86_400_000L))));

        // When
        submitMany(task("t", "qa"));

        // Then
        assertAllEndedAs(TaskStatus.REJECTED);
    }

    @Test
    void shouldQueueAllThatDependOnOneTask() {
        // Given
        fleet.submit(workflow("big", withFirst(task("t", "qa").setDependsOn(List.of(id(0))), FailurePolicy.UNKNOWN)));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();

        // When
        worker.report(worker.running.keySet().iterator().next(), AgentResultType.SUCCEEDED, null);

        // Then
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.TASK_READY)
                .hasSize(MANY);
        assertSound();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailurePolicy.class,
            names = {"SKIP_DEPENDENTS", "FAIL_DEPENDENTS"})
    void shouldEndAllThatDependOnATaskThatFails(FailurePolicy policy) {
        // Given: half depend on the first, each of the others on one of these
        TaskSubmitted[] tasks = withFirst(task("t", "qa").setDependsOn(List.of(id(0))), policy);
        for (int i = MANY / 2; i < MANY; i++) {
            tasks[i] = TaskSubmitted.newBuilder(tasks[i])
                    .setDependsOn(List.of(id(i - MANY / 2 + 1)))
                    .build();
        }
        fleet.submit(workflow("big", tasks));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();

        // When
        worker.report(
                worker.running.keySet().iterator().next(), AgentResultType.FAILED, failure(FailureClass.PERMANENT));

        // Then
        assertThat(fleet.outcomes).hasSize(MANY);
        assertThat(fleet.workflowOutcomes).hasSize(1);
    }

    private static TaskSubmitted[] withFirst(TaskSubmitted.Builder like, FailurePolicy policy) {
        TaskSubmitted[] tasks = tasks(MANY, like.setOnFailure(policy));
        tasks[0] = TaskSubmitted.newBuilder(tasks[0]).setDependsOn(List.of()).build();
        return tasks;
    }

    @Test
    void shouldCancelAWorkflowAlthoughCoreRestartsInTheMiddle() {
        // Given
        fleet.submit(workflow("big", tasks(10_000, task("t", "qa"))));

        // When
        fleet.cancel("c1", "big", null);
        int first = fleet.outcomes.size();
        for (int i = 0; i < 5; i++) {
            fleet.happen(new Event.Due(fleet.view.due(POOL, fleet.now, 1).get(0)));
            fleet.restartCore(1);
        }
        int half = fleet.outcomes.size();
        fleet.tick();

        // Then
        assertThat(first).isBetween(300, 500);
        assertThat(half).isBetween(1_800, 3_000);
        assertThat(fleet.outcomes)
                .hasSize(10_000)
                .extracting(TaskOutcome::getStatus)
                .containsOnly(TaskStatus.CANCELLED);
        assertThat(fleet.workflowOutcomes).hasSize(1);
    }

    @Test
    void shouldStopAllThatRunOfACancelledWorkflow() {
        // Given
        submitMany(task("t", "qa"));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", MANY));
        worker.obey();
        assertThat(worker.running).hasSize(MANY);

        // When
        fleet.cancel("c1", "big", null);
        fleet.tick();
        worker.obey();

        // Then
        assertAllEndedAs(TaskStatus.CANCELLED);
        assertSound();
    }

    @Test
    void shouldLetThroughAllThatAPausedTenantHeldBack() {
        // Given
        fleet.control(TaskControl.newBuilder()
                .setId("p")
                .setAction(ControlAction.PAUSE)
                .setOfTenant("default"));
        fleet.worker("worker-1", Map.of("qa", 1));
        submitMany(task("t", "qa"));
        fleet.tick();
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.TASK_HELD)
                .hasSize(MANY);

        // When
        fleet.control(TaskControl.newBuilder()
                .setId("r")
                .setAction(ControlAction.RESUME)
                .setOfTenant("default"));
        fleet.restartCore(1);
        fleet.tick();

        // Then
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.TASK_READY)
                .hasSize(2 * MANY);
        assertSound();
    }

    @Test
    void shouldGiveAllTasksOfAWorkflowAnotherPriority() {
        // Given
        submitMany(task("t", "qa"));

        // When
        fleet.control(TaskControl.newBuilder()
                .setId("p")
                .setAction(ControlAction.REPRIORITISE)
                .setWorkflowId("big")
                .setPriority(9));

        // Then
        assertThat(IntStream.range(0, MANY)
                        .mapToObj(i -> (TaskEntry.Live) fleet.view.get(new Key.OfTask(POOL, id(i))))
                        .map(task -> task.spec().getPriority()))
                .containsOnly(9);
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.PRIORITY_CHANGED)
                .hasSize(1);
        assertSound();
    }

    @Test
    void shouldCancelAllThatWasCancelledBeforeItCame() {
        // Given
        for (int i = 0; i < MANY; i++) {
            fleet.cancel("c" + i, null, id(i));
        }

        // When
        submitMany(task("t", "qa"));

        // Then
        assertAllEndedAs(TaskStatus.CANCELLED);
    }

    private enum Loss {
        RESTART,
        GOODBYE,
        SILENCE,
        FORGETFUL
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldQueueAgainAllThatAWorkerLoses(Loss loss) {
        // Given
        submitMany(task("t", "qa").setRetry(retry(3, 1_000, 1.0, 1_000, 0).build()));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", MANY));
        worker.obey();
        assertThat(worker.running).hasSize(MANY);

        // When
        switch (loss) {
            case RESTART -> fleet.worker("worker-1", Map.of("qa", 1));
            case GOODBYE -> {
                worker.running.clear();
                worker.beat(HeartbeatType.GOODBYE);
                worker.die();
            }
            case SILENCE -> {
                worker.die();
                fleet.pass(50_000);
            }
            case FORGETFUL -> {
                worker.running.clear();
                worker.beat(HeartbeatType.ALIVE);
            }
        }

        // Then
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.LEASE_EXPIRED)
                .hasSize(MANY);
        assertSound();
    }

    @Test
    void shouldRefuseAllTasksOfARoleThatIsRemoved() {
        // Given
        submitMany(task("t", "qa"));

        // When
        fleet.removeRole("qa");
        fleet.pass(6_000);

        // Then
        assertAllEndedAs(TaskStatus.REJECTED);
    }

    @Test
    void shouldSetAWholeWorkflowAside() {
        // Given
        submitMany(task("t", "qa").setDeadline(Instant.ofEpochMilli(fleet.now + 100_000)));

        // When
        fleet.quarantine("big");

        // Then
        assertAllEndedAs(TaskStatus.FAILED);
    }

    @Test
    void shouldForgetAWorkflowAlthoughCoreRestartsInTheMiddle() {
        // Given
        submitMany(task("t", "qa"));
        fleet.cancel("c1", "big", null);
        fleet.tick();

        // When
        fleet.now += 8L * 24 * 3_600_000;
        Key.OfTimer forget = fleet.view.due(POOL, fleet.now, 10).stream()
                .filter(timer -> timer.kind() == TimerKind.FORGET_WORKFLOW)
                .findFirst()
                .orElseThrow();
        fleet.happen(new Event.Due(forget));
        fleet.restartCore(1);
        WorkflowEntry.Ended half = (WorkflowEntry.Ended) fleet.view.get(new Key.OfWorkflow(POOL, "big"));
        fleet.tick();

        // Then
        assertThat(half.taskIds()).hasSizeBetween(MANY - 1_000, MANY - 300);
        assertThat(fleet.view.get(new Key.OfWorkflow(POOL, "big"))).isNull();
        assertThat(IntStream.range(0, MANY).mapToObj(i -> fleet.view.get(new Key.OfTask(POOL, id(i)))))
                .containsOnlyNulls();
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void shouldAssignAllAtOnce() {
        // Given: keys and rates make an assignment larger
        Stream.of("a", "b")
                .forEach(tenant -> fleet.submit(io.sweaifleet.schemas.task.WorkflowSubmitted.newBuilder(workflow(
                                "big-" + tenant,
                                IntStream.range(0, MANY / 2)
                                        .mapToObj(i -> task(tenant + i, "qa")
                                                .setTenant(tenant)
                                                .setConcurrencyKey("key-" + tenant + i)
                                                .build())
                                        .toArray(TaskSubmitted[]::new)))
                        .setTenant(tenant)
                        .build()));

        // When
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", MANY));
        worker.obey();

        // Then
        assertThat(worker.running).hasSize(MANY);
    }
}
