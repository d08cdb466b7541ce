package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/** One task through every part: topic, intake, core, Ray actor, results, Connect, graph. */
@Timeout(value = 6, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalkingSkeletonIT {
    private static final Duration OUTCOME = Duration.ofMinutes(2);
    private static final Duration GRAPH = Duration.ofSeconds(60);

    @TempDir
    Path repository;

    @Test
    void shouldBringATaskFromItsTopicToAnOutcomeAndIntoTheGraph() throws Exception {
        // Given
        NodeFixture node = NodeFixture.shared();
        Settings settings = node.settings();
        commitTwoModules();
        String id = "skeleton-" + UUID.randomUUID();
        TaskSubmitted task = TaskSubmitted.newBuilder()
                .setId(id)
                .setKind("architect.map-dependencies")
                .setRole("architect")
                .setRepository(repository.toString())
                .build();

        // When
        submit(settings, task);

        // Then
        TaskOutcome outcome = awaitOutcome(settings, "default/" + id);
        assertThat(outcome.getStatus()).as("%s", outcome).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome.getAttempts()).hasSize(1);
        assertThat(outcome.getResult().getArtifacts())
                .anySatisfy(artifact -> assertThat(artifact.getName()).isEqualTo("dependency-map.json"));
        try (Driver driver = GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)))) {
            Await.until(
                    GRAPH,
                    () -> "in the graph",
                    () -> driver.executableQuery(
                                            "MATCH (a:Attempt)-[:ATTEMPT_OF]->(t:Task {id: $id, status: 'SUCCEEDED'})"
                                                    + " MATCH (a)-[:PRODUCED]->(:Artifact) RETURN DISTINCT t.id")
                                    .withParameters(Map.of("id", "default/" + id))
                                    .execute()
                                    .records()
                                    .size()
                            == 1);
        }
    }

    private static void submit(Settings settings, TaskSubmitted task) throws Exception {
        try (var serde = FleetSerdes.value(TaskSubmitted.class, settings);
                var producer = new KafkaProducer<>(
                        FleetSettings.kafkaClient(settings), new StringSerializer(), serde.serializer())) {
            producer.send(new ProducerRecord<>(FleetTopic.TASKS.topicName(), task.getId(), task))
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static TaskOutcome awaitOutcome(Settings settings, String key) {
        Map<String, Object> client = FleetSettings.kafkaClient(settings);
        client.put("isolation.level", "read_committed");
        client.put("enable.auto.commit", "false");
        try (var serde = FleetSerdes.value(TaskOutcome.class, settings);
                var consumer = new KafkaConsumer<>(client, new StringDeserializer(), serde.deserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(FleetTopic.RESULTS.topicName()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + OUTCOME.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, TaskOutcome> found : consumer.poll(Duration.ofMillis(200))) {
                    if (found.key().equals(key)) {
                        return found.value();
                    }
                }
            }
        }
        throw new AssertionError("no outcome of " + key + " within " + OUTCOME);
    }

    private void commitTwoModules() throws Exception {
        Files.createDirectories(repository.resolve("left"));
        Files.createDirectories(repository.resolve("right"));
        Files.writeString(repository.resolve("left/a.py"), "import right.b\n");
        Files.writeString(repository.resolve("right/b.py"), "import left.a\n");
        git("init", "-q");
        git("add", "-A");
        git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "two modules");
    }

    private void git(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(repository.toFile())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }
}
