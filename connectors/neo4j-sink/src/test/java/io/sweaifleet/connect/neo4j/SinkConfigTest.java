package io.sweaifleet.connect.neo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class SinkConfigTest {

    private static Map<String, String> minimal() {
        Map<String, String> properties = new HashMap<>();
        properties.put("topics", "a.b");
        properties.put("neo4j.uri", "bolt://127.0.0.1:7687");
        properties.put("neo4j.cypher.topic.a.b", "MERGE (n:N {id: event.id})");
        return properties;
    }

    @Test
    void shouldWrapTheStatementSoThatItRunsOncePerRecord() {
        // When
        Map<String, String> statements = new SinkConfig(minimal()).statements();

        // Then
        assertThat(statements)
                .containsExactly(Map.entry(
                        "a.b",
                        "UNWIND $events AS message WITH message.value AS event, message.timestamp AS __timestamp, "
                                + "message.header AS __header, message.key AS __key, message.value AS __value "
                                + "CALL { WITH * MERGE (n:N {id: event.id}) }"));
    }

    @Test
    void shouldUseTheVendorsDefaults() {
        // When
        SinkConfig config = new SinkConfig(minimal());

        // Then
        assertThat(config.getInt(SinkConfig.BATCH_SIZE)).isEqualTo(1000);
        assertThat(config.duration(SinkConfig.MAX_RETRY_TIME)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void shouldRefuseATopicWithoutAStatement() {
        // Given
        Map<String, String> properties = minimal();
        properties.put("topics", "a.b, other");

        // When / Then
        assertThatThrownBy(() -> new SinkConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("[a.b, other]")
                .hasMessageContaining("neo4j.cypher.topic.<topic>");
    }

    @Test
    void shouldRefuseADurationWithoutAUnit() {
        // Given
        Map<String, String> properties = minimal();
        properties.put("neo4j.max-retry-time", "30");

        // When / Then
        assertThatThrownBy(() -> new SinkConfig(properties))
                .hasMessageContaining("neo4j.max-retry-time")
                .hasMessageContaining("30s");
    }

    @Test
    void shouldRefuseABindingThatIsNotAVariable() {
        // Given
        Map<String, String> properties = minimal();
        properties.put("neo4j.cypher.bind-key-as", "k} MATCH (n) DETACH DELETE n //");

        // When / Then
        assertThatThrownBy(() -> new SinkConfig(properties).statements())
                .hasMessageContaining("neo4j.cypher.bind-key-as");
    }

    @Test
    void shouldRefuseAConfigurationThatBindsNothing() {
        // Given
        Map<String, String> properties = minimal();
        for (String key : new String[] {"timestamp", "header", "key", "value"}) {
            properties.put("neo4j.cypher.bind-" + key + "-as", "");
        }
        properties.put("neo4j.cypher.bind-value-as-event", "false");

        // When / Then
        assertThatThrownBy(() -> new SinkConfig(properties).statements()).hasMessageContaining("must bind a variable");
    }
}
