package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.graph.GraphWrites;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.AttemptStatus;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/** The graph of a whole node: what real Connect writes when things go wrong, and what {@code fleet graph} answers. */
@Timeout(value = 6, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GraphIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration DELIVERED = Duration.ofMinutes(2);
    private static final int BACKLOG = 2_000;

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static Driver graph;
    private static Serializer<TaskOutcome> outcomes;

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        Settings settings = node.settings();
        outcomes = FleetSerdes.value(TaskOutcome.class, settings).serializer();
        graph = GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)));
    }

    @AfterAll
    static void stop() {
        if (graph != null) {
            graph.close();
            outcomes.close();
        }
    }

    @Test
    void shouldWriteEverythingOnceWhenNeo4jIsKilledInTheMiddle() throws Exception {
        // Given
        // So short that it is the sink that tries again and not the driver.
        sink(
                "outage",
                GraphWrites.byTopic().get(FleetTopic.RESULTS.topicName()),
                Map.of("neo4j.batch-size", "20", "neo4j.max-retry-time", "1ms"));
        ProcessHandle neo4j = node.part("neo4j");
        String tasks = "MATCH (t:Task {pool: 'outage'}) RETURN count(t)";

        // When
        produce(
                "outage",
                IntStream.range(0, BACKLOG)
                        .mapToObj(i -> outcome("t-" + i, null))
                        .toList());
        AtomicLong before = new AtomicLong();
        Await.until(DELIVERED, () -> "writing", () -> before.addAndGet(count(tasks)) > 0);
        neo4j.destroyForcibly();
        neo4j.onExit().get(30, TimeUnit.SECONDS);

        // Then
        Await.until(DELIVERED, () -> "started again", GraphIT::reachable);
        assertThat(before.get()).as("written before the kill").isLessThan(BACKLOG);
        Await.until(DELIVERED, () -> "written: " + count(tasks) + " of " + BACKLOG, () -> count(tasks) == BACKLOG);
        assertThat(count("MATCH (:Attempt)-[r:ATTEMPT_OF]->(:Task {pool: 'outage'}) RETURN count(r)"))
                .isEqualTo(BACKLOG);
        assertThat(count("MATCH (:Task {pool: 'outage'})-[r:PART_OF]->(:Workflow {id: 'outage/w'}) RETURN count(r)"))
                .isEqualTo(BACKLOG);
        assertThat(connect("GET", "/connectors/outage/status", null).findValuesAsText("state"))
                .containsOnly("RUNNING");
        connect("DELETE", "/connectors/outage", null);
    }

    @Test
    void shouldReportWhatCannotBeWrittenAndGoOn() throws Exception {
        // Given
        sink(
                "errant",
                "MERGE (n:Delivered {id: event.correlationId})",
                Map.of(
                        "errors.deadletterqueue.topic.name", "errant-dead",
                        "errors.deadletterqueue.topic.replication.factor", "1",
                        "errors.deadletterqueue.context.headers.enable", "true"));

        // When
        produce(
                "errant",
                List.of(
                        outcome("t", "before"),
                        "not Avro at all".getBytes(StandardCharsets.UTF_8),
                        new byte[] {0, 0x7f, 0, 0, 1, 2, 3},
                        outcome("t", null),
                        outcome("t", "after")));

        // Then
        Await.until(
                DELIVERED,
                () -> "delivered",
                () -> count("MATCH (n:Delivered) WHERE n.id IN ['before', 'after'] RETURN count(n)") == 2);
        List<ConsumerRecord<String, byte[]>> dead = new ArrayList<>();
        Await.until(DELIVERED, () -> "reported: " + dead.size(), () -> {
            dead.clear();
            dead.addAll(read("errant-dead"));
            return dead.size() == 3;
        });
        assertThat(dead.stream()
                        .map(record -> header(record, "__connect.errors.offset") + " "
                                + header(record, "__connect.errors.exception.message")))
                .satisfiesExactlyInAnyOrder(
                        undecodable -> assertThat(undecodable).startsWith("1 "),
                        unknown -> assertThat(unknown).startsWith("2 "),
                        missing -> assertThat(missing).startsWith("3 ").contains("null property value"));
        connect("DELETE", "/connectors/errant", null);
    }

    @Test
    void shouldAnswerWhatEachAgentTouchedAndDecided() throws Exception {
        // Given
        NodeFixture.Answer answer = node.fleet("run", "--repo", repository().toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        Matcher id = Pattern.compile("(?m)^run +(\\S+)$").matcher(answer.output());
        assertThat(id.find()).as(answer.output()).isTrue();
        String run = id.group(1);
        AtomicReference<String> text = new AtomicReference<>("");

        // When
        Await.until(DELIVERED, () -> "in the graph, which has:\n" + text.get(), () -> {
            text.set(graphCommand("--workflow", run).output());
            return Stream.of("architect", "data", "developer", "devops", "qa").allMatch(role -> text.get()
                    .matches("(?s).*  " + role + " \\S+  " + run + "-" + role + ", attempt 1: (succeeded|skipped).*"));
        });
        JsonNode json = JSON.readTree(graphCommand("--workflow", run, "--json").output());
        JsonNode rows = JSON.readTree(graphCommand(
                        "MATCH p = (t:Task {role: 'developer'})-[:PART_OF]->(w:Workflow {workflowId: '" + run + "'})"
                                + " RETURN p, t.status AS status",
                        "--json")
                .output());

        // Then
        assertThat(text.get())
                .contains("workflow " + run)
                .contains("written: app/core.py")
                .contains("decided   ")
                .contains("changes.patch");
        assertThat(json).hasSize(5);
        assertThat(json.findValuesAsText("role")).contains("qa", "developer");
        assertThat(rows.get(0).get("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(rows.get(0).get("p")).hasSize(3);
        assertThat(rows.get(0).get("p").get(2).get("workflowId").asText()).isEqualTo(run);
    }

    @Test
    void shouldOnlyReadTheGraphAndNothingElse() throws Exception {
        // Given
        Path secret = Files.writeString(directory.resolve("secret.csv"), "top secret\n");

        // When
        NodeFixture.Answer write = graphCommand("CREATE (n:Written) RETURN n");
        NodeFixture.Answer batches = graphCommand("UNWIND [1] AS x CALL { CREATE (:Written) } IN TRANSACTIONS");
        NodeFixture.Answer file = graphCommand("LOAD CSV FROM '" + secret.toUri() + "' AS line RETURN line");
        NodeFixture.Answer wrong = graphCommand("MATC (n) RETURN n");

        // Then
        assertThat(List.of(write, batches, file, wrong)).allSatisfy(answer -> {
            assertThat(answer.exitCode()).as(answer.output()).isEqualTo(2);
            assertThat(answer.output()).contains("Neo4j refuses the query: ").doesNotContain("top secret");
        });
        assertThat(wrong.output()).contains("Invalid input 'MATC' (line 1, column 1");
        assertThat(count("MATCH (n:Written) RETURN count(n)")).isZero();
    }

    private static NodeFixture.Answer graphCommand(String... words) {
        try {
            return node.fleet(
                    Stream.concat(Stream.of("graph"), Stream.of(words)).toArray(String[]::new));
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    // What is written

    /** A connector beside the node's own, of the same name as its only topic. */
    private static void sink(String name, String statement, Map<String, String> more) throws Exception {
        try (Admin admin = Admin.create(FleetSettings.kafkaClient(node.settings()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
        ObjectNode config = (ObjectNode) JSON.readTree(
                        Path.of("..", "..", "connectors", "neo4j-sink.json").toFile())
                .get("config");
        config.remove(GraphWrites.byTopic().keySet().stream()
                .map("neo4j.cypher.topic."::concat)
                .toList());
        config.put("topics", name).put("neo4j.cypher.topic." + name, statement);
        more.forEach(config::put);
        connect("POST", "/connectors", JSON.createObjectNode().put("name", name).set("config", config));
    }

    private static void produce(String topic, List<byte[]> values) {
        try (var producer = new KafkaProducer<>(
                FleetSettings.kafkaClient(node.settings()), new StringSerializer(), new ByteArraySerializer())) {
            values.forEach(value -> producer.send(new ProducerRecord<>(topic, "key", value)));
        }
    }

    private static byte[] outcome(String task, String correlationId) {
        return outcomes.serialize(
                FleetTopic.RESULTS.topicName(),
                TaskOutcome.newBuilder()
                        .setPool("outage")
                        .setTenant("default")
                        .setWorkflowId("w")
                        .setTaskId(task)
                        .setCorrelationId(correlationId)
                        .setSubmittedAt(Instant.EPOCH)
                        .setAcceptedAt(Instant.EPOCH)
                        .setFinishedAt(Instant.EPOCH)
                        .setAttempts(List.of(AttemptSummary.newBuilder()
                                .setNumber(1)
                                .setLeaseId("lease-" + task)
                                .setWorkerId("worker")
                                .setAssignedAt(Instant.EPOCH)
                                .setFinishedAt(Instant.EPOCH)
                                .setStatus(AttemptStatus.SUCCEEDED)
                                .build()))
                        .build());
    }

    private static List<ConsumerRecord<String, byte[]>> read(String topic) {
        Map<String, Object> client = FleetSettings.kafkaClient(node.settings());
        client.put("enable.auto.commit", "false");
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
            consumer.assign(partition);
            consumer.seekToBeginning(partition);
            long end = consumer.endOffsets(partition).get(partition.get(0));
            while (consumer.position(partition.get(0)) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static JsonNode connect(String method, String path, JsonNode body) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(node.settings().get(FleetSettings.CONNECT_URL) + path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    private static long count(String cypher) {
        return graph.executableQuery(cypher).execute().records().get(0).get(0).asLong();
    }

    private static boolean reachable() {
        try {
            graph.verifyConnectivity();
            return true;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    /** Has something for each of the five agents. */
    private static Path repository() throws Exception {
        Path repository = Files.createDirectories(directory.resolve("repository"));
        Files.createDirectories(repository.resolve("app"));
        Files.writeString(repository.resolve("app/__init__.py"), "");
        Files.writeString(repository.resolve("app/core.py"), "import os\nimport sys\n\n\nprint(sys.maxsize)\n");
        Files.writeString(repository.resolve("people.csv"), "name,age\nann,31\nbob,\n");
        for (List<String> words : List.of(
                List.of("init", "-q", "-b", "main"),
                List.of("add", "-A"),
                List.of("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "first"))) {
            List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
            command.addAll(words);
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .isZero();
        }
        return repository;
    }
}
