package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.Waiting.Reason;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WhyWaiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every reason that a task can wait for, told from core's state. */
class WhyWaitingTest {

    private final SimulatedFleet fleet = new SimulatedFleet();

    @BeforeEach
    void defineRole() {
        fleet.role("qa");
    }

    private void submit(TaskSubmitted.Builder... tasks) {
        for (TaskSubmitted.Builder task : tasks) {
            fleet.submit(workflow(task.getId(), task.build()));
        }
    }

    private SimWorker worker(Map<String, Integer> slots) {
        SimWorker worker = fleet.worker("worker-1", slots);
        worker.obey();
        return worker;
    }

    private void pause(TaskControl.Builder target) {
        fleet.control(target.setId("pause-" + fleet.events.size())
                .setAction(ControlAction.PAUSE)
                .setRequestedBy("ada")
                .setReason("freeze"));
    }

    private static TaskControl.Builder target() {
        return TaskControl.newBuilder();
    }

    private List<Waiting> why(String taskId) {
        TaskEntry entry = fleet.view.get(new Key.OfTask(POOL, taskId));
        return new WhyWaiting(fleet.view, POOL).of(taskId, (TaskEntry.Live) entry);
    }

    private static Waiting waiting(Reason reason, String message, String... on) {
        return new Waiting(reason, message, List.of(on), null);
    }

    @Test
    void shouldSayThatNoWorkerOffersTheRole() {
        // Given
        worker(Map.of("data", 1));

        // When
        submit(task("a", "qa"));

        // Then
        assertThat(why("a"))
                .containsExactly(waiting(Reason.NO_WORKER, "no worker that is online offers role qa", "qa"));
    }

    @Test
    void shouldSayThatTheRoleIsNotDefined() {
        // When
        submit(task("a", "chemist"));

        // Then
        assertThat(why("a"))
                .contains(waiting(
                        Reason.UNKNOWN_ROLE,
                        "role chemist is not defined; the task is refused unless it soon is",
                        "chemist"));
    }

    @Test
    void shouldCountTheSlotsInUseAndThePlaceInTheQueue() {
        // Given
        SimWorker worker = worker(Map.of("qa", 2));

        // When
        submit(task("a", "qa"), task("b", "qa"), task("c", "qa"), task("d", "qa"));
        worker.obey();

        // Then
        assertThat(why("d"))
                .containsExactly(waiting(
                        Reason.NO_FREE_SLOT, "all slots of role qa are in use (2 of 2); number 2 in the queue", "qa"));
    }

    private static TaskSubmitted.Builder requiring(String id, Requirements.Builder requirements) {
        return task(id, "qa").setRequires(requirements.build());
    }

    private static Requirements.Builder cores(int cores) {
        return Requirements.newBuilder().setResources(new ResourceAmounts(1_000 * cores, 0L, 0));
    }

    private SimWorker machine(String id, int cores) {
        SimWorker worker = fleet.worker(id, Map.of("qa", 5), having -> {
            having.capabilities = List.of("docker");
            having.labels = Map.of("region", "eu");
            having.resources = new ResourceAmounts(1_000 * cores, 0L, 0);
        });
        worker.obey();
        return worker;
    }

    @Test
    void shouldNameWhatNoWorkerHasOfWhatATaskRequires() {
        // Given
        machine("worker-1", 4);

        // When
        submit(requiring(
                "a", cores(8).setCapabilities(List.of("docker", "java-21")).setLabels(Map.of("region", "us"))));

        // Then
        assertThat(why("a"))
                .containsExactly(waiting(
                        Reason.NO_MATCHING_WORKER,
                        "no worker that is online and offers role qa has capability java-21, label region=us,"
                                + " 8000 millicores of CPU (at most 4000)",
                        "qa"));
    }

    @Test
    void shouldSayThatNoSingleWorkerHasAllThatATaskRequires() {
        // Given
        machine("worker-1", 2);
        SimWorker large = fleet.worker("worker-2", Map.of("qa", 5), having -> {
            having.resources = new ResourceAmounts(8_000, 0L, 0);
        });
        large.obey();

        // When
        submit(requiring("a", cores(8).setCapabilities(List.of("docker"))));

        // Then
        assertThat(why("a"))
                .containsExactly(waiting(
                        Reason.NO_MATCHING_WORKER,
                        "no single worker that is online and offers role qa has all of: capability docker,"
                                + " 8000 millicores of CPU",
                        "qa"));
    }

