package io.sweaifleet.topology.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What intake asks of control requests, and of when a task may start. */
class GateRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");

    private static TaskControl.Builder control(ControlAction action) {
        return TaskControl.newBuilder().setAction(action);
    }

    private static TaskSubmitted.Builder task() {
        return TaskSubmitted.newBuilder().setKind("qa.run-tests").setRole("qa");
    }

    static Stream<TaskControl.Builder> goodRequests() {
        return Stream.of(
                control(ControlAction.CANCEL).setTaskId("t"),
                control(ControlAction.PAUSE).setWorkflowId("w").setTaskId("t"),
                control(ControlAction.PAUSE).setRole("qa"),
                control(ControlAction.RESUME).setOfTenant("acme"),
                control(ControlAction.PAUSE).setWholePool(true),
                control(ControlAction.REPRIORITISE).setWorkflowId("w").setPriority(9));
    }

    @ParameterizedTest
    @MethodSource("goodRequests")
    void shouldTakeARequestThatNamesOneTarget(TaskControl.Builder request) {
        assertThat(SubmissionRules.check(request.build())).isNull();
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                Arguments.of(control(ControlAction.PAUSE), "taskId"),
                Arguments.of(control(ControlAction.CANCEL).setRole("qa"), "role"),
                Arguments.of(
                        control(ControlAction.REPRIORITISE).setWholePool(true).setPriority(1), "wholePool"),
                Arguments.of(control(ControlAction.PAUSE).setTaskId("t").setOfTenant("acme"), "ofTenant"),
                Arguments.of(control(ControlAction.PAUSE).setRole("qa").setOfTenant("acme"), "role"),
                Arguments.of(control(ControlAction.REPRIORITISE).setTaskId("t"), "priority"),
                Arguments.of(control(ControlAction.REPRIORITISE).setTaskId("t").setPriority(10), "priority"),
                Arguments.of(control(ControlAction.UNKNOWN).setTaskId("t"), "action"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void shouldNameTheFieldOfARequestThatCannotBeMeant(TaskControl.Builder request, String field) {
        // When
        Failure problem = SubmissionRules.check(request.build());

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo(field);
        assertThat(problem.getRemedy()).isNotEmpty();
    }

    @Test
    void shouldRefuseATaskThatMayNotStartBeforeItsDeadline() {
        // When
        Failure problem = SubmissionRules.check(
                task().setNotBefore(NOW.plusSeconds(60))
                        .setDeadline(NOW.plusSeconds(60))
                        .build(),
                NOW);

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo("notBefore");
    }

    static Stream<Arguments> badLimits() {
        return Stream.of(
                Arguments.of(task().setDelayMs(-1L), "delayMs"),
                Arguments.of(task().setDelayMs(Long.MAX_VALUE), "delayMs"),
                Arguments.of(task().setDelayMs(60_000L).setDeadline(NOW.plusSeconds(60)), "delayMs"),
                Arguments.of(task().setRateKey(""), "rateKey"),
                Arguments.of(task().setScheduleToStartMs(0L), "scheduleToStartMs"),
                Arguments.of(task().setStartToFinishMs(0L), "startToFinishMs"),
                Arguments.of(
                        task().setRetry(RetryPolicy.newBuilder()
                                .setOnPermanent(ClassRetry.newBuilder()
                                        .setMaxAttempts(21)
                                        .build())
                                .build()),
                        "retry.onPermanent.maxAttempts"),
                Arguments.of(
                        task().setRetry(RetryPolicy.newBuilder()
                                .setOnAgent(
                                        ClassRetry.newBuilder().setJitter(1.5).build())
                                .build()),
                        "retry.onAgent.jitter"),
                Arguments.of(
                        task().setRetry(RetryPolicy.newBuilder()
                                .setMaxTotalMs(0L)
                                .build()),
                        "retry.maxTotalMs"));
    }

    @ParameterizedTest
    @MethodSource("badLimits")
    void shouldNameTheLimitThatCannotBeMeant(TaskSubmitted.Builder task, String field) {
        // When
        Failure problem = SubmissionRules.check(task.build(), NOW);

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo(field);
        assertThat(problem.getRemedy()).isNotEmpty();
    }

    @Test
    void shouldTakeTheLaterOfAMomentAndADelay() {
        // Given
        TaskSubmitted sooner =
                task().setNotBefore(NOW.plusSeconds(5)).setDelayMs(10_000L).build();
        TaskSubmitted later =
                task().setNotBefore(NOW.plusSeconds(15)).setDelayMs(10_000L).build();

        // When / Then
        assertThat(SubmissionRules.notBefore(sooner, NOW)).isEqualTo(NOW.plusSeconds(10));
        assertThat(SubmissionRules.notBefore(later, NOW)).isEqualTo(NOW.plusSeconds(15));
        assertThat(SubmissionRules.notBefore(task().build(), NOW)).isNull();
    }

    @Test
    void shouldRefuseAConcurrencyKeyOrLimitThatCannotBeMeant() {
        for (TaskSubmitted.Builder bad : new TaskSubmitted.Builder[] {
            task().setConcurrencyKey(" "),
            task().setConcurrencyKey("a\u0000b"),
            task().setConcurrencyKey("x".repeat(201))
        }) {
            Failure problem = SubmissionRules.check(bad.build(), NOW);
            assertThat(problem).isNotNull();
            assertThat(problem.getField()).isEqualTo("concurrencyKey");
        }
        Failure none = SubmissionRules.check(task().setConcurrencyLimit(0).build(), NOW);
        assertThat(none).isNotNull();
        assertThat(none.getField()).isEqualTo("concurrencyLimit");
    }

    static Stream<Arguments> badRequirements() {
        return Stream.of(
                Arguments.of(Requirements.newBuilder().setCapabilities(List.of("Java 21")), "requires.capabilities"),
                Arguments.of(
                        Requirements.newBuilder().setCapabilities(Collections.nCopies(33, "java-21")),
                        "requires.capabilities.size"),
                Arguments.of(
                        Requirements.newBuilder().setLabels(Map.of("region", "x".repeat(501))),
                        "requires.labels.region"),
                Arguments.of(
                        Requirements.newBuilder().setResources(new ResourceAmounts(-1, 0L, 0)),
                        "requires.resources.cpuMillis"),
                Arguments.of(
                        Requirements.newBuilder().setResources(new ResourceAmounts(0, Long.MAX_VALUE, 0)),
                        "requires.resources.memoryBytes"),
                Arguments.of(
                        Requirements.newBuilder().setResources(new ResourceAmounts(0, 0L, 1_001)),
                        "requires.resources.gpus"));
    }

    @ParameterizedTest
    @MethodSource("badRequirements")
    void shouldNameWhatATaskCannotRequire(Requirements.Builder requirements, String field) {
        // When
        Failure problem =
                SubmissionRules.check(task().setRequires(requirements.build()).build(), NOW);

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo(field);
        assertThat(problem.getRemedy()).isNotEmpty();
    }

    @Test
    void shouldTakeATaskThatRequiresWhatWorkersMayHave() {
        // When
        Failure problem = SubmissionRules.check(
                task().setRequires(new Requirements(
                                List.of("java-21", "c++17", "node_20.1"),
                                Map.of("region", "eu"),
                                new ResourceAmounts(2_500, 4_294_967_296L, 1)))
                        .build(),
                NOW);

        // Then
        assertThat(problem).isNull();
    }

    static Stream<Arguments> badBudgets() {
        return Stream.of(
                Arguments.of(new Budget(0L, null, null), "budget.wallMs"),
                Arguments.of(new Budget(null, -1L, null), "budget.tokens"),
                Arguments.of(new Budget(null, null, Long.MAX_VALUE), "budget.costMicroUsd"));
    }

    @ParameterizedTest
    @MethodSource("badBudgets")
    void shouldNameTheLimitThatABudgetCannotHave(Budget budget, String field) {
        // When
        Failure ofTask = SubmissionRules.check(task().setBudget(budget).build(), NOW);
        Failure ofWorkflow = SubmissionRules.check(
                WorkflowSubmitted.newBuilder()
                        .setTasks(List.of(task().build()))
                        .setBudget(budget)
                        .build(),
                NOW);

        // Then
        assertThat(ofTask).isNotNull();
        assertThat(ofTask.getField()).isEqualTo(field);
        assertThat(ofWorkflow).isEqualTo(ofTask);
    }
}
