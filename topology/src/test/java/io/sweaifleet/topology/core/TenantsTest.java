package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Turns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** How tenants share a pool: their starts, and what they may have open. */
class TenantsTest {

    private final SimulatedFleet fleet = new SimulatedFleet();

    TenantsTest() {
        fleet.role("qa");
    }

    private static TenantRules rules(int weight, Long maxBacklog) {
        return new TenantRules(weight, maxBacklog, null, 86_400_000L);
    }

    private void declare(Map<String, TenantRules> tenants, TenantRules others) {
        fleet.pool(PoolDefinition.newBuilder().setTenants(tenants).setOtherTenants(others));
    }

    private static WorkflowSubmitted of(String tenant, String id, int tasks) {
        List<TaskSubmitted> list = IntStream.range(0, tasks)
                .mapToObj(i -> task(id + "-" + i, "qa").setTenant(tenant).build())
                .toList();
        return WorkflowSubmitted.newBuilder()
                .setId(id)
                .setPool(POOL)
                .setTenant(tenant)
                .setTasks(list)
                .build();
    }

    private SimWorker worker(int slots) {
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", slots));
        worker.obey();
        return worker;
    }

    private static void finishOne(SimWorker worker) {
        worker.report(worker.running.keySet().iterator().next(), AgentResultType.SUCCEEDED, null);
        worker.obey();
    }

