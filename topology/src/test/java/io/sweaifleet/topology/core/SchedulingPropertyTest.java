package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.retry;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Invariants;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.Turns;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;

/** Whatever happens to the fleet, in whatever order: no task is lost, none runs twice at once, each ends exactly once. */
class SchedulingPropertyTest {

    private static final List<String> ROLES = List.of("qa", "developer", "data");
    private static final List<String> KEYS = List.of("branch-a", "branch-b");
    private static final List<String> RATE_KEYS = List.of("api-a", "api-b");
    private static final RateLimit RATE = new RateLimit(3, 2_000L, 2);
    private static final long WINDOW_MS = 600_000;
    private static final int MOST_TOKENS = 400;
    private static final List<String> CAPABILITIES = List.of("java-21", "docker");
    private static final List<String> ZONES = List.of("a", "b");
    private static final List<String> TENANTS = List.of("default", "heavy", "bounded");

    /** A history that follows from a seed. */
    private static final class History {
        final Random random;
        final SimulatedFleet fleet = new SimulatedFleet(new Engine(2_000));
        final Map<String, WorkflowSubmitted> submitted = new LinkedHashMap<>();
        final Set<String> taskIds = new TreeSet<>();
        final Map<String, Long> tokensOfLease = new HashMap<>();
        final Map<String, Long> tokensUsed = new HashMap<>();
        int number;

        History(long seed) {
            random = new Random(seed);
            fleet.pool(PoolDefinition.newBuilder()
                    .setTenants(Map.of(
                            "heavy", new TenantRules(5, null, new Budget(null, 4_000L, null), WINDOW_MS),
                            "bounded", new TenantRules(2, 8L, null, WINDOW_MS)))
                    .setRates(Map.of("api-*", RATE)));
            ROLES.forEach(fleet::role);
        }

        <T> T oneOf(List<T> choices) {
            return choices.get(random.nextInt(choices.size()));
        }

        void step() {
            switch (random.nextInt(18)) {
                case 0, 1, 2 -> submit();
                case 3 -> resubmit();
                case 4 -> cancel();
                case 5 -> workerStarts();
                case 6 -> someWorker(worker -> worker.die());
                case 7 ->
                    someWorker(worker -> {
                        worker.obey();
                        worker.beat(HeartbeatType.ALIVE);
                    });
                case 8, 9, 10 -> someWorker(this::report);
                case 11 -> someWorker(SimWorker::repeatResults);
                case 13, 14 -> gate(random.nextBoolean() ? ControlAction.PAUSE : ControlAction.RESUME);
                case 15 -> reprioritise();
                case 12 -> fleet.restartCore(random.nextInt(3) == 0 ? random.nextInt(100_000) : 10);
                default -> fleet.pass(random.nextInt(random.nextInt(4) == 0 ? 60_000 : 3_000));
            }
        }

        private void submit() {
            String id = "w" + ++number;
            int size = 1 + random.nextInt(5);
            String tenant = oneOf(TENANTS);
            List<TaskSubmitted> tasks = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                List<String> needs = new ArrayList<>();
                for (int j = 0; j < i; j++) {
                    if (random.nextInt(3) == 0) {
                        needs.add(id + "-t" + j);
                    }
                }
                String role = random.nextInt(15) == 0 ? "nobody" : oneOf(ROLES);
                tasks.add(task(id + "-t" + i, role)
                        .setTenant(tenant)
                        .setPriority(random.nextInt(10))
                        .setDependsOn(needs)
                        .setOnFailure(oneOf(List.of(FailurePolicy.values())))
                        .setRetry(retry(1 + random.nextInt(3), random.nextInt(3_000), 2.0, 10_000L, 0.5)
                                .setOnPermanent(
                                        random.nextBoolean()
                                                ? ClassRetry.newBuilder()
                                                        .setMaxAttempts(2)
                                                        .build()
                                                : null)
                                .setMaxTotalMs(random.nextBoolean() ? 30_000L : null)
                                .build())
                        .setNotBefore(
                                random.nextInt(6) == 0
                                        ? Instant.ofEpochMilli(fleet.now + random.nextInt(60_000))
                                        : null)
                        .setConcurrencyKey(random.nextInt(3) == 0 ? oneOf(KEYS) : null)
                        .setConcurrencyLimit(1 + random.nextInt(2))
                        .setRateKey(random.nextInt(3) == 0 ? oneOf(RATE_KEYS) : null)
                        .setRequires(random.nextInt(3) == 0 ? requirements() : null)
                        .setBudget(random.nextInt(4) == 0 ? budget() : null)
                        .setScheduleToStartMs(random.nextInt(8) == 0 ? 1L + random.nextInt(60_000) : null)
                        .setStartToFinishMs(random.nextInt(8) == 0 ? 1L + random.nextInt(60_000) : null)
                        .setAttemptTimeoutMs(random.nextInt(4) == 0 ? 5_000L : null)
                        .setDeadline(
                                random.nextInt(6) == 0
                                        ? Instant.ofEpochMilli(fleet.now + 1 + random.nextInt(60_000))
                                        : null)
                        .build());
            }
            WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder(
                            SimulatedFleet.workflow(id, tasks.toArray(TaskSubmitted[]::new)))
                    .setTenant(tenant)
                    .setBudget(random.nextInt(4) == 0 ? budget() : null)
                    .build();
            submitted.put(id, workflow);
            tasks.forEach(task -> taskIds.add(task.getId()));
            fleet.submit(id, workflow);
        }

