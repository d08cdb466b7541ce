package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TimerKind;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From queued to started, and from started to ended. */
class DeadlinesTest {

    private final SimulatedFleet fleet = new SimulatedFleet();

    DeadlinesTest() {
        fleet.role("qa");
    }

    private SimWorker worker() {
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();
        return worker;
    }

    private void submit(TaskSubmitted.Builder task) {
        fleet.submit(workflow(task.getId(), task.build()));
    }

    private static void report(SimWorker worker, AgentResultType type) {
        worker.report(
                worker.running.keySet().iterator().next(),
                type,
                type == AgentResultType.FAILED ? failure(FailureClass.TRANSIENT) : null);
        worker.obey();
    }

    @Test
    void shouldExpireWhatNoAgentStartedInTime() {
        // Given
        submit(task("t", "qa").setScheduleToStartMs(10_000L));

        // When
        fleet.pass(10_000);

        // Then
        TaskOutcome outcome = fleet.outcomeOf("t");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.EXPIRED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("START_DEADLINE_PASSED");
        assertThat(outcome.getFailure().getField()).isEqualTo("scheduleToStartMs");
    }

    @Test
    void shouldCountTheTimeToStartFromWhenTheTaskIsQueued() {
        // Given: it waits for another for longer than that
        SimWorker worker = worker();
        fleet.submit(workflow(
                "w",
                task("first", "qa").build(),
                task("then", "qa")
                        .setDependsOn(java.util.List.of("first"))
                        .setScheduleToStartMs(10_000L)
                        .build()));
        worker.obey();
        fleet.pass(30_000);
        report(worker, AgentResultType.SUCCEEDED);
        fleet.pass(5_000);

        // When
        report(worker, AgentResultType.STARTED);
        fleet.pass(30_000);
        report(worker, AgentResultType.SUCCEEDED);

        // Then
        assertThat(fleet.outcomeOf("then").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldExpireWhatDidNotEndInTimeAfterItsFirstStart() {
        // Given
        SimWorker worker = worker();
        submit(task("t", "qa").setStartToFinishMs(10_000L));
        worker.obey();
        fleet.pass(20_000);
        report(worker, AgentResultType.STARTED);
        fleet.pass(5_000);
        report(worker, AgentResultType.FAILED);

        // When
        fleet.pass(6_000);
        worker.obey();

        // Then
        TaskOutcome outcome = fleet.outcomeOf("t");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.EXPIRED);
        assertThat(outcome.getFailure().getCode()).isEqualTo("FINISH_DEADLINE_PASSED");
        assertThat(outcome.getAttempts()).hasSize(2);
    }

    @Test
    void shouldLeaveNoTimerOfATaskThatEndedInTime() {
        // Given
        SimWorker worker = worker();
        submit(task("t", "qa").setScheduleToStartMs(10_000L).setStartToFinishMs(10_000L));
        worker.obey();

        // When
        report(worker, AgentResultType.STARTED);
        report(worker, AgentResultType.SUCCEEDED);

        // Then
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 100))
                .extracting(Key.OfTimer::kind)
                .doesNotContain(TimerKind.START_DEADLINE, TimerKind.FINISH_DEADLINE);
    }
}
