package io.sweaifleet.agent.tool.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call, read by name. Every mistake says what was given, what is wanted and an example, so that the next
 * call can be right. Numbers and truth values may come as strings, as small models write them.
 */
public final class Arguments {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String tool;
    private final ObjectNode values;

    private Arguments(String tool, ObjectNode values) {
        this.tool = tool;
        this.values = values;
    }

    /** A wrong argument, as the model is to be told. */
    public static final class Mistake extends Exception {
        private static final long serialVersionUID = 1L;

        public Mistake(String message) {
            super(message);
        }
    }

    /**
     * Arguments of a tool.
     *
     * @param given an object, a string that holds one, or nothing
     */
    public static Arguments of(ToolSpec spec, @Nullable JsonNode given) throws Mistake {
        JsonNode node = given == null || given.isNull() || given.isMissingNode() ? JSON.createObjectNode() : given;
        if (node.isTextual()) {
            try {
                node = node.asText().isBlank() ? JSON.createObjectNode() : JSON.readTree(node.asText());
            } catch (JsonProcessingException e) {
                throw new Mistake("the arguments of " + spec.name() + " are no JSON object: " + e.getOriginalMessage());
            }
        }
        if (!(node instanceof ObjectNode object)) {
            throw new Mistake("the arguments of " + spec.name() + " must be a JSON object with "
                    + names(spec.parameters()) + ", not " + kind(node));
        }
        Set<String> unknown = new TreeSet<>();
        object.fieldNames().forEachRemaining(name -> {
            if (!spec.parameters().path("properties").has(name)) {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            throw new Mistake(spec.name() + " has no argument " + String.join(", ", unknown) + "; it takes "
                    + names(spec.parameters()));
        }
        for (JsonNode required : spec.parameters().path("required")) {
            JsonNode value = object.get(required.asText());
            if (value == null || value.isNull()) {
                throw new Mistake(spec.name() + " needs the argument " + required.asText() + " ("
                        + spec.parameters()
                                .at("/properties/" + required.asText() + "/description")
                                .asText() + ")");
            }
        }
        return new Arguments(spec.name(), object);
    }

    /** The object itself. */
    public ObjectNode json() {
        return values;
    }

    /** A text; empty when it is not given. */
    public String text(String name) throws Mistake {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return "";
        }
        if (!value.isValueNode()) {
            throw mistake(name, value, "a string");
        }
        return value.asText();
    }

    /** Whole number within bounds. */
    public int number(String name, int otherwise, int least, int most) throws Mistake {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        double number;
        try {
            number = value.isTextual() ? Double.parseDouble(value.asText().strip()) : value.asDouble(Double.NaN);
        } catch (NumberFormatException e) {
            throw mistake(name, value, "a whole number, " + least + " to " + most);
        }
        if (number != Math.rint(number) || number < least || number > most) {
            throw mistake(name, value, "a whole number, " + least + " to " + most);
        }
        return (int) number;
    }

    /** Truth value. */
    public boolean flag(String name, boolean otherwise) throws Mistake {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        return switch (value.asText().strip().toLowerCase(java.util.Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw mistake(name, value, "true or false");
        };
    }

    /** List of texts; empty when it is not given. A string that holds a JSON array is taken as one. */
    public List<String> texts(String name, String example) throws Mistake {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (value.isTextual() && value.asText().strip().startsWith("[")) {
            try {
                value = JSON.readTree(value.asText());
            } catch (JsonProcessingException e) {
                throw mistake(name, value, "an array of strings, such as " + example);
            }
        }
        if (!value.isArray()) {
            throw mistake(name, value, "an array of strings, such as " + example);
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isValueNode() || element.isNull()) {
                throw mistake(name, value, "an array of strings, such as " + example);
            }
            texts.add(element.asText());
        }
        return texts;
    }

    private Mistake mistake(String name, JsonNode value, String wanted) {
        String shown = value.toString();
        return new Mistake("argument " + name + " of " + tool + " must be " + wanted + ", not "
                + (shown.length() <= 80 ? shown : shown.substring(0, 79) + "…"));
    }

    private static String names(ObjectNode parameters) {
        List<String> names = new ArrayList<>();
        parameters.path("properties").fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "no arguments" : String.join(", ", names);
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
    }
}
