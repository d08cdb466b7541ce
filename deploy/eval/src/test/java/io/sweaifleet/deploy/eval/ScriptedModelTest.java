package io.sweaifleet.deploy.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptedModelTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void shouldPlayASensibleAgentToItsSubmission() throws Exception {
        // Given
        EvalTask task = TaskSet.unpack(directory).get(0);
        List<String> calls = new ArrayList<>();
        try (ScriptedModel model = new ScriptedModel(List.of(task))) {
            ObjectNode request = MAPPER.createObjectNode().put("model", ScriptedModel.MODEL);
            request.putArray("tools").addObject();
            request.putArray("messages").addObject().put("role", "user").put("content", task.instructions());

            // When
            while (calls.size() < 20 && !calls.contains("submit")) {
                JsonNode message = MAPPER.readTree(post(model, task, request)).at("/choices/0/message");
                calls.add(message.at("/tool_calls/0/function/name").asText());
                request.withArray("messages").add(message);
                if (calls.contains("apply_patch") && !calls.contains("submit")) {
                    assertThat(message.toString()).isNotEmpty();
                }
            }
        }

        // Then
        assertThat(calls).containsExactly("read", "run", "apply_patch", "run", "submit");
    }

    @Test
    void shouldStreamAndTellUsage() throws Exception {
        // Given
        EvalTask task = TaskSet.unpack(directory).get(0);
        try (ScriptedModel model = new ScriptedModel(List.of(task))) {
            ObjectNode request = MAPPER.createObjectNode().put("stream", true);
            request.putObject("stream_options").put("include_usage", true);
            request.putArray("tools").addObject();
            request.putArray("messages");

            // When
            String body = post(model, task, request);

            // Then
            assertThat(body.lines().filter(line -> line.startsWith("data: "))).hasSize(4);
            assertThat(body).contains("\"name\":\"read\"", "\"prompt_tokens\"").endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void shouldSubmitThePatchOfTheTask() throws Exception {
        // Given
        EvalTask task = TaskSet.unpack(directory).stream()
                .filter(one -> !one.isRecordedSolved())
                .findFirst()
                .orElseThrow();
        ObjectNode request = MAPPER.createObjectNode();
        request.putArray("tools").addObject();
        request.putArray("messages").addObject().put("role", "assistant");
        request.withArray("messages").addObject().put("role", "assistant");

        // When
        ScriptedAgent.Turn turn = new ScriptedAgent(task).answer(request);

        // Then
        assertThat(turn.tool()).isEqualTo("apply_patch");
        assertThat(turn.arguments().path("patch").asText())
                .isEqualTo(Files.readString(task.folder().resolve("attempt.patch")))
                .isNotEqualTo(Files.readString(task.fix()));
    }

    private static String post(ScriptedModel model, EvalTask task, ObjectNode body) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(model.url(task) + "/chat/completions"))
                                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
