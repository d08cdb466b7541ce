package io.sweaifleet.agent.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.config.SettingException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpSettingsTest {

    @Test
    void shouldReadServers() {
        // When
        List<McpServer> servers = McpSettings.servers(
                Map.of(
                        "notes.command", "npx -y \"my server\" --dir '/a b'",
                        "notes.environment", "TOKEN",
                        "web.url", "http://localhost:8080/mcp",
                        "web.timeout", "2m"),
                Map.of("TOKEN", "t", "OTHER", "o"));

        // Then
        assertThat(servers)
                .containsExactly(
                        new McpServer(
                                "notes",
                                List.of("npx", "-y", "my server", "--dir", "/a b"),
                                null,
                                Map.of("TOKEN", "t"),
                                Duration.ofSeconds(60)),
                        new McpServer(
                                "web",
                                List.of(),
                                URI.create("http://localhost:8080/mcp"),
                                Map.of(),
                                Duration.ofMinutes(2)));
    }

    @ParameterizedTest
    @CsvSource({
        "notes, x, names no server and key",
        "No.command, x, names no server and key",
        "a.comand, x, is not known",
        "a.timeout, 5s, has neither command nor url",
        "a.url, ftp://x, is no http or https URL",
        "a.url, :, is no URL",
    })
    void shouldRefuseWhatIsNotUsable(String key, String value, String message) {
        assertThatThrownBy(() -> McpSettings.servers(Map.of(key, value), Map.of()))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseAVariableThatTheWorkerDoesNotHave() {
        assertThatThrownBy(() -> McpSettings.servers(Map.of("a.command", "x", "a.environment", "TOKEN"), Map.of()))
                .hasMessageContaining("TOKEN")
                .hasMessageContaining("is no variable of the worker");
    }
}
