package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens when a task, a workflow or a tenant has used what it may use. */
class BudgetsTest {

    private static final long DAY_MS = 86_400_000;

    private final SimulatedFleet fleet = new SimulatedFleet();
    private SimWorker worker;

    @BeforeEach
    void startWorker() {
        fleet.role("qa");
        worker = fleet.worker("worker-1", Map.of("qa", 4));
        worker.obey();
        // Early in a window of a day, so that a test stays within it.
        fleet.now += DAY_MS - fleet.now % DAY_MS + 3_600_000;
        fleet.pass(3_000);
    }

    private static Budget tokens(long limit) {
        return new Budget(null, limit, null);
    }

    private static Budget wall(long limitMs) {
        return new Budget(limitMs, null, null);
    }

    private static Usage using(long tokens, long cost) {
        return Usage.newBuilder()
                .setInputTokens(tokens / 2)
                .setOutputTokens(tokens - tokens / 2)
                .setCostMicroUsd(cost)
                .build();
    }

    private void submit(TaskSubmitted.Builder... tasks) {
        for (TaskSubmitted.Builder task : tasks) {
            fleet.submit(workflow(task.getId(), task.build()));
        }
        worker.obey();
        running().forEach(this::start);
    }

    private void submit(Budget budget, WorkflowSubmitted workflow) {
        fleet.submit(WorkflowSubmitted.newBuilder(workflow).setBudget(budget).build());
        worker.obey();
        running().forEach(this::start);
    }

    private void limit(String tenant, Budget budget, long windowMs) {
        fleet.pool(PoolDefinition.newBuilder().setTenants(Map.of(tenant, new TenantRules(1, null, budget, windowMs))));
    }

    private List<String> running() {
        return worker.running.values().stream().map(Assignment::getTaskId).toList();
    }

    private String leaseOf(String taskId) {
        return worker.running.values().stream()
                .filter(assignment -> assignment.getTaskId().equals(taskId))
                .findFirst()
                .orElseThrow()
                .getLeaseId();
    }

    private void start(String taskId) {
        worker.report(leaseOf(taskId), AgentResultType.STARTED, null);
    }

    private void progress(String taskId, Usage usage) {
        worker.report(leaseOf(taskId), AgentResultType.PROGRESS, null, usage);
        worker.obey();
    }

    private void end(String taskId, AgentResultType type, Usage usage) {
        worker.report(
                leaseOf(taskId), type, type == AgentResultType.FAILED ? failure(FailureClass.TRANSIENT) : null, usage);
        worker.obey();
    }

    private List<String> messages(TaskEventType type) {
        return fleet.events.stream()
                .filter(event -> event.getType() == type)
                .map(TaskEvent::getMessage)
                .toList();
    }

    @Test
    void shouldStopATaskWithTheReportThatShowsThatItsBudgetIsUsedUp() {
        // Given
        submit(task("a", "qa").setBudget(tokens(1_000)));
        progress("a", using(600, 0));
        progress("a", using(999, 0));
        List<String> before = running();

        // When
        progress("a", using(1_012, 0));

        // Then
        Failure failure = fleet.outcomeOf("a").getFailure();
        assertThat(before).containsExactly("a");
        assertThat(fleet.outcomeOf("a").getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(fleet.outcomeOf("a").getAttempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.getStatus()).isEqualTo(AttemptStatus.FAILED));
        assertThat(failure.getCode()).isEqualTo("BUDGET_EXCEEDED");
        assertThat(failure.getMessage()).isEqualTo("Task a has used 1012 of its budget of 1000 tokens");
        assertThat(failure.getField()).isEqualTo("budget.tokens");
        assertThat(failure.getValue()).isEqualTo("1012");
    }

