package io.sweaifleet.ingest.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.key.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a call, checked as they are read: a model writes them.
 *
 * @param node the object
 */
record Arguments(JsonNode node) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Arguments of(@Nullable Map<String, Object> arguments) {
        return new Arguments(MAPPER.valueToTree(arguments == null ? Map.of() : arguments));
    }

    /** Text that must be given. */
    String text(String name) {
        return optional(name)
                .orElseThrow(() -> new McpProblem("argument '" + name + "' is missing", "give it as text"));
    }

    /** Text, when it is given and not blank. */
    Optional<String> optional(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new McpProblem("argument '" + name + "' is " + value + ", not text", "give it as text");
        }
        return Optional.of(value.asText().strip()).filter(text -> !text.isEmpty());
    }

    /** An id that must be given. */
    String id() {
        String id = text("id");
        if (!Keys.isId(id)) {
            throw new McpProblem("argument 'id' = '" + id + "' is not an id", "use the id that submitting gave");
        }
        return id;
    }

    /** A whole number within bounds. */
    int number(String name, int least, int most, int otherwise) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw new McpProblem(
                    "argument '" + name + "' is " + value, "give a whole number from " + least + " to " + most);
        }
        return value.asInt();
    }

    /** Words; empty when none are given. */
    List<String> words(String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new McpProblem("argument '" + name + "' is not an array", "give each word as one text of an array");
        }
        List<String> words = new ArrayList<>();
        value.forEach(word -> words.add(word.asText()));
        return words;
    }
}
