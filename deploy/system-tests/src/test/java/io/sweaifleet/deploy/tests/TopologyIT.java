package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.kafka.LoopbackPorts;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Intake and core on a real broker, in processes of their own. */
class TopologyIT {

    private static final Duration LONG = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    private TestBroker broker;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() {
        broker = new TestBroker(directory.resolve("kafka"));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        broker.close();
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    private static TaskSubmitted task(String id, String pool) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(pool)
                .setKind("bench.noop")
                .setRole("bench")
                .build();
    }

    @Test
    void shouldServeSeveralPoolsFromTwoInstancesWhateverPartitionTheProducerChose() throws Exception {
        // Given
        String[] pools = {"default", "red", "green", "blue"};
        broker.define(pools);
        TopologyProcess one = opened(TopologyProcess.launch(directory, broker.bootstrap(), "one", Map.of()));
        TopologyProcess two = opened(TopologyProcess.launch(directory, broker.bootstrap(), "two", Map.of()));
        one.awaitReady();
        two.awaitReady();
        List<ProbeWorker> workers = new ArrayList<>();
        for (String pool : pools) {
            workers.add(opened(new ProbeWorker(broker, pool, "worker-1", 20, ProbeWorker.partitionFor(pool, "w"))));
        }
        Random random = new Random(7);

        // When
        int perPool = 100;
        for (int i = 0; i < perPool; i++) {
            for (String pool : pools) {
                broker.send(
                        FleetTopic.TASKS,
                        random.nextInt(FleetTopic.TASKS.partitions()),
                        i % 2 == 0 ? null : "some-key-" + i,
                        task("task-" + i, pool));
            }
        }
        broker.flush();

        // Then
        try (var outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class)) {
            Await.until(
                    LONG,
                    () -> "all outcomes, but " + outcomes.read().size(),
                    () -> outcomes.read().size() >= pools.length * perPool);
            assertThat(keys(outcomes.read())).hasSize(pools.length * perPool);
            assertThat(outcomes.read()).hasSize(pools.length * perPool);
            assertThat(outcomes.read())
                    .extracting(record -> record.value().getStatus())
                    .containsOnly(TaskStatus.SUCCEEDED);
        }
        for (ProbeWorker worker : workers) {
            assertThat(worker.started()).hasSize(perPool);
        }
        assertThat(one.stop()).isZero();
        assertThat(two.stop()).isZero();
    }

    @Test
    void shouldNeitherLoseNorRepeatAnOutcomeWhenCoreIsKilledInMidLoad() throws Exception {
        // Given
        broker.define("default");
        TopologyProcess topology = opened(TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of()));
        ProbeWorker worker = opened(new ProbeWorker(broker, "default", "worker-1", 100, 3));
        int tasks = 4_000;
        for (int i = 0; i < tasks; i++) {
            broker.send(FleetTopic.TASKS, null, null, task("task-" + i, "default"));
        }
        broker.flush();
        try (var outcomes = broker.follow(FleetTopic.RESULTS, TaskOutcome.class);
                var events = broker.follow(FleetTopic.TASK_EVENTS, TaskEvent.class)) {
            Await.until(
                    LONG,
                    () -> "a third of the outcomes, but " + outcomes.read().size(),
                    () -> outcomes.read().size() > tasks / 3);

            // When
            topology.kill();
            int atKill = outcomes.read().size();
            opened(TopologyProcess.start(directory, broker.bootstrap(), "one", Map.of()));

            // Then
            assertThat(atKill).isLessThan(tasks);
            Await.until(
                    LONG,
                    () -> "all outcomes, but " + outcomes.read().size(),
                    () -> outcomes.read().size() >= tasks);
            assertThat(keys(outcomes.read())).hasSize(tasks);
            assertThat(outcomes.read()).hasSize(tasks);
            Set<String> started =
                    worker.started().stream().map(Assignment::getLeaseId).collect(Collectors.toSet());
            Await.until(LONG, () -> "every lease in the journal", () -> leases(events.read())
                    .containsAll(started));
            // No lease was started twice, and every number was given once.
            assertThat(worker.started()).hasSize(started.size());
            assertThat(sequences(events.read())).doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldAnswerForEveryPoolFromEitherInstance() throws Exception {
        // Given
        String[] pools = {"default", "red", "green", "blue"};
        broker.define(pools);
        LoopbackPorts ports = new LoopbackPorts();
        List<Integer> addresses = List.of(ports.next(), ports.next());
        List<TopologyProcess> instances = new ArrayList<>();
        for (int port : addresses) {
            instances.add(opened(TopologyProcess.launch(
                    directory,
                    broker.bootstrap(),
                    "instance-" + port,
                    Map.of("fleet.topology.query-listen", "127.0.0.1:" + port))));
        }
        for (TopologyProcess instance : instances) {
            instance.awaitReady();
        }
        for (String pool : pools) {
            broker.send(FleetTopic.TASKS, 0, null, task("task-of-" + pool, pool));
        }
        broker.flush();

        // When / Then: each pool is at one of the two, so the other one has to ask it
        for (String pool : pools) {
            for (int port : addresses) {
                Await.until(
                        LONG,
                        () -> "why the task of " + pool + " waits, from " + port + ": " + ask(port, pool),
                        () -> ask(port, pool).contains("no worker that is online offers role bench"));
            }
        }
        for (TopologyProcess instance : instances) {
            assertThat(instance.stop()).isZero();
        }
    }

    private static String ask(int port, String pool) {
        URI address = URI.create("http://127.0.0.1:" + port + "/v1/pools/" + pool + "/status/task-of-" + pool);
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldSayWhyWhenTopicsAreMissing() throws Exception {
        // Given
        try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrap()))) {
            admin.deleteTopics(List.of("fleet.results")).all().get();
            // The broker may know of it a little longer than its controller.
            Await.until(
                    Duration.ofSeconds(30), () -> "deleted", () -> !names(admin).contains("fleet.results"));
        }

        // When
        TopologyProcess topology = opened(TopologyProcess.launch(directory, broker.bootstrap(), "one", Map.of()));

        // Then
        assertThat(topology.awaitExit()).isEqualTo(2);
        assertThat(topology.said())
                .anySatisfy(line -> assertThat(line).contains("fleet.results").contains("fleet topics create"));
    }

    private static Set<String> names(Admin admin) {
        try {
            return admin.listTopics().names().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> Set<String> keys(List<ConsumerRecord<String, T>> records) {
        return records.stream().map(ConsumerRecord::key).collect(Collectors.toSet());
    }

    private static Set<String> leases(List<ConsumerRecord<String, TaskEvent>> events) {
        return events.stream()
                .map(ConsumerRecord::value)
                .filter(event -> event.getType() == TaskEventType.TASK_ASSIGNED)
                .map(TaskEvent::getLeaseId)
                .collect(Collectors.toSet());
    }

    private static List<Long> sequences(List<ConsumerRecord<String, TaskEvent>> events) {
        return events.stream().map(record -> record.value().getSequence()).toList();
    }
}
