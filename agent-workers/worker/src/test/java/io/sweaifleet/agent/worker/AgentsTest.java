package io.sweaifleet.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.config.Settings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a worker hands on to the nodes of a Ray cluster. */
class AgentsTest {

    private static final Map<String, String> GIVEN = Map.of(
            "fleet.data-dir", "/fleet",
            "fleet.kafka.bootstrap-servers", "broker:9092",
            "fleet.redis.url", "redis://:secret@redis:6379",
            "fleet.sandbox.cpu-millis", "500",
            "fleet.models.main.url", "http://localhost:1/v1");

    @Test
    void shouldHandOnWhatAttemptsAreRunWithAndNoServer() {
        // When
        Map<String, String> handedOn = Agents.agentSettings(Settings.of(GIVEN));

        // Then
        assertThat(handedOn)
                .containsEntry("fleet.data-dir", "/fleet")
                .containsEntry("fleet.sandbox.cpu-millis", "500")
                .containsEntry("fleet.models.main.url", "http://localhost:1/v1")
                .doesNotContainKeys("fleet.kafka.bootstrap-servers", "fleet.redis.url");
    }

    @Test
    void shouldHandOnRedisWhenItIsToBeShared() {
        // Given
        Map<String, String> sharing = new HashMap<>(GIVEN);
        sharing.put("fleet.worker.ray.shares-redis", "true");

        // When
        Map<String, String> handedOn = Agents.agentSettings(Settings.of(sharing));

        // Then
        assertThat(handedOn)
                .containsEntry("fleet.redis.url", "redis://:secret@redis:6379")
                .doesNotContainKey("fleet.kafka.bootstrap-servers");
    }
}