    @Test
    void shouldWarnOnceWhenFourFifthsOfABudgetAreUsed() {
        // Given
        submit(task("a", "qa").setBudget(new Budget(null, null, 1_000L)));
        progress("a", using(0, 799));
        List<String> before = messages(TaskEventType.BUDGET_WARNING);

        // When
        progress("a", using(0, 800));
        progress("a", using(0, 900));

        // Then
        assertThat(before).isEmpty();
        assertThat(messages(TaskEventType.BUDGET_WARNING))
                .containsExactly("Task a has used 800 of its budget of 1000 micro-USD (80 %)");
    }

    @Test
    void shouldCountTheAttemptsOfATaskTogether() {
        // Given
        submit(task("a", "qa")
                .setBudget(tokens(1_000))
                .setRetry(RetryPolicy.newBuilder()
                        .setMaxAttempts(3)
                        .setInitialBackoffMs(1_000)
                        .build()));
        end("a", AgentResultType.FAILED, using(700, 0));
        fleet.pass(3_000);
        start("a");

        // When
        progress("a", using(300, 0));

        // Then
        assertThat(fleet.outcomeOf("a").getFailure().getCode()).isEqualTo("BUDGET_EXCEEDED");
        assertThat(fleet.outcomeOf("a").getAttempts()).hasSize(2);
    }