        private Budget budget() {
            return new Budget(
                    random.nextBoolean() ? 1L + random.nextInt(20_000) : null,
                    random.nextBoolean() ? 1L + random.nextInt(1_000) : null,
                    null);
        }

        /** What some worker may have; seldom what none ever has. */
        private Requirements requirements() {
            return Requirements.newBuilder()
                    .setCapabilities(random.nextInt(3) == 0 ? List.of(oneOf(CAPABILITIES)) : List.of())
                    .setLabels(random.nextInt(4) == 0 ? Map.of("zone", oneOf(ZONES)) : Map.of())
                    .setResources(
                            random.nextBoolean()
                                    ? new ResourceAmounts(1_000 * random.nextInt(5), random.nextInt(3) * 1_000L, 0)
                                    : null)
                    .build();
        }

        private void resubmit() {
            if (!submitted.isEmpty()) {
                WorkflowSubmitted workflow = oneOf(List.copyOf(submitted.values()));
                fleet.submit(random.nextBoolean() ? workflow.getId() : "other", workflow);
            }
        }

        private void cancel() {
            String early = "w" + (number + 1);
            String workflowId =
                    submitted.isEmpty() || random.nextInt(5) == 0 ? early : oneOf(List.copyOf(submitted.keySet()));
            String taskId = random.nextBoolean() ? null : workflowId + "-t" + random.nextInt(3);
            fleet.cancel("c" + random.nextInt(1_000), workflowId, taskId);
        }

        private String someWorkflow() {
            String early = "w" + (number + 1);
            return submitted.isEmpty() || random.nextInt(5) == 0 ? early : oneOf(List.copyOf(submitted.keySet()));
        }

        private void gate(ControlAction action) {
            TaskControl.Builder control =
                    TaskControl.newBuilder().setId("g" + random.nextInt()).setAction(action);
            switch (random.nextInt(6)) {
                case 0 -> control.setWholePool(true);
                case 1 -> control.setRole(oneOf(ROLES));
                case 2 -> control.setOfTenant(oneOf(TENANTS));
                case 3 -> control.setTaskId(someWorkflow() + "-t" + random.nextInt(3));
                default -> control.setWorkflowId(someWorkflow());
            }
            fleet.control(control);
        }

        private void reprioritise() {
            TaskControl.Builder control = TaskControl.newBuilder()
                    .setId("p" + random.nextInt())
                    .setAction(ControlAction.REPRIORITISE)
                    .setPriority(random.nextInt(10));
            String workflow = someWorkflow();
            fleet.control(
                    random.nextBoolean()
                            ? control.setWorkflowId(workflow)
                            : control.setTaskId(workflow + "-t" + random.nextInt(3)));
        }

        private void resumeAll() {
            List<TaskControl.Builder> gates = new ArrayList<>();
            gates.add(TaskControl.newBuilder().setWholePool(true));
            TENANTS.forEach(tenant -> gates.add(TaskControl.newBuilder().setOfTenant(tenant)));
            ROLES.forEach(role -> gates.add(TaskControl.newBuilder().setRole(role)));
            submitted.keySet().forEach(id -> gates.add(TaskControl.newBuilder().setWorkflowId(id)));
            taskIds.forEach(id -> gates.add(TaskControl.newBuilder().setTaskId(id)));
            gates.forEach(
                    gate -> fleet.control(gate.setId("r" + random.nextInt()).setAction(ControlAction.RESUME)));
        }

