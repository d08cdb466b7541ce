package io.sweaifleet.agent.brain.recorded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ToolCall;
import io.sweaifleet.agent.policy.SecretMasker;
import java.util.ArrayList;
import java.util.List;

/**
 * One recorded exchange, a line of {@code exchanges.jsonl}.
 *
 * @param key SHA-256 of the canonical request
 * @param model name of the model in the settings
 * @param at when it was asked, ISO 8601
 * @param durationMs how long the answer took, in ms
 * @param request the canonical request
 * @param contextTokens context that the model had, in tokens; what was condensed depends on it
 * @param maxOutputTokens longest answer, in tokens
 * @param answer what was answered, without secrets
 */
record Exchange(
        String key,
        String model,
        String at,
        long durationMs,
        JsonNode request,
        int contextTokens,
        int maxOutputTokens,
        ChatAnswer answer) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One line of JSON, without secrets. Masked text by text: masking the line itself could break it. */
    String toLine() {
        ObjectNode node = JSON.createObjectNode();
        node.put("key", key).put("model", model).put("at", at).put("durationMs", durationMs);
        node.put("contextTokens", contextTokens).put("maxOutputTokens", maxOutputTokens);
        ObjectNode answered = node.putObject("answer");
        answered.put("text", SecretMasker.mask(answer.text()));
        ArrayNode calls = answered.putArray("calls");
        for (ToolCall call : answer.calls()) {
            calls.addObject()
                    .put("id", call.id())
                    .put("name", call.name())
                    .put("arguments", maskedJson(call.arguments()));
        }
        answered.put("finish", answer.finish()).put("modelId", answer.modelId());
        node.putObject("usage")
                .put("input", answer.inputTokens())
                .put("output", answer.outputTokens())
                .put("estimated", answer.estimated());
        node.set("request", request);
        return node.toString();
    }

    private static String maskedJson(String arguments) {
        try {
            return masked(JSON.readTree(arguments)).toString();
        } catch (JsonProcessingException e) {
            return SecretMasker.mask(arguments);
        }
    }

    private static JsonNode masked(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode masked = JSON.createObjectNode();
            object.properties().forEach(entry -> masked.set(entry.getKey(), masked(entry.getValue())));
            return masked;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode masked = JSON.createArrayNode();
            array.forEach(element -> masked.add(masked(element)));
            return masked;
        }
        return node.isTextual() ? JSON.getNodeFactory().textNode(SecretMasker.mask(node.asText())) : node;
    }

    /** @throws JsonProcessingException when the line is no exchange */
    static Exchange parse(String line) throws JsonProcessingException {
        JsonNode node = JSON.readTree(line);
        JsonNode answered = node.path("answer");
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : answered.path("calls")) {
            calls.add(new ToolCall(
                    call.path("id").asText(),
                    call.path("name").asText(),
                    call.path("arguments").asText()));
        }
        JsonNode usage = node.path("usage");
        ChatAnswer answer = new ChatAnswer(
                answered.path("text").asText(),
                calls,
                answered.path("finish").asText("stop"),
                usage.path("input").asLong(),
                usage.path("output").asLong(),
                usage.path("estimated").asBoolean(),
                answered.path("modelId").asText());
        return new Exchange(
                node.path("key").asText(),
                node.path("model").asText(),
                node.path("at").asText(),
                node.path("durationMs").asLong(),
                node.path("request"),
                node.path("contextTokens").asInt(8192),
                node.path("maxOutputTokens").asInt(2048),
                answer);
    }
}