    /** Tenants of the attempts that were started, in order. */
    private List<String> starts() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED)
                .map(TaskEvent::getTenant)
                .toList();
    }

    private Map<String, Long> startsByTenant(int from) {
        List<String> starts = starts();
        return starts.subList(from, starts.size()).stream()
                .collect(Collectors.groupingBy(tenant -> tenant, Collectors.counting()));
    }

    @Test
    void shouldTakeTurnsWhereATenantSubmittedManyTasksBefore() {
        // Given
        fleet.submit(of("loud", "flood", 100));
        fleet.submit(of("quiet", "few", 3));

        // When
        SimWorker worker = worker(1);
        for (int i = 0; i < 5; i++) {
            finishOne(worker);
        }

        // Then
        assertThat(starts()).containsExactly("loud", "quiet", "loud", "quiet", "loud", "quiet");
    }

    @Test
    void shouldShareStartsByWeight() {
        // Given
        declare(Map.of("gold", rules(3, null)), rules(2, null));
        fleet.submit(of("gold", "g", 60));
        fleet.submit(of("other", "o", 60));

        // When
        worker(50);

        // Then
        assertThat(startsByTenant(0)).isEqualTo(Map.of("gold", 30L, "other", 20L));
    }

    @Test
    void shouldGiveOthersWhatATenantDoesNotUse() {
        // Given
        declare(Map.of("gold", rules(1_000, null)), null);
        fleet.submit(of("other", "o", 10));

        // When
        worker(10);

        // Then
        assertThat(startsByTenant(0)).isEqualTo(Map.of("other", 10L));
    }

    @Test
    void shouldGiveNoCreditForThePastToATenantThatWasAway() {
        // Given: two tenants have been at work for long
        fleet.submit(of("a", "a", 100));
        fleet.submit(of("b", "b", 100));
        SimWorker worker = worker(1);
        for (int i = 0; i < 50; i++) {
            finishOne(worker);
        }

        // When
        fleet.submit(of("late", "c", 100));
        int before = starts().size();
        for (int i = 0; i < 30; i++) {
            finishOne(worker);
        }

        // Then
        assertThat(startsByTenant(before)).isEqualTo(Map.of("a", 10L, "b", 10L, "late", 10L));
    }

    @Test
    void shouldNotHoldAgainstATenantWhatItUsedWhileItWasAlone() {
        // Given
        fleet.submit(of("early", "e", 100));
        SimWorker worker = worker(1);
        for (int i = 0; i < 50; i++) {
            finishOne(worker);
        }

        assertThat(fleet.view.get(new Key.OfTurn(POOL, "qa", "early")).tag())
                .as("virtual time of a tenant that is alone")
                .isZero();

        // When
        fleet.submit(of("late", "l", 100));
        int before = starts().size();
        for (int i = 0; i < 20; i++) {
            finishOne(worker);
        }

        // Then
        assertThat(startsByTenant(before)).isEqualTo(Map.of("early", 10L, "late", 10L));
    }

    @Test
    void shouldNotRewardATenantThatSubmitsOneTaskAtATime() {
        // Given
        fleet.submit(of("steady", "s", 100));
        fleet.submit(of("drip", "d0", 1));
        SimWorker worker = worker(1);

        // When
        for (int i = 1; i <= 40; i++) {
            fleet.submit(of("drip", "d" + i, 1));
            finishOne(worker);
        }

        // Then
        assertThat(startsByTenant(1)).isEqualTo(Map.of("steady", 20L, "drip", 20L));
    }

    @Test
    void shouldNotHoldAgainstATenantWhatIsHeldBack() {
        // Given
        fleet.submit(of("held", "h", 10));
        fleet.submit(of("free", "f", 10));
        fleet.control(TaskControl.newBuilder()
                .setId("c")
                .setAction(ControlAction.PAUSE)
                .setWorkflowId("h"));
        worker(4);

        // When
        fleet.control(TaskControl.newBuilder()
                .setId("r")
                .setAction(ControlAction.RESUME)
                .setWorkflowId("h"));
        SimWorker worker = worker(10);

        // Then
        assertThat(worker.running.values())
                .filteredOn(assignment -> assignment.getTenant().equals("held"))
                .hasSizeBetween(5, 7);
    }

    @Test
    void shouldForgetTenantsThatAreIdle() {
        // Given
        for (int i = 0; i < 700; i++) {
            fleet.submit(of("tenant-" + i, "w" + i, 1));
        }
        SimWorker worker = worker(700);

        // When
        for (int i = 0; i < 700; i++) {
            finishOne(worker);
        }
        fleet.submit(of("last", "last", 1));
        worker.obey();
        finishOne(worker);

        // Then
        assertThat(fleet.view.ready(POOL, Turns.roundOf("qa"))).toIterable().hasSizeLessThanOrEqualTo(1);
        assertThat(fleet.outcomes).hasSize(701);
    }

    /** The same tasks, which require this or that of a worker: the last of them, what no worker has. */
    private static WorkflowSubmitted requiring(WorkflowSubmitted workflow, Random random) {
        List<List<String>> sets = List.of(List.of(), List.of("a"), List.of("b"), List.of("a", "b"), List.of("never"));
        List<TaskSubmitted> tasks = workflow.getTasks().stream()
                .map(task -> TaskSubmitted.newBuilder(task)
                        .setRequires(Requirements.newBuilder()
                                .setCapabilities(sets.get(random.nextInt(sets.size())))
                                .build())
                        .build())
                .toList();
        return WorkflowSubmitted.newBuilder(workflow).setTasks(tasks).build();
    }

    @Test
    void shouldNotStartMoreOfATenantThatSpreadsItsTasksOverManyRequirements() {
        // Given
        fleet.submit(of("plain", "p", 100));
        WorkflowSubmitted spread = of("spread", "s", 100);
        List<TaskSubmitted> tasks = new ArrayList<>();
        for (TaskSubmitted task : spread.getTasks()) {
            tasks.add(TaskSubmitted.newBuilder(task)
                    .setRequires(Requirements.newBuilder()
                            .setResources(new ResourceAmounts(1 + tasks.size(), 0L, 0))
                            .build())
                    .build());
        }
        fleet.submit(WorkflowSubmitted.newBuilder(spread).setTasks(tasks).build());

        // When
        fleet.worker("worker-1", Map.of("qa", 40), worker -> worker.resources = new ResourceAmounts(100_000, 0L, 0));

        // Then
        assertThat(startsByTenant(0)).isEqualTo(Map.of("plain", 20L, "spread", 20L));
    }

    @Test
    void shouldNotRewardATenantThatSubmitsOneTaskWithRequirementsAtATime() {
        // Given
        fleet.submit(of("steady", "s", 100));
        fleet.submit(requiring(of("drip", "d0", 1), new Random(1)));
        SimWorker worker =
                fleet.worker("worker-1", Map.of("qa", 1), having -> having.capabilities = List.of("a", "b", "never"));
        worker.obey();

        // When
        for (int i = 1; i <= 40; i++) {
            fleet.submit(requiring(of("drip", "d" + i, 1), new Random(i)));
            finishOne(worker);
        }

        // Then
        assertThat(startsByTenant(1)).isEqualTo(Map.of("steady", 20L, "drip", 20L));
    }

    @Test
    void shouldGiveNoCreditForATimeInWhichNoWorkerCouldTakeATenantsTasks() {
        // Given: one tenant's tasks have no worker for long
        fleet.submit(of("other", "o", 200));
        WorkflowSubmitted special = of("special", "s", 100);
        fleet.submit(WorkflowSubmitted.newBuilder(special)
                .setTasks(special.getTasks().stream()
                        .map(task -> TaskSubmitted.newBuilder(task)
                                .setRequires(Requirements.newBuilder()
                                        .setCapabilities(List.of("rare"))
                                        .build())
                                .build())
                        .toList())
                .build());
        fleet.submit(of("third", "t", 200));
        SimWorker worker = worker(1);
        for (int i = 0; i < 50; i++) {
            finishOne(worker);
        }
        worker.die();
        int before = starts().size();

        // When
        SimWorker able = fleet.worker("worker-1", Map.of("qa", 1), having -> having.capabilities = List.of("rare"));
        able.obey();
        fleet.pass(10_000);
        for (int i = 0; i < 30; i++) {
            if (!able.running.isEmpty()) {
                finishOne(able);
            }
        }

        // Then
        assertThat(startsByTenant(before).get("special")).isBetween(10L, 11L);
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void shouldShareStartsWithinTheBoundOfTheWeightsWhateverRuns(@ForAll long seed) {
        assertThatStartsAreShared(seed, false);
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void shouldShareStartsWithinTheSameBoundWhateverTheTasksRequire(@ForAll long seed) {
        assertThatStartsAreShared(seed, true);
    }

    /** Theorem 1 of start-time fair queueing, for each pair of tenants, over each stretch of time in which both wait. */
    private static void assertThatStartsAreShared(long seed, boolean requiring) {
        // Given
        Random random = new Random(seed);
        SimulatedFleet many = new SimulatedFleet();
        many.role("qa");
        Map<String, TenantRules> weights = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(4); i++) {
            names.add("t" + i);
            weights.put("t" + i, rules(1 + random.nextInt(10), null));
        }
        many.pool(PoolDefinition.newBuilder().setTenants(weights));
        for (String name : names) {
            WorkflowSubmitted workflow = of(name, name, 250);
            many.submit(requiring ? requiring(workflow, random) : workflow);
        }

        // When
        SimWorker worker = many.worker(
                "worker-1",
                Map.of("qa", 1 + random.nextInt(20)),
                having -> having.capabilities = List.of("a", "b", "c"));
        worker.obey();
        for (int i = 0; i < 100; i++) {
            List<String> leases = List.copyOf(worker.running.keySet());
            worker.report(leases.get(random.nextInt(leases.size())), AgentResultType.SUCCEEDED, null);
            worker.obey();
            if (random.nextInt(10) == 0) {
                many.restartCore(10);
            }
        }

        // Then
        List<String> starts = many.events.stream()
                .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED)
                .map(TaskEvent::getTenant)
                .toList();
        for (String f : names) {
            for (String g : names) {
                assertThat(spread(
                                starts,
                                f,
                                weights.get(f).getWeight(),
                                g,
                                weights.get(g).getWeight()))
                        .isLessThanOrEqualTo(1.0 / weights.get(f).getWeight()
                                + 1.0 / weights.get(g).getWeight()
                                + 1e-4);
            }
        }
    }

    /** The most by which the weighted starts of one grew more than the other's between any two moments. */
    private static double spread(List<String> starts, String f, int ofF, String g, int ofG) {
        double difference = 0;
        double least = 0;
        double most = 0;
        for (String tenant : starts) {
            difference += tenant.equals(f) ? 1.0 / ofF : 0;
            difference -= tenant.equals(g) ? 1.0 / ofG : 0;
            least = Math.min(least, difference);
            most = Math.max(most, difference);
        }
        return most - least;
    }

    @Test
    void shouldRejectWhatIsBeyondTheBacklogOfATenant() {
        // Given
        declare(Map.of("small", rules(1, 3L)), null);
        fleet.submit(of("small", "first", 2));

        // When
        fleet.submit(of("small", "second", 2));
        fleet.submit(of("small", "third", 1));
        fleet.submit(of("large", "fourth", 5));

        // Then
        assertThat(fleet.outcomes).extracting(TaskOutcome::getTaskId).containsExactly("second-0", "second-1");
        assertThat(fleet.outcomes).extracting(TaskOutcome::getStatus).containsOnly(TaskStatus.REJECTED);
        Failure failure = fleet.outcomeOf("second-0").getFailure();
        assertThat(failure.getCode()).isEqualTo("BACKLOG_FULL");
        assertThat(failure.getMessage())
                .isEqualTo("Tenant small of pool default has 2 tasks that have not ended; with the 2 of this submission"
                        + " there would be more than 3, its bound");
        assertThat(failure.getRemedy()).contains("maxBacklog");
    }

    @Test
    void shouldTakeMoreOnceSomeHaveEnded() {
        // Given
        declare(Map.of(), rules(1, 1L));
        SimWorker worker = worker(1);
        fleet.submit(of("any", "first", 1));
        worker.obey();
        finishOne(worker);

        // When
        fleet.submit(of("any", "second", 1));

        // Then
        assertThat(fleet.outcomes).extracting(TaskOutcome::getStatus).containsExactly(TaskStatus.SUCCEEDED);
        assertThat(fleet.view.get(new Key.OfBacklog(POOL, "any"))).isEqualTo(1);
    }
}
