package io.sweaifleet.agent.brain.recorded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.Message;
import io.sweaifleet.agent.brain.model.ToolCall;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeMap;

/**
 * A request in one form: messages and tools, names sorted, what differs from run to run taken out. Which model is asked, and with
 * what limits, is left out: a recording answers for the model that gave it.
 *
 * @param json the form
 * @param key lower-case hexadecimal SHA-256 of its text
 */
record CanonicalRequest(ObjectNode json, String key) {

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    static CanonicalRequest of(ChatRequest request, Normaliser normaliser) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode messages = json.putArray("messages");
        for (Message message : request.messages()) {
            ObjectNode node = messages.addObject();
            node.put("role", message.role().name().toLowerCase(Locale.ROOT));
            node.put("text", normaliser.apply(message.text()));
            if (!message.calls().isEmpty()) {
                ArrayNode calls = node.putArray("calls");
                for (ToolCall call : message.calls()) {
                    calls.addObject()
                            .put("arguments", arguments(call.arguments(), normaliser))
                            .put("name", call.name());
                }
            }
            if (!message.toolName().isEmpty()) {
                node.put("tool", message.toolName());
            }
        }
        ArrayNode tools = json.putArray("tools");
        for (ToolSpec tool : request.tools()) {
            ObjectNode node = tools.addObject();
            node.put("description", tool.description());
            node.put("name", tool.name());
            node.set("parameters", sorted(tool.parameters()));
        }
        ObjectNode canonical = (ObjectNode) sorted(json);
        return new CanonicalRequest(canonical, sha256(canonical.toString()));
    }

    /** As JSON, however it was written, where it is JSON. */
    private static String arguments(String text, Normaliser normaliser) {
        try {
            return sorted(normalised(JSON.readTree(text), normaliser)).toString();
        } catch (JsonProcessingException e) {
            return normaliser.apply(text);
        }
    }

    private static JsonNode normalised(JsonNode node, Normaliser normaliser) {
        if (node instanceof ObjectNode object) {
            ObjectNode normal = JSON.createObjectNode();
            object.properties().forEach(entry -> normal.set(entry.getKey(), normalised(entry.getValue(), normaliser)));
            return normal;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode normal = JSON.createArrayNode();
            array.forEach(element -> normal.add(normalised(element, normaliser)));
            return normal;
        }
        return node.isTextual() ? JSON.getNodeFactory().textNode(normaliser.apply(node.asText())) : node;
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            object.properties().forEach(entry -> fields.put(entry.getKey(), sorted(entry.getValue())));
            ObjectNode ordered = JSON.createObjectNode();
            fields.forEach(ordered::set);
            return ordered;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode ordered = JSON.createArrayNode();
            array.forEach(element -> ordered.add(sorted(element)));
            return ordered;
        }
        return node;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The text of a node, for people. */
    static String pretty(JsonNode node) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            return node.toString();
        }
    }
}