        /** Whatever has not ended has something that takes it further. */
        void assertNothingIsForgotten() {
            Invariants invariants = new Invariants(fleet.view, POOL);
            for (String id : taskIds) {
                if (fleet.view.get(new Key.OfTask(POOL, id)) instanceof TaskEntry.Live task) {
                    assertThat(invariants.ofTask(id, task))
                            .as(id + ": " + task.phase())
                            .isEmpty();
                }
            }
            for (String id : submitted.keySet()) {
                if (fleet.view.get(new Key.OfWorkflow(POOL, id)) instanceof WorkflowEntry.Live workflow) {
                    assertThat(invariants.ofWorkflow(id, workflow)).as(id).isEmpty();
                }
            }
            fleet.view.workers(POOL).forEach(worker -> assertThat(invariants.ofWorker(worker))
                    .as(worker.workerId())
                    .isEmpty());
        }

        /** No more tasks run with a key than any of them allows to start. */
        void assertKeysAreKept() {
            for (String key : KEYS) {
                List<TaskSubmitted> running = taskIds.stream()
                        .map(id -> fleet.view.get(new Key.OfTask(POOL, id)))
                        .filter(entry -> entry instanceof TaskEntry.Live live
                                && live.phase() instanceof TaskEntry.Phase.Running
                                && key.equals(live.spec().getConcurrencyKey()))
                        .map(entry -> ((TaskEntry.Live) entry).spec())
                        .toList();
                assertThat(running)
                        .as(key)
                        .hasSizeLessThanOrEqualTo(running.stream()
                                .mapToInt(TaskSubmitted::getConcurrencyLimit)
                                .max()
                                .orElse(0));
            }
        }

