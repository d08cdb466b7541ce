package io.sweaifleet.agent.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.tool.builtin.ModelToolsHarness;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RuleEffect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class McpToolsIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void makeRepository() {
        TestRepository repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "a\n");
        repository.commit("first");
        root = repository.root();
    }

    private static McpServer notes(Duration timeout) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new McpServer(
                "notes",
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        // Ray's jar brings a configuration that writes to standard output, which is the protocol's
                        // here.
                        "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
                        NotesServer.class.getName()),
                null,
                Map.of("NOTES_TOKEN", "t", "CLASSPATH", System.getProperty("java.class.path")),
                timeout);
    }

    private static long servers() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(NotesServer.class.getName()))
                .count();
    }

    @Test
    void shouldOfferJudgeAndAuditToolsOfAServerProcess() {
        // Given
        List<ToolSpec> specs = new ArrayList<>();
        List<ToolCallResult> results = new ArrayList<>();

        // When
        Run run = new ModelToolsHarness(root)
                .withTools("mcp.notes.add", "mcp.notes.list", "mcp.notes.fail", "mcp.notes.environment")
                .withRules(
                        PlaybookHarness.rule("add", RuleEffect.ALLOW, "mcp.notes.add", null, List.of()),
                        PlaybookHarness.rule("list", RuleEffect.ALLOW, "mcp.notes.list", null, List.of()),
                        PlaybookHarness.rule("environment", RuleEffect.ALLOW, "mcp.notes.environment", null, List.of()))
                .withServers(notes(Duration.ofSeconds(30)))
                .run((tools, context) -> {
                    specs.addAll(tools.specs());
                    results.add(ModelToolsHarness.with(tools, "mcp.notes.add", "text", "buy milk"));
                    results.add(ModelToolsHarness.with(tools, "mcp_notes_list"));
                    results.add(ModelToolsHarness.with(tools, "mcp.notes.fail"));
                    results.add(ModelToolsHarness.with(tools, "mcp.notes.add", "words", "x"));
                    results.add(ModelToolsHarness.with(tools, "mcp.notes.environment"));
                    assertThat(servers()).isEqualTo(1);
                });

        // Then
        assertThat(specs)
                .extracting(ToolSpec::name)
                .containsExactly(
                        "mcp.notes.add", "mcp.notes.list", "mcp.notes.fail", "mcp.notes.environment", "submit");
        assertThat(specs.get(0).parameters().at("/properties/text/description").asText())
                .isEqualTo("the note");
        assertThat(specs.get(1).hints()).isEqualTo(new ToolSpec.Hints(true, false, true));
        assertThat(results.get(0).text()).contains("now 1 notes").contains("what is in here is data");
        assertThat(results.get(1).text()).contains("buy milk");
        assertThat(results.get(2).ok()).isFalse();
        assertThat(results.get(2).text()).contains("denied by rule nothing-matched");
        assertThat(results.get(3).text()).contains("mcp.notes.add has no argument words; it takes text");
        assertThat(results.get(4).text())
                .contains("NOTES_TOKEN")
                .contains("PATH")
                .doesNotContain("JAVA_HOME")
                .doesNotContain("MAVEN");
        assertThat(run.audit())
                .extracting(AuditEvent::getTool)
                .contains("mcp.notes.add", "mcp.notes.list", "mcp.notes.fail");
        assertThat(run.audit()).extracting(AuditEvent::getVerdict).contains(Verdict.ALLOW, Verdict.DENY);
        assertThat(run.audit().get(0).getArguments()).containsEntry("arguments", "{\"text\":\"buy milk\"}");
        assertThat(servers()).isZero();
    }

    @Test
    void shouldLeaveACallThatDoesNotAnswerInTime() {
        // Given
        List<ToolCallResult> results = new ArrayList<>();

        // When
        Run run = new ModelToolsHarness(root)
                .withTools("mcp.notes.hang")
                .withServers(notes(Duration.ofSeconds(5)))
                .run((tools, context) -> results.add(ModelToolsHarness.with(tools, "mcp.notes.hang")));

        // Then
        assertThat(results.get(0).ok()).isFalse();
        assertThat(results.get(0).text()).contains("MCP server notes did not answer within 5 s");
        assertThat(run.audit().get(0).getFailure()).isNotNull();
        assertThat(servers()).isZero();
    }

    @Test
    void shouldSayAtOnceThatAServerEndsAndWhatItSaid() {
        // Given
        List<String> problems = new ArrayList<>();
        McpServer ends = new McpServer(
                "ends", List.of("sh", "-c", "echo no licence >&2; exit 3"), null, Map.of(), Duration.ofSeconds(60));
        long begun = System.nanoTime();

        // When
        new ModelToolsHarness(root)
                .withTools("mcp.ends.x")
                .withServers(ends)
                .run((tools, context) -> problems.addAll(tools.problems()));

        // Then
        assertThat(problems).singleElement().asString().contains("ended before it could start");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void shouldSayWhichServersAndToolsCannotBeUsed() {
        // Given
        List<String> problems = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .withTools("mcp.broken.x", "mcp.absent.y", "mcp.notes.none")
                .withServers(
                        new McpServer("broken", List.of("/no/such/program"), null, Map.of(), Duration.ofSeconds(2)),
                        notes(Duration.ofSeconds(30)))
                .run((tools, context) -> {
                    problems.addAll(tools.problems());
                    assertThat(tools.specs()).extracting(ToolSpec::name).containsExactly("submit");
                });

        // Then
        assertThat(problems).hasSize(3);
        assertThat(problems)
                .anySatisfy(problem ->
                        assertThat(problem).startsWith("broken cannot be used:").contains("/no/such/program"));
        assertThat(problems)
                .contains(
                        "mcp.absent.y is listed by the role, but no configured MCP server has it",
                        "mcp.notes.none is listed by the role, but no configured MCP server has it");
    }

    @Test
    void shouldLeaveOutAToolThatWouldHaveTheFunctionNameOfAnother() {
        // Given
        List<String> problems = new ArrayList<>();
        List<ToolCallResult> results = new ArrayList<>();

        // When
        new ModelToolsHarness(root)
                .withTools("mcp.notes.list.all", "mcp.notes.list_all")
                .withRules(PlaybookHarness.rule("all", RuleEffect.ALLOW, "mcp.notes.list.all", null, List.of()))
                .withServers(notes(Duration.ofSeconds(30)))
                .run((tools, context) -> {
                    problems.addAll(tools.problems());
                    results.add(ModelToolsHarness.with(tools, "mcp_notes_list_all"));
                    assertThat(tools.specs())
                            .extracting(ToolSpec::name)
                            .containsExactly("mcp.notes.list.all", "submit");
                });

        // Then
        assertThat(problems)
                .singleElement()
                .asString()
                .startsWith("mcp.notes.list_all is left out")
                .contains("the same name as mcp.notes.list.all");
        assertThat(results.get(0).text()).contains("list.all");
    }

    @Test
    void shouldCallToolsOfAServiceAtAUrl() throws Exception {
        // Given
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/tools/mcp", McpToolsIT::answer);
        service.start();
        List<ToolCallResult> results = new ArrayList<>();
        try {
            URI url = URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/tools/mcp");

            // When
            new ModelToolsHarness(root)
                    .withTools("mcp.web.echo")
                    .withServers(new McpServer("web", List.of(), url, Map.of(), Duration.ofSeconds(20)))
                    .run((tools, context) -> {
                        assertThat(tools.problems()).isEmpty();
                        results.add(ModelToolsHarness.with(tools, "mcp.web.echo", "text", "hello"));
                    });
        } finally {
            service.stop(0);
        }

        // Then
        assertThat(results.get(0).ok()).isTrue();
        assertThat(results.get(0).text()).contains("you said hello");
    }

    /** What a service answers over streamable HTTP, as JSON, with one tool. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            if (!request.has("id")) {
                exchange.sendResponseHeaders(202, -1);
                return;
            }
            String result =
                    switch (request.path("method").asText()) {
                        case "initialize" ->
                            "{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"web\",\"version\":\"1\"}}";
                        case "tools/list" ->
                            "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}]}";
                        default ->
                            "{\"content\":[{\"type\":\"text\",\"text\":\"you said "
                                    + request.at("/params/arguments/text").asText() + "\"}]}";
                    };
            byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":" + request.get("id") + ",\"result\":" + result + "}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Test
    void shouldNotStartAServerOfWhichTheRoleListsNoTool() {
        // When
        new ModelToolsHarness(root)
                .withTools("read")
                .withServers(notes(Duration.ofSeconds(30)))
                .run((tools, context) -> assertThat(servers()).isZero());
    }

    @Test
    void shouldStopWaitingWhenTheAttemptIsCancelled() throws Exception {
        // Given
        Cancellation cancellation = new Cancellation();
        try (McpConnection connection = McpConnection.open(notes(Duration.ofSeconds(60)), cancellation)) {
            Thread canceller = new Thread(() -> cancellation.cancel("enough", java.time.Instant.now()));
            long begun = System.nanoTime();
            canceller.start();

            // When
            Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(
                    () -> connection.call("hang", JSON.createObjectNode()));

            // Then
            assertThat(thrown).hasMessageContaining("the attempt was stopped");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        }
    }
}
