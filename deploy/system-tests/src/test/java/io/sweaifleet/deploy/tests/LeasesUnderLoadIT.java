package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A burst of submissions does not cost a lease: core hears workers first, however much waits behind them. The figures of 200,000 are in
 * {@code docs/reliability.md}; the ordinary run has fewer.
 */
@Timeout(900)
class LeasesUnderLoadIT {

    private static final Logger LOG = LoggerFactory.getLogger(LeasesUnderLoadIT.class);
    private static final int SUBMISSIONS = Integer.getInteger("fleet.load.submissions", 20_000);
    private static final int RUNNING = 20;
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    @Test
    void shouldLoseNoLeaseWhileABurstOfSubmissionsIsQueued() throws Exception {
        try (TestBroker broker = new TestBroker(directory.resolve("kafka"))) {
            broker.define("default");
            broker.send(
                    FleetTopic.ROLES,
                    null,
                    "nobody",
                    RoleDefinition.newBuilder()
                            .setRole("nobody")
                            .setVersion(1)
                            .setUpdatedAt(Instant.now())
                            .build());
            broker.flush();
            try (TopologyProcess topology = TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of());
                    ProbeWorker worker =
                            new ProbeWorker(broker, "default", "worker-1", RUNNING, 3, assignment -> true)) {
                burst(broker, worker);
                assertThat(topology.stop()).isZero();
            }
        }
    }

    private static void burst(TestBroker broker, ProbeWorker worker) throws Exception {
        // Given: leases of ten seconds, all of which run
        for (int i = 0; i < RUNNING; i++) {
            broker.send(FleetTopic.TASKS, null, null, task("running-" + i, "bench"));
        }
        broker.flush();
        Await.until(LONG, () -> "all at work", () -> worker.started().size() == RUNNING);

        // When
        long begun = System.nanoTime();
        for (int i = 0; i < SUBMISSIONS; i++) {
            broker.send(FleetTopic.TASKS, null, null, task("queued-" + i, "nobody"));
        }
        broker.flush();
        try (Counter events = new Counter(broker);
                TestBroker.Follower<TaskOutcome> outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class)) {
            Await.until(LONG, () -> "all queued, but " + events.counts, () -> {
                events.read();
                return events.of(TaskEventType.TASK_READY) == SUBMISSIONS + RUNNING;
            });
            long queuedMs = Duration.ofNanos(System.nanoTime() - begun).toMillis();
            long longestUnheardMs = worker.longestUnheardMs();
            worker.release();
            Await.until(
                    LONG,
                    () -> "all ended, but " + outcomes.read().size(),
                    () -> outcomes.read().size() == RUNNING);

            // Then
            events.read();
            assertThat(events.of(TaskEventType.LEASE_EXPIRED)).isZero();
            assertThat(outcomes.read()).allSatisfy(outcome -> {
                assertThat(outcome.value().getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
                assertThat(outcome.value().getAttempts()).hasSize(1);
            });
            LOG.info(
                    "{} submissions queued in {} ms over {} running leases of 10 s: none lost; core was known to have read a"
                            + " heartbeat not older than {} ms all the time",
                    SUBMISSIONS,
                    queuedMs,
                    RUNNING,
                    longestUnheardMs);
        }
    }

    private static TaskSubmitted task(String id, String role) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setKind("bench.noop")
                .setRole(role)
                .build();
    }

    /** Events so far by type; the events themselves are too many to keep. */
    private static final class Counter implements AutoCloseable {
        private final KafkaConsumer<String, TaskEvent> consumer;
        private final Map<TaskEventType, Integer> counts = new EnumMap<>(TaskEventType.class);

        Counter(TestBroker broker) {
            consumer = broker.consumer(TaskEvent.class);
            List<TopicPartition> partitions = IntStream.range(0, FleetTopic.TASK_EVENTS.partitions())
                    .mapToObj(number -> new TopicPartition(FleetTopic.TASK_EVENTS.topicName(), number))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        void read() {
            for (ConsumerRecord<String, TaskEvent> event : consumer.poll(Duration.ofMillis(100))) {
                counts.merge(event.value().getType(), 1, Integer::sum);
            }
        }

        int of(TaskEventType type) {
            return counts.getOrDefault(type, 0);
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