    @Test
    void shouldSayHowMuchIsFreeOfWhatATaskRequires() {
        // Given
        SimWorker worker = machine("worker-1", 4);
        submit(requiring("a", cores(3)));
        worker.obey();

        // When
        submit(requiring("b", cores(2)));

        // Then
        assertThat(why("b"))
                .containsExactly(waiting(
                        Reason.NO_FREE_RESOURCES,
                        "no worker has enough free: 2000 millicores of CPU: 1000 of 4000 free at worker worker-1",
                        "worker-1"));
    }

    @Test
    void shouldSayThatAWorkerIsKeptFreeForAnOverdueTask() {
        // Given
        machine("worker-1", 4);
        submit(requiring("a", cores(3)), requiring("large", cores(4)).setPriority(9));
        fleet.pass(70_000);

        // When
        submit(task("b", "qa"));

        // Then
        assertThat(why("b"))
                .containsExactly(waiting(
                        Reason.KEPT_FREE,
                        "worker worker-1: kept free for overdue tasks that need much of it",
                        "worker-1"));
    }

    @Test
    void shouldSayUntilWhenTheBudgetOfATenantIsUsedUp() {
        // Given
        fleet.pool(PoolDefinition.newBuilder()
                .setTenants(Map.of("acme", new TenantRules(1, null, new Budget(null, 1_000L, null), 3_600_000L))));
        SimWorker worker = worker(Map.of("qa", 2));
        submit(task("a", "qa").setTenant("acme"));
        worker.obey();
        String lease = worker.running.keySet().iterator().next();
        Instant next = Instant.ofEpochMilli((fleet.now / 3_600_000 + 1) * 3_600_000);

        // When
        worker.report(
                lease,
                AgentResultType.PROGRESS,
                null,
                Usage.newBuilder().setOutputTokens(1_200).build());
        submit(task("b", "qa").setTenant("acme"));

        // Then
        assertThat(why("b"))
                .containsExactly(new Waiting(
                        Reason.BUDGET,
                        "tenant acme has used 1200 of its budget of 1000 tokens: next at " + next,
                        List.of("acme"),
                        next));
        assertThat(new WhyWaiting(fleet.view, POOL).atGate("budget:acme").reason())
                .isEqualTo(Reason.BUDGET);
    }

    @Test
    void shouldNameTheTasksItDependsOnThatHaveNotEnded() {
        // Given
        SimWorker worker = worker(Map.of("qa", 4));
        fleet.submit(workflow(
                "w",
                task("a", "qa").build(),
                task("b", "qa").build(),
                task("c", "qa").setDependsOn(List.of("a", "b")).build()));
        worker.obey();

        // When
        worker.report(worker.running.keySet().iterator().next(), AgentResultType.SUCCEEDED, null);

        // Then
        assertThat(why("c")).containsExactly(waiting(Reason.DEPENDENCY, "waits for task b", "b"));
    }

    @Test
    void shouldNameTheMomentBeforeWhichItMayNotStart() {
        // Given
        Instant then = Instant.ofEpochMilli(fleet.now + 60_000);

        // When
        submit(task("a", "qa").setNotBefore(then));

        // Then
        assertThat(why("a")).containsExactly(new Waiting(Reason.NOT_BEFORE, "not before " + then, List.of(), then));
    }

    @Test
    void shouldNameTheMomentOfTheNextAttempt() {
        // Given
        SimWorker worker = worker(Map.of("qa", 1));
        submit(task("a", "qa")
                .setRetry(RetryPolicy.newBuilder()
                        .setMaxAttempts(3)
                        .setInitialBackoffMs(10_000L)
                        .setJitter(0.0)
                        .build()));
        worker.obey();

        // When
        worker.report(
                worker.running.keySet().iterator().next(), AgentResultType.FAILED, failure(FailureClass.TRANSIENT));

        // Then
        Instant then = Instant.ofEpochMilli(fleet.now + 10_000);
        assertThat(why("a"))
                .containsExactly(new Waiting(Reason.RETRY, "attempt 2 not before " + then, List.of(), then));
    }

