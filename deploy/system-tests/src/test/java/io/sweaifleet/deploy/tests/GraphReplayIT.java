package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.connect.avro.AvroConverter;
import io.sweaifleet.connect.neo4j.Neo4jSinkTask;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.serde.FleetSerdes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;

/** The shipped statements on a real Neo4j, given to the sink's task as Connect would: whatever the order, one graph. */
@Tag("heavy")
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GraphReplayIT {
    private static final Map<String, String> REGISTRY =
            Map.of("schema.registry.url", "mock://graph-replay", "auto.register.schemas", "true");
    private static final int WORKFLOWS = 8;
    private static final int PARTITIONS = 3;
    private static final int SHUFFLES = 20;
    private static final int LARGEST_BATCH = 300;

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static Driver graph;

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.on(directory.resolve("node"));
        node.up("fleet.node.parts=neo4j");
        Settings settings = node.settings();
        graph = GraphDatabase.driver(
                settings.get(FleetSettings.NEO4J_URI),
                AuthTokens.basic(settings.get(FleetSettings.NEO4J_USER), settings.get(FleetSettings.NEO4J_PASSWORD)));
    }

    @AfterAll
    static void stop() {
        if (graph != null) {
            graph.close();
        }
        if (node != null) {
            node.close();
        }
    }

    @Test
    void shouldBeTheSameGraphInWhateverOrderTheTopicsAreReplayed() throws Exception {
        // Given
        Neo4jSinkTask sink = new Neo4jSinkTask();
        sink.start(shippedConfig());
        List<SinkRecord> history = history();

        // When
        List<String> inTopicOrder = graphOf(sink, history, new Random(0));
        long labels = count("MATCH (n) RETURN count(DISTINCT labels(n)[0])");
        long relations = count("MATCH ()-[r]->() RETURN count(DISTINCT type(r))");

        // Then
        assertThat(labels).as("labels that the history leads to").isEqualTo(12);
        assertThat(relations).as("types of relations that the history leads to").isEqualTo(11);
        for (int seed = 1; seed <= SHUFFLES; seed++) {
            Random random = new Random(seed);
            assertThat(GraphDump.differences(inTopicOrder, graphOf(sink, shuffled(history, random), random)))
                    .as("shuffle with seed " + seed)
                    .isEmpty();
        }
        sink.stop();
    }

    /** What Connect would deliver of a made history, topic by topic. */
    private static List<SinkRecord> history() {
        Map<TopicPartition, List<SinkRecord>> byPartition =
                new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        AvroConverter converter = new AvroConverter();
        converter.configure(REGISTRY, false);
        Map<Class<?>, Serde<SpecificRecord>> serdes = new HashMap<>();
        for (MadeHistory.Entry entry : MadeHistory.of(0, WORKFLOWS)) {
            String topic = entry.topic().topicName();
            int partition = Utils.toPositive(Utils.murmur2(entry.key().getBytes(StandardCharsets.UTF_8))) % PARTITIONS;
            byte[] bytes = serdes.computeIfAbsent(entry.value().getClass(), GraphReplayIT::serde)
                    .serializer()
                    .serialize(topic, entry.value());
            SchemaAndValue value = converter.toConnectData(topic, bytes);
            List<SinkRecord> records =
                    byPartition.computeIfAbsent(new TopicPartition(topic, partition), key -> new ArrayList<>());
            records.add(new SinkRecord(
                    topic,
                    partition,
                    Schema.STRING_SCHEMA,
                    entry.key(),
                    value.schema(),
                    value.value(),
                    records.size()));
        }
        return byPartition.values().stream().flatMap(List::stream).toList();
    }

    @SuppressWarnings("unchecked") // each class is kept with its own serde
    private static Serde<SpecificRecord> serde(Class<?> type) {
        return FleetSerdes.value((Class<SpecificRecord>) type, REGISTRY);
    }

    /** Another order across partitions, and now and then some records of a partition once more, as after a restart. */
    private static List<SinkRecord> shuffled(List<SinkRecord> records, Random random) {
        Map<TopicPartition, List<SinkRecord>> queues = new LinkedHashMap<>();
        records.forEach(record -> queues.computeIfAbsent(
                        new TopicPartition(record.topic(), record.kafkaPartition()), key -> new ArrayList<>())
                .add(record));
        Map<TopicPartition, Integer> next = new HashMap<>();
        List<TopicPartition> open = new ArrayList<>(queues.keySet());
        List<SinkRecord> order = new ArrayList<>();
        while (!open.isEmpty()) {
            TopicPartition partition = open.get(random.nextInt(open.size()));
            int at = next.getOrDefault(partition, 0);
            order.add(queues.get(partition).get(at));
            int following = random.nextInt(20) == 0 ? Math.max(0, at - random.nextInt(5)) : at + 1;
            next.put(partition, following);
            if (following == queues.get(partition).size()) {
                open.remove(partition);
            }
        }
        return order;
    }

    /** The graph that the sink makes of these records in an empty database, given in batches of random sizes. */
    private static List<String> graphOf(Neo4jSinkTask sink, List<SinkRecord> records, Random random) {
        graph.executableQuery("MATCH (n) DETACH DELETE n").execute();
        for (int from = 0; from < records.size(); ) {
            int to = Math.min(records.size(), from + 1 + random.nextInt(LARGEST_BATCH));
            sink.put(records.subList(from, to));
            from = to;
        }
        return GraphDump.of(graph);
    }

    private static long count(String cypher) {
        return graph.executableQuery(cypher).execute().records().get(0).get(0).asLong();
    }

    /** The shipped configuration, with this node's Neo4j in place of the environment. */
    private static Map<String, String> shippedConfig() throws Exception {
        JsonNode shipped = new ObjectMapper()
                .readTree(Path.of("..", "..", "connectors", "neo4j-sink.json").toFile())
                .get("config");
        Map<String, String> config = new HashMap<>();
        shipped.fields()
                .forEachRemaining(
                        field -> config.put(field.getKey(), field.getValue().asText()));
        Settings settings = node.settings();
        config.put("neo4j.uri", settings.get(FleetSettings.NEO4J_URI));
        config.put("neo4j.authentication.basic.username", settings.get(FleetSettings.NEO4J_USER));
        config.put("neo4j.authentication.basic.password", settings.get(FleetSettings.NEO4J_PASSWORD));
        return config;
    }
}
