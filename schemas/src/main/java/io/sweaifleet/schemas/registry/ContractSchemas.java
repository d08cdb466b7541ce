package io.sweaifleet.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.JsonSchemaParser;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;

/**
 * Schemas as others see them: complete in themselves, with their documentation, without what only Avro's Java
 * generator wants to know.
 */
public final class ContractSchemas {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JAVA_STRING = "avro.java.string";

    private ContractSchemas() {}

    /** The schema of a topic's values. */
    public static Schema of(FleetTopic topic) {
        return contract(SpecificData.get().getSchema(topic.valueType()));
    }

    /** A schema without the properties that only Java's generated classes have. */
    public static Schema contract(Schema schema) {
        String text = schema.toString();
        if (!text.contains(JAVA_STRING)) {
            return schema;
        }
        try {
            return JsonSchemaParser.parseInternal(strip(JSON.readTree(text)).toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro wrote a schema that is not JSON: " + text, e);
        }
    }

    /**
     * What speaks against a schema as the next version after the given ones.
     *
     * @param next the new schema
     * @param earlier every earlier version, oldest first
     * @param compatibility which versions must be able to read which
     * @return nothing when it is compatible; else one message for each version and direction that fails
     */
    public static List<String> incompatibilities(Schema next, List<Schema> earlier, Compatibility compatibility) {
        boolean newReadsOld =
                switch (compatibility) {
                    case BACKWARD, BACKWARD_TRANSITIVE, FULL, FULL_TRANSITIVE -> true;
                    default -> false;
                };
        boolean oldReadsNew =
                switch (compatibility) {
                    case FORWARD, FORWARD_TRANSITIVE, FULL, FULL_TRANSITIVE -> true;
                    default -> false;
                };
        boolean transitive = compatibility.name().endsWith("_TRANSITIVE");
        List<String> found = new ArrayList<>();
        for (int version = transitive ? 1 : Math.max(1, earlier.size()); version <= earlier.size(); version++) {
            Schema old = earlier.get(version - 1);
            if (newReadsOld) {
                differences(next, old).forEach(difference(found, "the new schema cannot read version " + version));
            }
            if (oldReadsNew) {
                differences(old, next).forEach(difference(found, "version " + version + " cannot read the new schema"));
            }
        }
        return List.copyOf(found);
    }

    private static Consumer<String> difference(List<String> found, String what) {
        return difference -> found.add(what + ": " + difference);
    }

    private static List<String> differences(Schema reader, Schema writer) {
        SchemaCompatibility.SchemaCompatibilityResult result = SchemaCompatibility.checkReaderWriterCompatibility(
                        reader, writer)
                .getResult();
        if (result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE) {
            return List.of();
        }
        return result.getIncompatibilities().stream()
                .map(one -> one.getType() + " at " + named(reader, one.getLocation()) + ": " + one.getMessage())
                .toList();
    }

    /** A place within a schema by field names, where Avro gives it by numbers: /fields/2/type is /priority. */
    private static String named(Schema reader, String location) {
        StringBuilder path = new StringBuilder();
        Schema at = reader;
        String[] steps = location.substring(1).split("/");
        int step = 0;
        while (step < steps.length) {
            if (at.getType() == Schema.Type.RECORD && steps[step].equals("fields") && step + 1 < steps.length) {
                Schema.Field field = at.getFields().get(Integer.parseInt(steps[step + 1]));
                path.append('/').append(field.name());
                at = field.schema();
                // Avro names the field's type as a step of its own.
                step += step + 2 < steps.length && steps[step + 2].equals("type") ? 3 : 2;
            } else if (at.getType() == Schema.Type.ARRAY && steps[step].equals("items")) {
                path.append("[]");
                at = at.getElementType();
                step++;
            } else if (at.getType() == Schema.Type.MAP && steps[step].equals("values")) {
                path.append("{}");
                at = at.getValueType();
                step++;
            } else if (at.getType() == Schema.Type.UNION && steps[step].matches("\\d{1,4}")) {
                at = at.getTypes().get(Integer.parseInt(steps[step]));
                step++;
            } else {
                path.append('/').append(steps[step]);
                step++;
            }
        }
        return path.length() == 0 ? "/" : path.toString();
    }

    private static JsonNode strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JSON.createObjectNode();
            object.properties().forEach(entry -> {
                if (!entry.getKey().equals(JAVA_STRING)) {
                    copy.set(entry.getKey(), strip(entry.getValue()));
                }
            });
            // {"type":"string"} with nothing else left is simply "string".
            JsonNode type = copy.get("type");
            return copy.size() == 1 && type != null && type.isTextual() && object.size() > 1 ? type : copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JSON.createArrayNode();
            array.forEach(element -> copy.add(strip(element)));
            return copy;
        }
        return node;
    }
}
