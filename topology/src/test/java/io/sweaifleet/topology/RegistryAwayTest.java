package io.sweaifleet.topology;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.serde.FleetAvroSerde;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.intake.Patience;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class RegistryAwayTest {

    private static final AtomicInteger FAILURES = new AtomicInteger();

    /** Our serde, whose registry is away for so many readings of tasks. */
    public static final class MoodySerde implements Serde<SpecificRecord> {
        private final FleetAvroSerde<SpecificRecord> real = new FleetAvroSerde<>();

        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {
            real.configure(configs, isKey);
        }

        @Override
        public Serializer<SpecificRecord> serializer() {
            return real.serializer();
        }

        @Override
        public Deserializer<SpecificRecord> deserializer() {
            Deserializer<SpecificRecord> reader = real.deserializer();
            return (topic, bytes) -> {
                if (topic.equals("fleet.tasks") && FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new RegistryUnavailableException("The registry is away");
                }
                return reader.deserialize(topic, bytes);
            };
        }
    }

    private static TestFleet fleet(Patience patience) {
        Map<String, Object> serdes;
        try (TestFleet registered = TestFleet.create()) {
            serdes = new HashMap<>(registered.serdes);
        }
        serdes.put("fleet.serde.class", MoodySerde.class.getName());
        return TestFleet.with(serdes, patience);
    }

    @Test
    void shouldWaitForTheRegistryAndLoseNothing() {
        // Given
        try (TestFleet fleet = fleet(new Patience(Duration.ofSeconds(30)))) {
            fleet.definePool(TestFleet.pool("default"));
            fleet.defineRole(TestFleet.role("qa"));
            TestFleet.Worker worker = fleet.worker("worker-1", "qa", 1).hello();
            FAILURES.set(3);

            // When
            fleet.submit(task("t", "qa").build());
            worker.take();
            worker.report(worker.held.get(0), AgentResultType.SUCCEEDED);

            // Then
            assertThat(FAILURES.get()).isZero();
            assertThat(fleet.outcomes()).extracting(TaskOutcome::getTaskId).containsExactly("t");
            assertThat(fleet.deadLetters()).isEmpty();
        }
    }

    @Test
    void shouldPassTheFailureOnSoThatTheRecordIsReadAgainWhenItTakesTooLong() {
        // Given
        try (TestFleet fleet = fleet(new Patience(Duration.ZERO))) {
            FAILURES.set(Integer.MAX_VALUE);
            byte[] value = fleet.encode(FleetTopic.TASKS, task("t", "qa").build());

            // When, Then
            assertThatThrownBy(() -> fleet.send(FleetTopic.TASKS, null, value, new RecordHeaders()))
                    .hasRootCauseInstanceOf(RegistryUnavailableException.class)
                    .satisfies(failure ->
                            assertThat(ThreadFailures.passes(failure)).isTrue());
            FAILURES.set(0);
        }
    }
}
