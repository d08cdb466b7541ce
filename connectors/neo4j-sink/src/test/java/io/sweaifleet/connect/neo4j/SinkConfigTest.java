package io.sweaifleet.connect.neo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;

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

    @ParameterizedTest
    @ValueSource(strings = {"neo4j.security.encrypted", "neo4j.batch-sizes", "neo4j.pattern.topic.a.b"})
    void shouldRefuseAKeyThatItWouldIgnore(String key) {
        // Given
        Map<String, String> properties = minimal();
        properties.put(key, "true");

        // When / Then
        assertThatThrownBy(() -> new SinkConfig(properties))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void shouldTakeEveryKindOfAuthenticationThatTheVendorNames() {
        // Given
        Map<String, String> properties = minimal();
        properties.put("neo4j.authentication.basic.username", "neo4j");
        properties.put("neo4j.authentication.basic.password", "secret");
        properties.put("neo4j.authentication.kerberos.ticket", "ticket");
        properties.put("neo4j.authentication.bearer.token", "token");
        properties.put("neo4j.authentication.custom.principal", "me");
        properties.put("neo4j.authentication.custom.credentials", "mine");
        properties.put("neo4j.authentication.custom.realm", "realm");
        properties.put("neo4j.authentication.custom.scheme", "own");
        Map<String, AuthToken> tokens = new HashMap<>();

        // When
        for (String type : List.of("NONE", "BASIC", "KERBEROS", "BEARER", "CUSTOM")) {
            properties.put("neo4j.authentication.type", type);
            tokens.put(type, new SinkConfig(properties).authToken());
        }

        // Then
        assertThat(tokens)
                .isEqualTo(Map.of(
                        "NONE", AuthTokens.none(),
                        "BASIC", AuthTokens.basic("neo4j", "secret"),
                        "KERBEROS", AuthTokens.kerberos("ticket"),
                        "BEARER", AuthTokens.bearer("token"),
                        "CUSTOM", AuthTokens.custom("me", "mine", "realm", "own")));
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
