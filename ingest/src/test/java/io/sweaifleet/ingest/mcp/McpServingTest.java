package io.sweaifleet.ingest.mcp;

import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.workflowOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol as it goes over the line, one JSON document each; a real client against a real node is in the system tests. */
@Timeout(60)
class McpServingTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Records.START.plusSeconds(60), ZoneOffset.UTC);

    private final FakeFleet fleet = new FakeFleet(Map.of(
            "fleet.kafka.bootstrap-servers", "fake:1",
            "fleet.registry.url", "mock://fake",
            "fleet.models.local.url", "http://localhost:9/v1"));
    private final PipedOutputStream toServer = new PipedOutputStream();
    private final PipedInputStream fromServer = new PipedInputStream(1 << 20);
    private BufferedReader lines;
    private CompletableFuture<Void> serving;
    private int next = 1;

    @BeforeEach
    void connect() throws Exception {
        fleet.send(
                FleetTopic.ROLES,
                "developer",
                RoleDefinition.newBuilder()
                        .setRole("developer")
                        .setVersion(1)
                        .setUpdatedAt(Records.START)
                        .build());
        PipedInputStream in = new PipedInputStream(toServer, 1 << 20);
        PipedOutputStream out = new PipedOutputStream(fromServer);
        McpServing server = new McpServing(
                () -> fleet, Exception::toString, Path.of("/home/me/project"), CLOCK, new RunIds(CLOCK, new Random(1)));
        serving = CompletableFuture.runAsync(() -> {
            try {
                server.serve(in, out, "1");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        lines = new BufferedReader(new InputStreamReader(fromServer, StandardCharsets.UTF_8));
        ObjectNode hello = MAPPER.createObjectNode();
        hello.put("protocolVersion", "2025-06-18");
        hello.putObject("capabilities");
        hello.putObject("clientInfo").put("name", "test").put("version", "1");
        assertThat(ask("initialize", hello).at("/serverInfo/name").asText()).isEqualTo("swe-ai-fleet");
        write(MAPPER.createObjectNode().put("jsonrpc", "2.0").put("method", "notifications/initialized"));
    }

    @AfterEach
    void shouldEndWhenTheClientCloses() throws Exception {
        toServer.close();
        serving.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldListItsToolsWithHints() throws Exception {
        // When
        JsonNode tools = ask("tools/list", MAPPER.createObjectNode()).path("tools");

        // Then
        assertThat(tools.findValuesAsText("name"))
                .contains("do", "submit_task", "status", "wait", "results", "cancel", "list_agents");
        tools.forEach(tool -> assertThat(tool.at("/annotations/readOnlyHint").isBoolean())
                .as(tool.path("name").asText())
                .isTrue());
    }

    @Test
    void shouldSubmitWorkInPlainWordsAndFollowItToItsPatch() throws Exception {
        // Given
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                end(((TaskSubmitted) value).getId());
            }
        });

        // When
        JsonNode submitted = call("do", Map.of("instructions", "fix the test", "budget", "10m"));
        String id = submitted.path("id").asText();
        JsonNode ended = call("wait", Map.of("id", id, "timeout_seconds", 5));
        JsonNode results = call("results", Map.of("id", id));
        ObjectNode uri = MAPPER.createObjectNode().put("uri", "fleet://tasks/" + id + "/patch");
        JsonNode patch = ask("resources/read", uri);

        // Then
        TaskSubmitted task = fleet.decode(
                TaskSubmitted.class, fleet.records(FleetTopic.TASKS).get(0));
        assertThat(task.getKind()).isEqualTo("agent.do");
        assertThat(task.getRepository()).isEqualTo("/home/me/project");
        assertThat(task.getInputs()).containsEntry("model", "local");
        assertThat(ended.path("ended").asBoolean()).isTrue();
        assertThat(ended.path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(results.at("/outcomes/0/merge").asText()).isEqualTo("git merge fleet/default/" + id);
        assertThat(patch.at("/contents/0/text").asText()).isEqualTo("+fixed\n");
    }

    @Test
    void shouldSubmitATaskAndAskToCancelIt() throws Exception {
        // Given
        Map<String, Object> task = Map.of("id", "t-1", "kind", "qa.run-tests", "role", "qa", "repository", "/r");
        fleet.answering((topic, value) -> {
            if (topic == FleetTopic.TASKS) {
                fleet.send(
                        FleetTopic.TASK_EVENTS,
                        "default/t-1",
                        event("t-1", "t-1", TaskEventType.TASK_STARTED, 1, e -> e.setRole("qa")));
            }
        });

        // When
        JsonNode submitted = call("submit_task", Map.of("task", task));
        JsonNode status = call("status", Map.of("id", "t-1"));
        JsonNode cancelled = call("cancel", Map.of("id", "t-1", "reason", "enough"));

        // Then
        assertThat(submitted.path("id").asText()).isEqualTo("t-1");
        assertThat(status.path("status").asText()).isEqualTo("RUNNING");
        assertThat(cancelled.path("note").asText()).contains("asked to cancel it");
        TaskControl control = fleet.decode(
                TaskControl.class, fleet.records(FleetTopic.TASK_CONTROL).get(0));
        assertThat(control.getTaskId()).isEqualTo("t-1");
        assertThat(control.getReason()).isEqualTo("enough");
    }

    @Test
    void shouldAnswerMistakesWithAResultThatNamesTheRemedy() throws Exception {
        assertThat(mistake("status", Map.of("id", "none"))).contains("no task or workflow none");
        assertThat(mistake("status", Map.of())).contains("argument 'id' is missing");
        assertThat(mistake("wait", Map.of("id", "x", "timeout_seconds", 9999))).contains("from 1 to 300");
        assertThat(mistake("do", Map.of("instructions", "x", "role", "nobody"))).contains("no role 'nobody'");
        assertThat(mistake("submit_task", Map.of("task", Map.of("kind", "x")))).contains("role");
        assertThat(fleet.records(FleetTopic.TASKS)).isEmpty();
    }

    private void end(String id) {
        String key = "default/" + id;
        fleet.send(FleetTopic.TASK_EVENTS, key, event(id, id, TaskEventType.TASK_ENDED, 4, e -> e.setRole("developer")
                .setStatus(TaskStatus.SUCCEEDED)));
        fleet.send(
                FleetTopic.RESULTS,
                key,
                outcome(id, id, "developer", "agent.do", TaskStatus.SUCCEEDED)
                        .setResult(TaskResult.newBuilder()
                                .setPatch("+fixed\n")
                                .setBranch("fleet/default/" + id)
                                .build())
                        .build());
        fleet.send(FleetTopic.WORKFLOW_RESULTS, key, workflowOutcome(id, WorkflowStatus.SUCCEEDED, id));
    }

    private JsonNode call(String tool, Map<String, Object> arguments) throws Exception {
        JsonNode result = result(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
        return MAPPER.readTree(result.at("/content/0/text").asText());
    }

    private String mistake(String tool, Map<String, Object> arguments) throws Exception {
        JsonNode result = result(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
        return result.at("/content/0/text").asText();
    }

    private JsonNode result(String tool, Map<String, Object> arguments) throws Exception {
        ObjectNode parameters = MAPPER.createObjectNode().put("name", tool);
        parameters.set("arguments", MAPPER.valueToTree(arguments));
        return ask("tools/call", parameters);
    }

    private JsonNode ask(String method, ObjectNode parameters) throws Exception {
        int id = next++;
        ObjectNode request =
                MAPPER.createObjectNode().put("jsonrpc", "2.0").put("id", id).put("method", method);
        request.set("params", parameters);
        write(request);
        while (true) {
            JsonNode answer = MAPPER.readTree(lines.readLine());
            if (answer.path("id").asInt() == id) {
                assertThat(answer.has("result")).as(answer.toString()).isTrue();
                return answer.path("result");
            }
        }
    }

    private void write(ObjectNode message) throws Exception {
        toServer.write((message + "\n").getBytes(StandardCharsets.UTF_8));
        toServer.flush();
    }
}
