package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.retry;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ClassRetry;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retries by class of failure, and their total. */
class RetriesTest {

    private final SimulatedFleet fleet = new SimulatedFleet();
    private final SimWorker worker;

    RetriesTest() {
        fleet.role("qa");
        worker = fleet.worker("worker-1", Map.of("qa", 1));
        worker.obey();
    }

    private static ClassRetry atMost(int attempts) {
        return ClassRetry.newBuilder().setMaxAttempts(attempts).build();
    }

    private void submit(RetryPolicy.Builder policy) {
        fleet.submit(workflow("t", task("t", "qa").setRetry(policy.build()).build()));
        worker.obey();
    }

    /** The task's attempts fail in these ways, as far as they are made; tells how many were. */
    private int fail(FailureClass... classes) {
        int made = 0;
        for (FailureClass failureClass : classes) {
            fleet.pass(20_000);
            worker.obey();
            if (worker.running.isEmpty()) {
                return made;
            }
            worker.report(worker.running.keySet().iterator().next(), AgentResultType.FAILED, failure(failureClass));
            worker.obey();
            made++;
        }
        return made;
    }

    @ParameterizedTest
    @CsvSource({"TRANSIENT,2", "AGENT,3", "PERMANENT,4", "ENVIRONMENT,5", "UNKNOWN,6"})
    void shouldRepeatAClassOfFailureAsOftenAsItsRuleSays(FailureClass failureClass, int attempts) {
        // Given
        submit(retry(6, 1_000, 1, 10_000, 0)
                .setOnTransient(atMost(2))
                .setOnAgent(atMost(3))
                .setOnPermanent(atMost(4))
                .setOnEnvironment(atMost(5)));

        // When
        int made =
                fail(failureClass, failureClass, failureClass, failureClass, failureClass, failureClass, failureClass);

        // Then
        assertThat(made).isEqualTo(attempts);
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void shouldCountEachClassByItselfAndAllTogether() {
        // Given
        submit(retry(4, 1_000, 1, 10_000, 0).setOnTransient(atMost(3)).setOnAgent(atMost(3)));

        // When
        int made = fail(
                FailureClass.TRANSIENT,
                FailureClass.AGENT,
                FailureClass.TRANSIENT,
                FailureClass.AGENT,
                FailureClass.AGENT);

        // Then
        assertThat(made).isEqualTo(4);
    }

    @Test
    void shouldGrowTheDelayWithTheFailuresOfAClassAndTakeTheRestFromThePolicy() {
        // Given
        submit(retry(10, 1_000, 2, 60_000, 0)
                .setOnTransient(ClassRetry.newBuilder()
                        .setMaxAttempts(5)
                        .setInitialBackoffMs(5_000L)
                        .setMaxBackoffMs(9_000L)
                        .build()));

        // When
        fail(FailureClass.AGENT, FailureClass.TRANSIENT, FailureClass.TRANSIENT, FailureClass.AGENT);

        // Then
        List<Long> delays = fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.RETRY_SCHEDULED)
                .map(event ->
                        event.getDueAt().toEpochMilli() - event.getDecidedAt().toEpochMilli())
                .toList();
        assertThat(delays).containsExactly(1_000L, 5_000L, 9_000L, 8_000L);
    }

    @Test
    void shouldBeginNoAttemptAfterTheTotalTimeOfRetries() {
        // Given
        submit(retry(10, 1_000, 1, 10_000, 0).setMaxTotalMs(45_000L));

        // When
        int made = fail(
                FailureClass.TRANSIENT,
                FailureClass.TRANSIENT,
                FailureClass.TRANSIENT,
                FailureClass.TRANSIENT,
                FailureClass.TRANSIENT);

        // Then: failed at 20, 40 and 60 s
        assertThat(made).isEqualTo(3);
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.FAILED);
    }
}
