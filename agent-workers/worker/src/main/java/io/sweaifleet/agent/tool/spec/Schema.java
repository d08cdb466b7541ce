package io.sweaifleet.agent.tool.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Builds the JSON schema of a tool's arguments. */
public final class Schema {

    private final ObjectNode schema = JsonNodeFactory.instance.objectNode();
    private final ObjectNode properties;

    private Schema() {
        schema.put("type", "object");
        properties = schema.putObject("properties");
    }

    /** A schema without arguments. */
    public static Schema object() {
        return new Schema();
    }

    /** Adds an argument that must be given. */
    public Schema required(String name, String type, String description) {
        add(name, type, description);
        schema.withArray("required").add(name);
        return this;
    }

    /** Adds an argument that may be left out. */
    public Schema optional(String name, String type, String description) {
        add(name, type, description);
        return this;
    }

    private void add(String name, String type, String description) {
        ObjectNode property = properties.putObject(name);
        if (type.equals("strings")) {
            property.put("type", "array").putObject("items").put("type", "string");
        } else {
            property.put("type", type);
        }
        property.put("description", description);
    }

    /** The schema; further arguments are refused. */
    public ObjectNode build() {
        schema.put("additionalProperties", false);
        return schema;
    }
}