    @Test
    void shouldNameWhoHoldsTheConcurrencyKey() {
        // Given
        SimWorker worker = worker(Map.of("qa", 4));

        // When
        submit(task("a", "qa").setConcurrencyKey("main"), task("b", "qa").setConcurrencyKey("main"));
        worker.obey();

        // Then
        assertThat(why("b"))
                .containsExactly(waiting(Reason.CONCURRENCY_KEY, "concurrency key main is held by task a", "a"));
    }

    @Test
    void shouldNameTheMomentAtWhichTheRateLetsItStart() {
        // Given
        fleet.pool(PoolDefinition.newBuilder().setRates(Map.of("api", new RateLimit(1, 10_000L, 1))));
        worker(Map.of("qa", 5));
        Instant next = Instant.ofEpochMilli(fleet.now + 10_000);

        // When
        submit(task("a", "qa").setRateKey("api"), task("b", "qa").setRateKey("api"));

        // Then
        assertThat(why("b"))
                .containsExactly(new Waiting(Reason.RATE, "rate of key api: next at " + next, List.of("api"), next));
    }

    @Test
    void shouldTellWhoPausedTheTaskBeforeItsMomentHasCome() {
        // Given
        submit(task("a", "qa").setNotBefore(Instant.ofEpochMilli(fleet.now + 60_000)));

        // When
        pause(target().setTaskId("a"));

        // Then
        assertThat(why("a")).extracting(Waiting::reason).containsExactly(Reason.NOT_BEFORE, Reason.PAUSED);
        assertThat(why("a").get(1).message()).isEqualTo("paused by ada: freeze (task:a)");
    }

    @Test
    void shouldTellOfAQueuedTaskThatItsRoleAndItsPoolArePaused() {
        // Given
        worker(Map.of("qa", 4));
        pause(target().setRole("qa"));
        pause(target().setWholePool(true));

        // When
        submit(task("a", "qa"));

        // Then
        assertThat(why("a"))
                .containsExactly(
                        waiting(Reason.PAUSED, "paused by ada: freeze (pool:)", "pool:"),
                        waiting(Reason.PAUSED, "paused by ada: freeze (role:qa)", "role:qa"));
    }

    @Test
    void shouldTellOfAHeldTaskThatItsTenantIsPaused() {
        // Given
        SimWorker worker = worker(Map.of("qa", 4));
        pause(target().setOfTenant("blue"));

        // When
        submit(task("a", "qa").setTenant("blue"), task("b", "qa"));
        worker.obey();

        // Then
        assertThat(why("a"))
                .containsExactly(waiting(Reason.PAUSED, "paused by ada: freeze (tenant:blue)", "tenant:blue"));
        assertThat(worker.running).hasSize(1);
    }

    @Test
    void shouldSayThatTheAgentHasNotBegunUntilItHas() {
        // Given
        SimWorker worker = worker(Map.of("qa", 1));
        submit(task("a", "qa"));
        worker.obey();
        List<Waiting> given = why("a");

        // When
        worker.report(worker.running.keySet().iterator().next(), AgentResultType.STARTED, null);

        // Then
        assertThat(given)
                .containsExactly(
                        waiting(Reason.AGENT_BUSY, "given to worker worker-1, whose agent has not begun", "worker-1"));
        assertThat(why("a")).isEmpty();
    }

    @Test
    void shouldSayThatItIsNextWhenNothingHoldsItBack() {
        // Given: the task as it stood before a worker came
        submit(task("a", "qa"));
        TaskEntry.Live queued = (TaskEntry.Live) fleet.view.get(new Key.OfTask(POOL, "a"));

        // When
        worker(Map.of("qa", 2));

        // Then
        assertThat(new WhyWaiting(fleet.view, POOL).of("a", queued))
                .extracting(Waiting::reason)
                .containsExactly(Reason.NEXT);
    }
}
