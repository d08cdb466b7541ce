package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.retry;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RulesTest {

    private final SimulatedFleet fleet = new SimulatedFleet();

    @BeforeEach
    void defineRole() {
        fleet.role("qa");
    }

    private SimWorker worker(int slots) {
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", slots));
        worker.obey();
        return worker;
    }

    private static String only(SimWorker worker) {
        assertThat(worker.running).hasSize(1);
        return worker.running.keySet().iterator().next();
    }

    @Test
    void shouldReleaseTheMoreUrgentTaskFirst() {
        // Given
        fleet.submit(workflow("low", task("low", "qa").setPriority(1).build()));
        fleet.submit(workflow("high", task("high", "qa").setPriority(9).build()));

        // When
        SimWorker worker = worker(1);

        // Then
        assertThat(worker.running.values()).extracting(a -> a.getTaskId()).containsExactly("high");
    }

    @Test
    void shouldReleaseTheTaskThatWaitedLongEnoughFirst() {
        // Given
        fleet.submit(workflow("old", task("old", "qa").setPriority(1).build()));
        fleet.pass(3 * 60_000 + 1);
        fleet.submit(workflow("new", task("new", "qa").setPriority(4).build()));

        // When
        SimWorker worker = worker(1);

        // Then
        assertThat(worker.running.values()).extracting(a -> a.getTaskId()).containsExactly("old");
    }

    @Test
    void shouldSpreadTasksOverTheLeastLoadedWorkers() {
        // Given
        fleet.worker("worker-1", Map.of("qa", 4)).obey();
        fleet.worker("worker-2", Map.of("qa", 2)).obey();

        // When
        for (int i = 0; i < 3; i++) {
            fleet.submit(workflow("t" + i, task("t" + i, "qa").build()));
        }

        // Then
        assertThat(fleet.commands)
                .filteredOn(command -> command.getType() == CommandType.ASSIGN)
                .extracting(WorkerCommand::getWorkerId)
                .containsExactly("worker-1", "worker-2", "worker-1");
    }

    @Test
    void shouldGiveNoMoreThanTheCapacityOfAllRolesTogether() {
        // Given
        fleet.role("data");
        SimWorker worker = worker(1);
        for (int i = 0; i < 3; i++) {
            fleet.submit(workflow("t" + i, task("t" + i, i == 0 ? "data" : "qa").build()));
        }

        // When
        worker.obey();

        // Then
        assertThat(worker.running).hasSize(1);
    }

    @Test
    void shouldIgnoreARepeatedSubmissionEvenAfterItEnded() {
        // Given
        SimWorker worker = worker(1);
        WorkflowSubmitted workflow = workflow("once", task("once", "qa").build());
        fleet.submit("same", workflow);
        fleet.submit("same", workflow);
        worker.obey();
        worker.report(only(worker), AgentResultType.SUCCEEDED, null);

        // When
        fleet.submit("same", workflow);

        // Then
        assertThat(fleet.outcomes).hasSize(1);
        assertThat(fleet.refused).isEmpty();
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.DUPLICATE_IGNORED)
                .extracting(TaskEvent::getMessage)
                .satisfiesExactly(first -> assertThat(first).contains("is under way"), second -> assertThat(second)
                        .contains("had ended as SUCCEEDED"));
    }

    @Test
    void shouldMakeAContradictingSubmissionADeadLetterAndKeepTheFirstOutcome() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit("one", workflow("id-1", task("id-1", "qa").build()));

        // When
        fleet.submit(
                "other", workflow("id-1", task("id-1", "qa").setTitle("Other").build()));
        worker.obey();
        worker.report(only(worker), AgentResultType.SUCCEEDED, null);

        // Then
        assertThat(fleet.refused).hasSize(1);
        assertThat(fleet.refused.get(0).cause()).isEqualTo(DeadLetterCause.CONTRADICTION);
        assertThat(fleet.refused.get(0).failure().getValue()).isEqualTo("id-1");
        assertThat(fleet.outcomes).extracting(TaskOutcome::getStatus).containsExactly(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldRejectTheOtherTasksOfAWorkflowThatTakesAnothersTaskId() {
        // Given
        fleet.submit(workflow("first", task("taken", "qa").build()));

        // When
        fleet.submit(workflow(
                "second", task("taken", "qa").build(), task("fresh", "qa").build()));

        // Then
        assertThat(fleet.refused).extracting(refusal -> refusal.cause()).containsExactly(DeadLetterCause.CONTRADICTION);
        assertThat(fleet.outcomes).extracting(TaskOutcome::getTaskId).containsExactly("fresh");
        assertThat(fleet.outcomeOf("fresh").getFailure().getCode()).isEqualTo("TASK_ID_TAKEN");
        assertThat(fleet.workflowOutcomes.get(0).getStatus()).isEqualTo(WorkflowStatus.REJECTED);
    }

    @ParameterizedTest
    @CsvSource({"TRANSIENT,3", "AGENT,3", "UNKNOWN,3", "PERMANENT,1", "ENVIRONMENT,1"})
    void shouldRetryWhatMayPassByItself(FailureClass failureClass, int attempts) {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "t",
                task("t", "qa")
                        .setRetry(retry(3, 1_000L, 2.0, 60_000L, 0.2).build())
                        .build()));

        // When
        for (int i = 0; i < 3; i++) {
            worker.obey();
            if (!worker.running.isEmpty()) {
                worker.report(only(worker), AgentResultType.FAILED, failure(failureClass));
            }
            fleet.pass(5_000);
        }

        // Then
        TaskOutcome outcome = fleet.outcomeOf("t");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(outcome.getAttempts()).hasSize(attempts);
        assertThat(outcome.getFailure().getCode()).isEqualTo("BROKEN");
    }

    @Test
    void shouldWaitLongerBeforeEveryFurtherAttempt() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "t",
                task("t", "qa")
                        .setRetry(retry(4, 1_000L, 3.0, 5_000L, 0.5).build())
                        .build()));

        // When
        for (int i = 0; i < 4; i++) {
            worker.obey();
            worker.report(only(worker), AgentResultType.FAILED, failure(FailureClass.TRANSIENT));
            fleet.pass(10_000);
        }

        // Then
        List<Long> delays = fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.RETRY_SCHEDULED)
                .map(event ->
                        event.getDueAt().toEpochMilli() - event.getDecidedAt().toEpochMilli())
                .toList();
        assertThat(delays).hasSize(3);
        assertThat(delays.get(0)).isBetween(500L, 1_000L);
        assertThat(delays.get(1)).isBetween(1_500L, 3_000L);
        assertThat(delays.get(2)).isBetween(2_500L, 5_000L);
    }

    @ParameterizedTest
    @CsvSource({"UNKNOWN,SKIPPED", "SKIP_DEPENDENTS,SKIPPED", "FAIL_DEPENDENTS,FAILED", "CONTINUE,SUCCEEDED"})
    void shouldTreatDependentsOfAFailureByItsPolicy(FailurePolicy policy, TaskStatus dependent) {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "w",
                task("first", "qa").setOnFailure(policy).build(),
                task("second", "qa").setDependsOn(List.of("first")).build()));

        // When
        worker.obey();
        worker.report(only(worker), AgentResultType.FAILED, failure(FailureClass.PERMANENT));
        worker.obey();
        if (!worker.running.isEmpty()) {
            worker.report(only(worker), AgentResultType.SUCCEEDED, null);
        }

        // Then
        assertThat(fleet.outcomeOf("second").getStatus()).isEqualTo(dependent);
        assertThat(fleet.workflowOutcomes.get(0).getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    @Test
    void shouldRunDependentsOfATaskThatItsAgentSkipped() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "w",
                task("first", "qa").build(),
                task("second", "qa").setDependsOn(List.of("first")).build()));

        // When
        worker.obey();
        worker.report(only(worker), AgentResultType.SKIPPED, failure(FailureClass.ENVIRONMENT));
        worker.obey();
        worker.report(only(worker), AgentResultType.SUCCEEDED, null);

        // Then
        assertThat(fleet.outcomeOf("first").getStatus()).isEqualTo(TaskStatus.SKIPPED);
        assertThat(fleet.outcomeOf("second").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(fleet.workflowOutcomes.get(0).getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldSkipTheDependentsOfASkippedDependent() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "w",
                task("a", "qa").build(),
                task("b", "qa").setDependsOn(List.of("a")).build(),
                task("c", "qa").setDependsOn(List.of("b")).build()));

        // When
        worker.obey();
        worker.report(only(worker), AgentResultType.FAILED, failure(FailureClass.PERMANENT));

        // Then
        assertThat(fleet.outcomeOf("c").getStatus()).isEqualTo(TaskStatus.SKIPPED);
        assertThat(fleet.outcomeOf("c").getFailure().getMessage()).contains("depends on task b");
    }

    @Test
    void shouldCancelAQueuedTaskAtOnce() {
        // Given
        fleet.submit(workflow("t", task("t", "qa").build()));

        // When
        fleet.cancel("c1", null, "t");

        // Then
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(worker(1).running).isEmpty();
    }

    @Test
    void shouldCancelARunningTaskWhenItsAgentHasStopped() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        fleet.cancel("c1", null, "t");
        assertThat(fleet.outcomes).isEmpty();

        // When
        worker.obey();

        // Then
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.CANCELLED);
        assertThat(fleet.outcomeOf("t").getAttempts())
                .extracting(attempt -> attempt.getStatus())
                .containsExactly(AttemptStatus.CANCELLED);
        assertThat(fleet.outcomeOf("t").getFailure().getMessage()).contains("c1");
    }

    @Test
    void shouldCancelARunningTaskAfterTheGraceWhenItsAgentDoesNotAnswer() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        fleet.cancel("c1", null, "t");
        worker.inbox.clear();

        // When: the worker would have frozen it by now, had the command not reached it
        fleet.pass(45_000);

        // Then
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void shouldApplyACancelThatCameBeforeItsTask() {
        // Given
        fleet.cancel("c1", null, "later");
        fleet.cancel("c2", "whole", null);

        // When
        fleet.submit(workflow("later", task("later", "qa").build()));
        fleet.submit(workflow("whole", task("x", "qa").build(), task("y", "qa").build()));

        // Then
        assertThat(fleet.outcomes)
                .extracting(TaskOutcome::getStatus)
                .containsExactly(TaskStatus.CANCELLED, TaskStatus.CANCELLED, TaskStatus.CANCELLED);
    }

    @Test
    void shouldTakeAControlRequestOnceAndIgnoreOneForAnEndedTask() {
        // Given
        fleet.submit(workflow("t", task("t", "qa").build()));
        fleet.cancel("c1", null, "t");

        // When
        fleet.cancel("c1", null, "t");
        fleet.cancel("c2", null, "t");

        // Then
        assertThat(fleet.outcomes).hasSize(1);
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.DUPLICATE_IGNORED)
                .extracting(TaskEvent::getMessage)
                .satisfiesExactly(first -> assertThat(first).contains("taken before"), second -> assertThat(second)
                        .contains("had ended as CANCELLED"));
    }

    @Test
    void shouldCancelALargeWorkflowInSteps() {
        // Given
        int size = 1_000;
        fleet.submit(workflow(
                "big",
                java.util.stream.IntStream.range(0, size)
                        .mapToObj(i -> task("t" + i, "qa").build())
                        .toArray(io.sweaifleet.schemas.task.TaskSubmitted[]::new)));

        // When
        fleet.cancel("c1", "big", null);
        int atOnce = fleet.outcomes.size();
        fleet.tick();

        // Then
        assertThat(atOnce).isLessThan(size);
        assertThat(fleet.outcomes).hasSize(size);
        assertThat(fleet.workflowOutcomes).extracting(w -> w.getStatus()).containsExactly(WorkflowStatus.CANCELLED);
    }

    @Test
    void shouldTryATaskAgainWhenItsWorkerFallsSilent() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.die();
        fleet.pass(40_000);
        assertThat(fleet.eventsOf("t")).doesNotContain(TaskEventType.LEASE_EXPIRED);

        // When
        fleet.pass(60_000);
        SimWorker other = fleet.worker("worker-2", Map.of("qa", 1));
        other.obey();
        other.report(only(other), AgentResultType.SUCCEEDED, null);

        // Then
        assertThat(fleet.outcomeOf("t").getAttempts())
                .extracting(attempt -> attempt.getStatus())
                .containsExactly(AttemptStatus.LOST, AttemptStatus.SUCCEEDED);
    }

    @Test
    void shouldNotJudgeWorkersByTheTimeInWhichCoreWasAway() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();

        // When
        fleet.restartCore(600_000);
        fleet.tick();
        fleet.pass(10_000);

        // Then
        assertThat(fleet.eventsOf("t")).doesNotContain(TaskEventType.LEASE_EXPIRED);
        assertThat(worker.running).hasSize(1);
    }

    @Test
    void shouldTakeBackTheLeasesOfAWorkerThatWasRestarted() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();

        // When
        SimWorker again = fleet.worker("worker-1", Map.of("qa", 1));
        fleet.pass(5_000);
        again.obey();

        // Then
        assertThat(again.running.values()).extracting(a -> a.getAttempt()).containsExactly(2);
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.LEASE_EXPIRED)
                .extracting(event -> event.getFailure().getMessage())
                .allSatisfy(message -> assertThat(message).contains("was restarted"));
    }

    @Test
    void shouldTakeAnAssignmentForLostWhenTheWorkerTookItButDoesNotHoldIt() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.running.clear();

        // When
        worker.beat(HeartbeatType.ALIVE);

        // Then
        assertThat(fleet.eventsOf("t")).contains(TaskEventType.LEASE_EXPIRED, TaskEventType.RETRY_SCHEDULED);
    }

    @Test
    void shouldTellAWorkerToForgetALeaseThatIsNotItsOwn() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        String lease = only(worker);
        worker.report(lease, AgentResultType.SUCCEEDED, null);
        worker.inbox.clear();

        // When
        worker.repeatResults();

        // Then
        assertThat(worker.inbox)
                .extracting(WorkerCommand::getType, WorkerCommand::getLeaseId)
                .containsExactly(tuple(CommandType.ACKNOWLEDGE, lease));
        assertThat(fleet.outcomes).hasSize(1);
    }

    @Test
    void shouldNotAcknowledgeAgainWhileCommandsAreOnTheirWay() {
        // Given
        SimWorker worker = worker(2);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.report(only(worker), AgentResultType.SUCCEEDED, null);
        int sent = fleet.commands.size();

        // When
        for (int i = 0; i < 5; i++) {
            worker.beat(HeartbeatType.ALIVE);
        }

        // Then
        assertThat(fleet.commands).hasSize(sent);
        worker.obey();
        assertThat(worker.finished).isEmpty();
    }

    @Test
    void shouldStopWhatAWorkerStillRunsWhenItComesBackAfterItsLeasesExpired() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.alive = false;
        fleet.pass(100_000);

        // When
        worker.alive = true;
        worker.obey();

        // Then
        assertThat(worker.running).isEmpty();
        assertThat(fleet.eventsOf("t")).contains(TaskEventType.LEASE_EXPIRED);
    }

    @Test
    void shouldIgnoreASupersededIncarnationAndReintroduceAStranger() {
        // Given
        SimWorker old = worker(1);
        fleet.worker("worker-1", Map.of("qa", 1));
        int before = fleet.commands.size();

        // When
        old.beat(HeartbeatType.ALIVE);
        SimWorker stranger = fleet.new SimWorker("worker-7", Map.of("qa", 1), fleet.now);
        stranger.beat(HeartbeatType.ALIVE);

        // Then
        assertThat(fleet.commands.subList(before, fleet.commands.size()))
                .extracting(WorkerCommand::getWorkerId, WorkerCommand::getType)
                .containsExactly(tuple("worker-7", CommandType.REINTRODUCE));
    }

    @Test
    void shouldGiveNothingToADrainingWorker() {
        // Given
        SimWorker worker = worker(1);
        worker.beat(HeartbeatType.DRAINING);

        // When
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();

        // Then
        assertThat(worker.running).isEmpty();
    }

    @Test
    void shouldStopAnAttemptThatTakesTooLongAndTryAgain() {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow("t", task("t", "qa").setAttemptTimeoutMs(5_000L).build()));
        worker.obey();
        worker.report(only(worker), AgentResultType.STARTED, null);
        // A lease's time must pass after core's start before anybody is judged.
        fleet.pass(60_000);

        // When
        worker.obey();
        fleet.pass(3_000);
        worker.obey();
        worker.report(only(worker), AgentResultType.SUCCEEDED, null);

        // Then
        TaskOutcome outcome = fleet.outcomeOf("t");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts().get(0).getStatus()).isEqualTo(AttemptStatus.EXPIRED);
        assertThat(outcome.getAttempts().get(0).getFailure().getCode()).isEqualTo("ATTEMPT_TIMEOUT");
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "CANCELLED"})
    void shouldEndATaskAsExpiredOnceItsDeadlineHasPassed(AgentResultType reported) {
        // Given
        SimWorker worker = worker(1);
        fleet.submit(workflow(
                "t",
                task("t", "qa")
                        .setDeadline(Instant.ofEpochMilli(fleet.now + 1_500))
                        .build(),
                task("queued", "qa")
                        .setDeadline(Instant.ofEpochMilli(fleet.now + 1_500))
                        .build()));
        worker.obey();
        worker.lastBeat = fleet.now;
        fleet.pass(1_600);

        // When
        worker.report(only(worker), reported, null);

        // Then
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.EXPIRED);
        assertThat(fleet.outcomeOf("queued").getStatus()).isEqualTo(TaskStatus.EXPIRED);
        assertThat(fleet.outcomeOf("t").getFailure().getField()).isEqualTo("deadline");
    }

    @Test
    void shouldRejectATaskWhoseRoleStaysUnknownAndNameTheKnownOnes() {
        // Given
        fleet.submit(workflow("t", task("t", "ghost").build()));
        fleet.pass(4_000);
        assertThat(fleet.outcomes).isEmpty();

        // When
        fleet.pass(2_000);

        // Then
        TaskOutcome outcome = fleet.outcomeOf("t");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("UNKNOWN_ROLE");
        assertThat(outcome.getFailure().getMessage()).contains("ghost").contains("known roles: qa");
        assertThat(fleet.workflowOutcomes.get(0).getStatus()).isEqualTo(WorkflowStatus.REJECTED);
    }

    @Test
    void shouldRefuseTheQueuedTasksOfARoleThatIsRemoved() {
        // Given
        for (int i = 0; i < 400; i++) {
            fleet.submit(workflow("t" + i, task("t" + i, "qa").build()));
        }

        // When
        fleet.removeRole("qa");
        fleet.pass(6_000);

        // Then
        assertThat(fleet.outcomes).hasSize(400);
        assertThat(fleet.outcomeOf("t399").getFailure().getCode()).isEqualTo("UNKNOWN_ROLE");
    }

    @Test
    void shouldTakeATaskWhoseRoleIsDefinedInTime() {
        // Given
        SimWorker worker = fleet.worker("worker-1", Map.of("late", 1));
        fleet.submit(workflow("t", task("t", "late").build()));
        fleet.pass(3_000);

        // When
        fleet.role("late");
        fleet.pass(5_000);

        // Then
        assertThat(worker.running.values()).extracting(a -> a.getTaskId()).containsExactly("t");
    }

    @Test
    void shouldRefuseASubmissionThatIsOlderThanTombstonesLast() {
        // Given
        WorkflowSubmitted workflow = workflow("old", task("old", "qa").build());
        var origin = new io.sweaifleet.schemas.common.Origin(
                "fleet.tasks", "topic-1", 0, 7L, Instant.ofEpochMilli(fleet.now - 8 * 24 * 3_600_000L));
        var input = new io.sweaifleet.schemas.core.CoreInput(
                SimulatedFleet.POOL,
                io.sweaifleet.schemas.core.CoreInputType.WORKFLOW,
                origin,
                "digest",
                null,
                false,
                workflow,
                null,
                null,
                "",
                null,
                null,
                null,
                null,
                null,
                null);

        // When
        fleet.input(input);
        fleet.now += 8L * 24 * 3_600_000;
        fleet.tick();
        fleet.input(input);

        // Then
        assertThat(fleet.outcomes).extracting(o -> o.getFailure().getCode()).containsExactly("TOO_OLD");
        assertThat(fleet.events.get(fleet.events.size() - 1).getType()).isEqualTo(TaskEventType.DUPLICATE_IGNORED);
    }
}