    @Test
    void shouldNotRepeatAnAttemptWhoseLastReportUsedTheBudgetUp() {
        // Given
        submit(task("a", "qa").setBudget(tokens(1_000)));

        // When
        end("a", AgentResultType.FAILED, using(1_000, 0));

        // Then
        assertThat(fleet.outcomeOf("a").getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(fleet.outcomeOf("a").getFailure().getCode()).isEqualTo("BUDGET_EXCEEDED");
    }

    @Test
    void shouldTellAnAttemptTheLeastThatIsLeftOfItsBudgets() {
        // Given
        submit(
                new Budget(null, 900L, null),
                workflow(
                        "w",
                        task("a", "qa")
                                .setBudget(new Budget(null, 1_000L, 50L))
                                .setRetry(RetryPolicy.newBuilder()
                                        .setMaxAttempts(3)
                                        .setInitialBackoffMs(1_000)
                                        .build())
                                .build()));
        Budget first = worker.running.values().iterator().next().getBudget();
        end("a", AgentResultType.FAILED, using(300, 20));

        // When
        fleet.pass(3_000);

        // Then
        assertThat(first).isEqualTo(new Budget(null, 900L, 50L));
        assertThat(worker.running.values()).singleElement().satisfies(assignment -> assertThat(assignment.getBudget())
                .isEqualTo(new Budget(null, 600L, 30L)));
    }

    @Test
    void shouldKeepASuccessThatUsedTheBudgetUp() {
        // Given
        submit(task("a", "qa").setBudget(tokens(1_000)));

        // When
        end("a", AgentResultType.SUCCEEDED, using(1_500, 0));

        // Then
        assertThat(fleet.outcomeOf("a").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldCountTimeByItsOwnClock() {
        // Given
        submit(task("a", "qa").setBudget(wall(60_000)).setAttemptTimeoutMs(600_000L));
        fleet.pass(47_000);
        List<String> early = messages(TaskEventType.BUDGET_WARNING);
        fleet.pass(2_000);
        List<String> warned = messages(TaskEventType.BUDGET_WARNING);
        fleet.pass(10_500);
        List<String> before = running();

        // When
        fleet.pass(1_000);
        worker.obey();

        // Then: due at 60,000 ms; this fleet looks at its timers every 500 ms
        assertThat(early).isEmpty();
        assertThat(warned).containsExactly("Task a has used 48000 of its budget of 60000 ms of wall-clock time (80 %)");
        assertThat(before).containsExactly("a");
        assertThat(fleet.outcomeOf("a").getFailure().getMessage())
                .isEqualTo("Task a has used 60000 of its budget of 60000 ms of wall-clock time");
    }

    @Test
    void shouldNotCountATimeInWhichCoreWasAway() {
        // Given
        submit(task("a", "qa").setBudget(wall(60_000)).setAttemptTimeoutMs(600_000L));
        fleet.pass(10_000);

        // When
        fleet.restartCore(600_000);
        fleet.pass(40_000);
        worker.obey();

        // Then
        assertThat(running()).containsExactly("a");
    }

    @Test
    void shouldCountWhatTheTasksOfAWorkflowUseTogetherAndEndItWhenThatIsTooMuch() {
        // Given
        submit(
                tokens(1_000),
                workflow(
                        "w",
                        task("a", "qa").build(),
                        task("b", "qa").build(),
                        task("c", "qa").setDependsOn(List.of("a")).build(),
                        task("d", "qa")
                                .setNotBefore(Instant.ofEpochMilli(fleet.now + 60_000))
                                .build()));
        progress("a", using(600, 0));

        // When
        progress("b", using(450, 0));

        // Then
        assertThat(List.of("a", "b", "c", "d")).allSatisfy(id -> {
            assertThat(fleet.outcomeOf(id).getStatus()).isEqualTo(TaskStatus.FAILED);
            assertThat(fleet.outcomeOf(id).getFailure().getMessage())
                    .isEqualTo("Workflow w has used 1050 of its budget of 1000 tokens");
        });
        assertThat(fleet.workflowOutcomes).singleElement().satisfies(outcome -> assertThat(outcome.getStatus())
                .isEqualTo(WorkflowStatus.FAILED));
        assertThat(messages(TaskEventType.BUDGET_EXCEEDED)).hasSize(1);
    }

    @Test
    void shouldEndARunOfADefinitionWhoseBudgetIsUsedUp() {
        // Given: of three items one runs, one is queued and one is not begun
        SimulatedRuns runs = new SimulatedRuns(1);
        runs.define(SimulatedRuns.definition(
                "build",
                SimulatedRuns.step("many").setForEach(new ForEach("[1, 2, 3]", 10, 2)),
                SimulatedRuns.step("last", "many")));
        runs.run(
                WorkflowSubmitted.newBuilder().setId("r").setDefinition("build").setBudget(tokens(1_000)));
        String first = runs.running().get(0);

        // When
        runs.worker.report(runs.assignment(first).getLeaseId(), AgentResultType.PROGRESS, null, using(1_200, 0));
        runs.settle();

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(runs.fleet.outcomes).isNotEmpty().allSatisfy(outcome -> assertThat(
                        outcome.getFailure().getCode())
                .isEqualTo("BUDGET_EXCEEDED"));
        assertThat(runs.problems()).isEmpty();
    }

    @Test
    void shouldCountWhatWorkflowsBelowUseAndStopThemAsWell() {
        // Given: one workflow below the other, each with a task that runs and one that waits
        SimulatedRuns runs = new SimulatedRuns(4);
        runs.define(SimulatedRuns.definition("low", SimulatedRuns.step("deep"), SimulatedRuns.step("rest", "deep")));
        runs.define(SimulatedRuns.definition("middle", SimulatedRuns.call("low", "low"), SimulatedRuns.step("side")));
        runs.define(SimulatedRuns.definition("top", SimulatedRuns.call("in", "middle"), SimulatedRuns.step("own")));
        runs.run(WorkflowSubmitted.newBuilder().setId("r").setDefinition("top").setBudget(tokens(1_000)));
        List<String> before = runs.running();

        // When: none of them uses so much by itself
        for (String task : before) {
            if (runs.running().contains(task)) {
                runs.worker.report(runs.assignment(task).getLeaseId(), AgentResultType.PROGRESS, null, using(400, 0));
            }
        }
        runs.settle();

        // Then
        assertThat(before).containsExactlyInAnyOrder("r-own", "r-in-side", "r-in-low-deep");
        assertThat(runs.running()).isEmpty();
        assertThat(runs.codeOf("r-own")).isEqualTo("BUDGET_EXCEEDED");
        assertThat(runs.codeOf("r-in")).isEqualTo("BUDGET_EXCEEDED");
        assertThat(runs.statusOf("r-in-low-rest")).isNotEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(runs.problems()).isEmpty();
    }

    @Test
    void shouldCountTheTimeOfEveryAttemptOfAWorkflow() {
        // Given: two run at once
        submit(
                wall(60_000),
                workflow("w", task("a", "qa").build(), task("b", "qa").build()));
        fleet.pass(29_000);
        List<String> before = running();

        // When
        fleet.pass(2_000);
        worker.obey();

        // Then
        assertThat(before).containsExactly("a", "b");
        assertThat(fleet.outcomeOf("a").getFailure().getCode()).isEqualTo("BUDGET_EXCEEDED");
        assertThat(fleet.outcomeOf("b").getFailure().getCode()).isEqualTo("BUDGET_EXCEEDED");
    }

    @Test
    void shouldStopWhatRunsOfATenantAndHoldTheRestUntilTheNextWindow() {
        // Given
        limit("acme", tokens(1_000), 3_600_000);
        submit(task("a", "qa").setTenant("acme"), task("other", "qa").setTenant("zeta"));

        // When
        progress("a", using(1_001, 0));
        submit(task("b", "qa").setTenant("acme"));
        fleet.pass(60_000);
        boolean held = !running().contains("b");
        fleet.pass(3_600_000 - fleet.now % 3_600_000 + 2_000);
        worker.obey();

        // Then
        assertThat(fleet.outcomeOf("a").getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(messages(TaskEventType.TASK_HELD))
                .first()
                .asString()
                .startsWith("Tenant acme has used 1001 of its budget of 1000 tokens for the time from ");
        assertThat(held).isTrue();
        assertThat(running()).contains("b");
    }

    @Test
    void shouldLetATenantGoOnWithinAMinuteWhenItsBudgetIsRaised() {
        // Given
        limit("acme", tokens(1_000), DAY_MS);
        submit(task("a", "qa").setTenant("acme"));
        progress("a", using(1_001, 0));
        submit(task("b", "qa").setTenant("acme"));
        List<String> before = running();

        // When
        limit("acme", tokens(2_000), DAY_MS);
        fleet.pass(61_000);
        worker.obey();
        start("b");
        progress("b", using(999, 0));

        // Then
        assertThat(before).isEmpty();
        assertThat(fleet.outcomeOf("b").getFailure().getMessage()).contains("has used 2000 of its budget of 2000");
        assertThat(messages(TaskEventType.BUDGET_EXCEEDED)).hasSize(2);
    }

    @Test
    void shouldLeaveNothingOfABudgetBehind() {
        // Given
        limit("acme", new Budget(600_000L, 1_000L, null), 3_600_000);
        WorkflowSubmitted both = workflow(
                "w", task("a", "qa").setTenant("acme").setBudget(wall(50_000)).build());
        submit(
                tokens(5_000),
                WorkflowSubmitted.newBuilder(both).setTenant("acme").build());
        progress("a", using(10, 0));

        // When
        end("a", AgentResultType.SUCCEEDED, using(20, 0));
        fleet.pass(2 * 3_600_000);

        // Then
        for (String scope : List.of("TASK:a", "WORKFLOW:w", "TENANT:acme")) {
            assertThat(fleet.view.get(new Key.OfMeter(POOL, scope))).as(scope).isNull();
        }
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 1_000))
                .noneMatch(timer -> timer.name().startsWith("BUDGET"));
    }

    @Test
    void shouldWriteNothingForATaskWithoutABudget() {
        // When
        submit(task("a", "qa"));
        progress("a", using(1_000_000, 1_000_000));
        end("a", AgentResultType.SUCCEEDED, using(2_000_000, 0));

        // Then
        assertThat(fleet.store.entries.keySet().stream().map(key -> new String(key.get(), UTF_8)))
                .noneMatch(key -> key.startsWith(POOL + "\0z"));
    }
}
