package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rates of starts, by rate key. */
class RatesTest {

    private final SimulatedFleet fleet = new SimulatedFleet();
    private final SimWorker worker;

    RatesTest() {
        fleet.role("qa");
        rates(Map.of("api-*", new RateLimit(1, 10_000L, 2), "api-slow", new RateLimit(1, 30_000L, 1)));
        worker = fleet.worker("worker-1", Map.of("qa", 50));
        worker.obey();
    }

    private void rates(Map<String, RateLimit> rates) {
        fleet.pool(PoolDefinition.newBuilder().setRates(rates));
    }

    private void submit(String key, int tasks) {
        for (int i = 0; i < tasks; i++) {
            String id = key + "-" + i;
            fleet.submit(workflow(id, task(id, "qa").setRateKey(key).build()));
        }
        worker.obey();
    }

    private List<Long> starts(long since) {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED)
                .map(event -> event.getDecidedAt().toEpochMilli() - since)
                .toList();
    }

    private List<TaskEvent> held() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.TASK_HELD)
                .toList();
    }

    @Test
    void shouldStartABurstAndThenKeepToTheRate() {
        // Given
        long begun = fleet.now;
        submit("api-one", 5);

        // When
        fleet.pass(60_000);

        // Then
        assertThat(starts(begun)).containsExactly(0L, 0L, 10_000L, 20_000L, 30_000L);
    }

    @Test
    void shouldSayWhenTheNextOneMayStart() {
        // Given
        Instant next = Instant.ofEpochMilli(fleet.now + 10_000);

        // When
        submit("api-one", 3);

        // Then
        assertThat(held()).singleElement().satisfies(event -> {
            assertThat(event.getTaskId()).isEqualTo("api-one-2");
            assertThat(event.getMessage()).isEqualTo("rate of key api-one: next at " + next);
            assertThat(event.getDueAt()).isEqualTo(next);
        });
    }

    @Test
    void shouldKeepABucketForEachKeyAndTakeTheLongestMatch() {
        // When
        submit("api-one", 3);
        submit("api-two", 3);
        submit("api-slow", 3);
        submit("other", 3);

        // Then
        assertThat(worker.running).hasSize(2 + 2 + 1 + 3);
    }

    @Test
    void shouldForgetABucketThatIsFullAgain() {
        // Given
        submit("api-one", 4);

        // When
        fleet.pass(60_000);

        // Then
        assertThat(fleet.view.get(new Key.OfRate(POOL, "api-one"))).isNull();
        assertThat(fleet.view.ready(POOL, "rate:api-one")).isExhausted();
        assertThat(starts(0)).hasSize(4);
    }

    @Test
    void shouldKeepToTheRateWhenCoreStartsAnew() {
        // Given
        submit("api-one", 2);

        // When
        fleet.restartCore(10);
        submit("api-one", 4);

        // Then
        assertThat(worker.running).hasSize(2);
    }

    @Test
    void shouldLetGoOfWhatWaitsSoonAfterTheRateIsTakenAway() {
        // Given
        rates(Map.of("api-*", new RateLimit(1, 86_400_000L, 1)));
        submit("api-one", 3);

        // When
        rates(Map.of());
        fleet.pass(61_000);

        // Then
        assertThat(starts(0)).hasSize(3);
        assertThat(fleet.view.ready(POOL, "rate:api-one")).isExhausted();
    }
}
