package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.jackson.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fleet mcp} as a process, with the SDK's client at the other end, against a node with every part. */
@Timeout(300)
class McpIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private McpSyncClient client;

    @BeforeEach
    void connect() throws Exception {
        Path home = Path.of("..", "distribution", "target", "fleet").toRealPath();
        ServerParameters server = ServerParameters.builder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .args(List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-Dfleet.home=" + home,
                        "-Dlog4j2.configurationFile=" + home.resolve("log4j2-cli.properties"),
                        "-cp",
                        home.resolve("lib/cli") + "/*",
                        "io.sweaifleet.ingest.cli.FleetCli",
                        "mcp",
                        "--data-dir",
                        NodeFixture.shared().dataDir().toString()))
                .build();
        client = McpClient.sync(new StdioClientTransport(server, new JacksonMcpJsonMapper(MAPPER)))
                .requestTimeout(Duration.ofSeconds(120))
                .build();
        assertThat(client.initialize().serverInfo().name()).isEqualTo("swe-ai-fleet");
    }

    @AfterEach
    void disconnect() {
        client.closeGracefully();
    }

    @Test
    void shouldSubmitATaskAndFollowItToItsReport() throws Exception {
        // Given
        Path repository = TestRepositories.withOneCommit(folder.resolve("repository"));

        // When
        JsonNode submitted = call(
                "submit_task",
                Map.of(
                        "task",
                        Map.of(
                                "kind", "architect.map-dependencies",
                                "role", "architect",
                                "repository", repository.toString())));
        String id = submitted.path("id").asText();
        JsonNode ended = call("wait", Map.of("id", id, "timeout_seconds", 100));
        JsonNode results = call("results", Map.of("id", id));
        McpSchema.ReadResourceResult report =
                client.readResource(new McpSchema.ReadResourceRequest("fleet://tasks/" + id + "/report"));

        // Then
        assertThat(ended.path("status").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(results.at("/outcomes/0/brain").asText()).startsWith("PLAYBOOK architect.map-dependencies");
        assertThat(((McpSchema.TextResourceContents) report.contents().get(0)).text())
                .contains("left", "right");
        assertThat(call("list_agents", Map.of()).at("/workers/0/workerId").asText())
                .isNotEmpty();
    }

    @Test
    void shouldCancelWhatWouldNeverEnd() throws Exception {
        // Given
        Map<String, Object> endless = Map.of("id", "mcp-endless", "kind", "test.endless", "role", "tester");
        call("submit_task", Map.of("task", endless));

        // When
        JsonNode running = call("wait", Map.of("id", "mcp-endless", "timeout_seconds", 2));
        call("cancel", Map.of("id", "mcp-endless", "reason", "enough"));
        JsonNode ended = call("wait", Map.of("id", "mcp-endless", "timeout_seconds", 60));

        // Then
        assertThat(running.path("ended").asBoolean()).isFalse();
        assertThat(ended.path("status").asText()).isEqualTo("CANCELLED");
    }

    private JsonNode call(String tool, Map<String, Object> arguments) throws Exception {
        McpSchema.CallToolResult result = client.callTool(new McpSchema.CallToolRequest(tool, arguments));
        String text = ((McpSchema.TextContent) result.content().get(0)).text();
        assertThat(result.isError()).as(text).isNotEqualTo(true);
        return MAPPER.readTree(text);
    }
}
