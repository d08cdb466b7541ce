package io.sweaifleet.ingest.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Definitions as people write them. */
public final class DefinitionText {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build());

    private DefinitionText() {}

    /** The definition as YAML without what is left out by those who write one; applying it changes nothing. */
    public static String yaml(WorkflowDefinition definition) {
        ObjectNode tree = RecordJson.toJson(definition);
        prune(tree);
        try {
            return YAML.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static void prune(JsonNode node) {
        if (node instanceof ObjectNode object) {
            List<String> empty = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                prune(field.getValue());
                if (isDefault(field.getKey(), field.getValue())) {
                    empty.add(field.getKey());
                }
            }
            object.remove(empty);
        } else if (node instanceof ArrayNode array) {
            array.forEach(DefinitionText::prune);
        }
    }

    /** What the schemas have for defaults wherever a definition holds it; a task template has a limit of its own. */
    private static boolean isDefault(String name, JsonNode value) {
        return value.isNull()
                || value.isContainerNode() && value.isEmpty()
                || value.isTextual()
                        && (value.asText().isEmpty() || value.asText().equals("UNKNOWN"))
                || value.isBoolean() && !value.asBoolean()
                || name.equals("concurrencyLimit") && value.asInt() == 1;
    }
}
