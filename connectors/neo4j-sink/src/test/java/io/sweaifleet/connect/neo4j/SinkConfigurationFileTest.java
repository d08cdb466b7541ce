package io.sweaifleet.connect.neo4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.graph.GraphWrites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds connectors/neo4j-sink.json against the statements of the graph module; {@code -Dfleet.docs.write=true} rewrites it. */
class SinkConfigurationFileTest {

    private static final Path FILE = Path.of("..", "neo4j-sink.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void shouldHoldTheStatementsOfTheGraphModule() throws IOException {
        // Given
        JsonNode file = JSON.readTree(FILE.toFile());
        ObjectNode config = (ObjectNode) file.get("config");
        if (Boolean.getBoolean("fleet.docs.write")) {
            GraphWrites.byTopic()
                    .forEach((topic, statement) -> config.put(SinkConfig.CYPHER_TOPIC_PREFIX + topic, statement));
            Files.writeString(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n");
        }

        // When
        Map<String, String> statements = new HashMap<>();
        config.fields().forEachRemaining(field -> {
            if (field.getKey().startsWith(SinkConfig.CYPHER_TOPIC_PREFIX)) {
                statements.put(
                        field.getKey().substring(SinkConfig.CYPHER_TOPIC_PREFIX.length()),
                        field.getValue().asText());
            }
        });

        // Then
        assertThat(statements).isEqualTo(GraphWrites.byTopic());
    }

    @Test
    void shouldBeAcceptedByTheSink() throws IOException {
        // Given
        Map<String, String> config = new HashMap<>();
        JSON.readTree(FILE.toFile())
                .get("config")
                .fields()
                .forEachRemaining(
                        field -> config.put(field.getKey(), field.getValue().asText()));
        config.put("neo4j.uri", "bolt://127.0.0.1:7687");

        // When
        Map<String, String> statements = new SinkConfig(config).statements();

        // Then
        assertThat(statements.keySet()).isEqualTo(GraphWrites.byTopic().keySet());
    }
}