        /** In no stretch of time more tasks of a rate key started than its burst and its rate allow. */
        void assertRatesAreKept() {
            Map<String, String> keys = new HashMap<>();
            submitted.values().forEach(workflow -> workflow.getTasks()
                    .forEach(task -> keys.put(task.getId(), task.getRateKey())));
            for (String key : RATE_KEYS) {
                List<Long> starts = fleet.events.stream()
                        .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED
                                && key.equals(keys.get(event.getTaskId())))
                        .map(event -> event.getDecidedAt().toEpochMilli())
                        .toList();
                double spacing = (double) RATE.getIntervalMs() / RATE.getPermits();
                double least = 0;
                double most = 0;
                for (int i = 0; i < starts.size(); i++) {
                    double owed = i - (starts.get(i) - starts.get(0)) / spacing;
                    least = Math.min(least, owed);
                    most = Math.max(most, owed - least + 1);
                }
                assertThat(most)
                        .as("starts of %s beyond the rate, at most", key)
                        .isLessThanOrEqualTo(RATE.getBurst() + 1e-6);
            }
        }

        /** What core gave to a worker is within what the worker has. */
        void assertNoWorkerIsOvercommitted() {
            fleet.view.workers(POOL).forEach(worker -> {
                assertThat(worker.used().cpuMillis())
                        .as(worker.workerId())
                        .isBetween(0, worker.resources().cpuMillis());
                assertThat(worker.used().memoryBytes())
                        .as(worker.workerId())
                        .isBetween(0L, worker.resources().memoryBytes());
            });
        }

        /** What is counted as a tenant's backlog is what is live, and never beyond its bound. */
        void assertBacklogsAreExact() {
            for (String tenant : TENANTS) {
                long live = taskIds.stream()
                        .map(id -> fleet.view.get(new Key.OfTask(POOL, id)))
                        .filter(entry -> entry instanceof TaskEntry.Live task
                                && tenant.equals(task.spec().getTenant()))
                        .count();
                assertThat(fleet.view.get(new Key.OfBacklog(POOL, tenant)))
                        .as(tenant)
                        .isEqualTo(live == 0 ? null : live);
                assertThat(live).as(tenant).isLessThanOrEqualTo(tenant.equals("bounded") ? 8 : Long.MAX_VALUE);
            }
        }

        private void workerStarts() {
            Map<String, Integer> slots = new LinkedHashMap<>();
            for (String role : ROLES) {
                if (random.nextBoolean()) {
                    slots.put(role, 1 + random.nextInt(3));
                }
            }
            fleet.worker("worker-" + random.nextInt(3), slots, worker -> {
                worker.capabilities = CAPABILITIES.stream()
                        .filter(any -> random.nextBoolean())
                        .toList();
                worker.labels = Map.of("zone", oneOf(ZONES));
                worker.resources =
                        random.nextInt(4) == 0 ? null : new ResourceAmounts(2_000 * (1 + random.nextInt(3)), 3_000L, 0);
            });
        }

        private interface Act {
            void on(SimWorker worker);
        }

        private void someWorker(Act act) {
            List<SimWorker> living = fleet.workers.values().stream()
                    .filter(worker -> worker.alive)
                    .toList();
            if (!living.isEmpty()) {
                act.on(oneOf(living));
            }
        }

        private void report(SimWorker worker) {
            worker.obey();
            for (String lease : List.copyOf(worker.running.keySet())) {
                switch (random.nextInt(9)) {
                    case 0, 1 -> worker.report(lease, AgentResultType.STARTED, null);
                    case 2 -> use(worker, lease);
                    case 3 ->
                        worker.report(lease, AgentResultType.FAILED, failure(oneOf(List.of(FailureClass.values()))));
                    case 4 -> worker.report(lease, AgentResultType.SKIPPED, failure(FailureClass.ENVIRONMENT));
                    case 5, 6 -> worker.report(lease, AgentResultType.SUCCEEDED, null);
                    default -> {}
                }
            }
        }

        /** An agent tells of a step that used tokens, and how many it has used since it began. */
        private void use(SimWorker worker, String lease) {
            String taskId = worker.running.get(lease).getTaskId();
            boolean current = fleet.view.get(new Key.OfTask(POOL, taskId)) instanceof TaskEntry.Live task
                    && task.phase() instanceof TaskEntry.Phase.Running running
                    && running.lease().leaseId().equals(lease)
                    && running.lease().stop() == null;
            long tokens = 1 + random.nextInt(MOST_TOKENS);
            long soFar = tokensOfLease.merge(lease, tokens, Long::sum);
            if (current) {
                assertThatMayBeUsed(taskId, tokens);
            }
            worker.report(
                    lease,
                    AgentResultType.PROGRESS,
                    null,
                    Usage.newBuilder().setOutputTokens(soFar).build());
        }

        /** An attempt that was not stopped was within all budgets until this report. */
        private void assertThatMayBeUsed(String taskId, long tokens) {
            WorkflowSubmitted workflow = submitted.values().stream()
                    .filter(each -> each.getTasks().stream()
                            .anyMatch(task -> task.getId().equals(taskId)))
                    .findFirst()
                    .orElseThrow();
            TaskSubmitted task = workflow.getTasks().stream()
                    .filter(each -> each.getId().equals(taskId))
                    .findFirst()
                    .orElseThrow();
            assertWithin(task.getBudget(), "task " + taskId, tokens);
            assertWithin(workflow.getBudget(), "workflow " + workflow.getId(), tokens);
            if (workflow.getTenant().equals("heavy")) {
                assertWithin(new Budget(null, 4_000L, null), "heavy in " + fleet.now / WINDOW_MS, tokens);
            }
        }

        private void assertWithin(Budget budget, String of, long tokens) {
            if (budget != null && budget.getTokens() != null) {
                long before = tokensUsed.getOrDefault(of, 0L);
                assertThat(before).as(of + " goes on").isLessThan(budget.getTokens());
                tokensUsed.put(of, before + tokens);
            }
        }

        /** From now on all goes well: every task must come to its end. */
        void settle() {
            resumeAll();
            for (String zone : ZONES) {
                fleet.worker("worker-9" + zone, Map.of("qa", 5, "developer", 5, "data", 5), worker -> {
                    worker.capabilities = CAPABILITIES;
                    worker.labels = Map.of("zone", zone);
                    worker.resources = new ResourceAmounts(4_000, 2_000L, 0);
                });
            }
            for (int i = 0; i < 300 && !taskIds.equals(fleet.outcomeIds); i++) {
                for (SimWorker worker : List.copyOf(fleet.workers.values())) {
                    if (worker.alive) {
                        worker.obey();
                        for (String lease : List.copyOf(worker.running.keySet())) {
                            worker.report(lease, AgentResultType.SUCCEEDED, null);
                        }
                        worker.obey();
                    }
                }
                fleet.pass(5_000);
            }
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void shouldEndEveryTaskExactlyOnceWhateverHappens(@ForAll long seed) {
        // Given
        History history = new History(seed);
        SimulatedFleet fleet = history.fleet;

        // When
        for (int i = 0; i < 120; i++) {
            history.step();
            history.assertKeysAreKept();
            history.assertBacklogsAreExact();
            history.assertNoWorkerIsOvercommitted();
            history.assertNothingIsForgotten();
        }
        history.settle();

        // Then
        history.assertRatesAreKept();
        assertThat(fleet.events)
                .as("findings of the sweeper")
                .extracting(TaskEvent::getType)
                .doesNotContain(TaskEventType.STATE_REPAIRED, TaskEventType.STATE_DAMAGED);
        assertThat(fleet.outcomeIds).isEqualTo(history.taskIds);
        assertThat(fleet.workflowOutcomes)
                .extracting(WorkflowOutcome::getWorkflowId)
                .containsExactlyInAnyOrderElementsOf(history.submitted.keySet());
        assertThat(fleet.events.stream().filter(event -> event.getType() == TaskEventType.TASK_ENDED))
                .hasSize(fleet.outcomes.size());
        assertNothingIsLeft(fleet);
        fleet.outcomes.forEach(outcome -> Statistics.label("how tasks ended").collect(outcome.getStatus()));
        fleet.events.forEach(event -> Statistics.label("events").collect(event.getType()));
    }

    /** Ended work leaves tombstones and the timers that remove them, and nothing else. */
    private static void assertNothingIsLeft(SimulatedFleet fleet) {
        for (String queue : fleet.queues()) {
            assertThat(fleet.view.ready(POOL, queue)).isExhausted();
        }
        for (String role : ROLES) {
            assertThat(fleet.view.ready(POOL, Turns.roundOf(role))).toIterable().hasSizeLessThanOrEqualTo(1);
            assertThat(fleet.view.lanes(POOL, role)).isEmpty();
            assertThat(fleet.view.get(new Key.OfVirtualTime(POOL, role))).isNull();
            assertThat(fleet.view.ready(POOL, Turns.roundOf(role + "#"))).isExhausted();
        }
        for (String tenant : TENANTS) {
            assertThat(fleet.view.ready(POOL, "budget:" + tenant)).isExhausted();
        }
        assertThat(fleet.store.entries.keySet().stream().map(key -> new String(key.get(), UTF_8)))
                .noneMatch(key -> key.startsWith(POOL + "\0zTASK") || key.startsWith(POOL + "\0zWORKFLOW"));
        for (String key : RATE_KEYS) {
            assertThat(fleet.view.ready(POOL, "rate:" + key)).isExhausted();
        }
        for (String key : KEYS) {
            assertThat(fleet.view.ready(POOL, "key:" + key)).isExhausted();
            assertThat(fleet.view.get(new Key.OfHolders(POOL, key))).isNull();
        }
        fleet.view.workers(POOL).forEach(worker -> {
            assertThat(worker.held()).isEmpty();
            assertThat(worker.used()).isEqualTo(Resources.NONE);
            assertThat(worker.keptFor()).isEmpty();
            assertThat(fleet.view.leases(POOL, worker.workerId())).isEmpty();
        });
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 10_000))
                .extracting(Key.OfTimer::kind)
                .isSubsetOf(timersThatMayStay());
    }

    private static TimerKind[] timersThatMayStay() {
        return new TimerKind[] {
            TimerKind.FORGET_WORKFLOW,
            TimerKind.FORGET_CONTROL,
            TimerKind.FORGET_WORKER,
            TimerKind.WORKER_SILENT,
            TimerKind.RATE,
            TimerKind.SWEEP,
            TimerKind.BUDGET
        };
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void shouldForgetWhatEndedLongAgo(@ForAll long seed) {
        // Given
        History history = new History(seed);
        for (int i = 0; i < 40; i++) {
            history.step();
        }
        history.settle();
        SimulatedFleet fleet = history.fleet;
        fleet.workers.values().forEach(SimWorker::die);

        // When
        fleet.now += 8L * 24 * 3_600_000;
        fleet.tick();
        fleet.now += 2L * 24 * 3_600_000;
        fleet.tick();

        // Then
        for (String taskId : history.taskIds) {
            assertThat(fleet.view.get(new Key.OfTask(POOL, taskId))).isNull();
        }
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 10))
                .extracting(Key.OfTimer::kind)
                .containsOnly(TimerKind.SWEEP);
        assertThat(fleet.view.workers(POOL)).isEmpty();
    }
}
