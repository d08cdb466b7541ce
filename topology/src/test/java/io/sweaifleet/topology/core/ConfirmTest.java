package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How core lets workers know that it hears them, and answers those that have frozen what they run. */
class ConfirmTest {

    private final SimulatedFleet fleet = new SimulatedFleet();
    private SimWorker worker;

    @BeforeEach
    void begin() {
        fleet.role("qa");
        worker = fleet.worker("worker-1", Map.of("qa", 2));
        worker.freezes = true;
        worker.obey();
    }

    @Test
    void shouldNameAHeartbeatEveryThirdOfALeaseWhileTheWorkerHoldsOne() {
        // Given
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();

        // When: six thirds of a lease
        fleet.pass(60_000 - 2_000);

        // Then
        assertThat(confirms()).hasSize(5).allSatisfy(command -> {
            assertThat(command.getConfirmed()).isNull();
            assertThat(command.getLeaseMs()).isEqualTo(30_000);
        });
        assertThat(confirms())
                .extracting(WorkerCommand::getHeartbeat)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldSayNothingToAWorkerThatHoldsNothingOrDoesNotFreeze() {
        // Given
        SimWorker other = fleet.worker("worker-2", Map.of("data", 1));
        fleet.role("data");
        other.obey();
        fleet.submit(workflow("t", task("t", "data").build()));
        other.obey();

        // When
        fleet.pass(60_000);

        // Then
        assertThat(confirms()).isEmpty();
    }

    @Test
    void shouldNameInEveryCommandTheLastHeartbeatThatWasRead() {
        // Given
        fleet.pass(20_000);

        // When
        fleet.submit(workflow("t", task("t", "qa").build()));

        // Then: one when it began, and one every two seconds
        assertThat(fleet.commands)
                .extracting(WorkerCommand::getType, WorkerCommand::getHeartbeat)
                .containsExactly(tuple(CommandType.WELCOME, 1L), tuple(CommandType.ASSIGN, 11L));
    }

    @Test
    void shouldAnswerAWorkerThatAsksWithTheLeasesThatAreStillItsOwn() {
        // Given: two leases, of which one was taken from it
        fleet.submit(workflow("kept", task("kept", "qa").build()));
        fleet.submit(workflow("lost", task("lost", "qa").build()));
        worker.obey();
        String kept = leaseOf("kept");
        worker.running.remove(leaseOf("lost"));
        worker.beat(HeartbeatType.ALIVE);
        worker.obey();
        assertThat(fleet.eventsOf("lost")).contains(TaskEventType.LEASE_EXPIRED);

        // When
        worker.asks = true;
        worker.beat(HeartbeatType.ALIVE);

        // Then
        assertThat(confirms()).singleElement().satisfies(command -> assertThat(command.getConfirmed())
                .containsExactly(kept));
    }

    @Test
    void shouldNotAnswerAgainWhileItsAnswerMayBeOnTheWay() {
        // Given
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.asks = true;
        worker.beat(HeartbeatType.ALIVE);

        // When
        fleet.now += 9_000;
        worker.beat(HeartbeatType.ALIVE);
        assertThat(confirms()).hasSize(1);
        fleet.now += 1_000;
        worker.beat(HeartbeatType.ALIVE);

        // Then
        assertThat(confirms()).hasSize(2);
    }

    @Test
    void shouldGiveAnAttemptTheTimeInWhichItWasFrozenBack() {
        // Given: 60 s for the attempt, of which it was frozen for 30 s
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.report(leaseOf("t"), AgentResultType.STARTED, null);
        worker.frozenMs = 30_000;

        // When
        fleet.pass(90_000);

        // Then
        assertThat(cancels()).isEmpty();
        fleet.pass(4_000);
        assertThat(cancels()).hasSize(1);
    }

    @Test
    void shouldNotBelieveThatAnAttemptWasFrozenForLongerThanItIsThere() {
        // Given
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        worker.report(leaseOf("t"), AgentResultType.STARTED, null);

        // When: what it says first is cut to what has passed by then
        worker.frozenMs = Long.MAX_VALUE;
        worker.beat(HeartbeatType.ALIVE);
        worker.frozenMs = 0;
        fleet.pass(64_000);

        // Then
        assertThat(cancels()).hasSize(1);
    }

    private String leaseOf(String taskId) {
        return worker.running.values().stream()
                .filter(assignment -> assignment.getTaskId().equals(taskId))
                .findFirst()
                .orElseThrow()
                .getLeaseId();
    }

    private List<WorkerCommand> confirms() {
        return commands(CommandType.CONFIRM);
    }

    private List<WorkerCommand> cancels() {
        return commands(CommandType.CANCEL);
    }

    private List<WorkerCommand> commands(CommandType type) {
        return fleet.commands.stream()
                .filter(command -> command.getType() == type)
                .toList();
    }
}
