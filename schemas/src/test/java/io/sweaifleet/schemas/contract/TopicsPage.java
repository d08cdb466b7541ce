package io.sweaifleet.schemas.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.json.RecordJson;
import io.sweaifleet.schemas.registry.ContractSchemas;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicClass;
import io.sweaifleet.schemas.topic.TopicSettings;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;

/** Renders the reference page of topics and schemas. */
final class TopicsPage {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PUBLISHED = "../schemas/published/";

    private final StringBuilder page = new StringBuilder();

    private TopicsPage() {}

    static String render() {
        TopicsPage page = new TopicsPage();
        page.introduction();
        for (FleetTopic topic : FleetTopic.values()) {
            page.topic(topic);
        }
        page.sharedTypes();
        return page.page.toString();
    }

    private void introduction() {
        line("# Topics");
        line("");
        line(
                "The topics and their Avro schemas are the public interface of the fleet. This page is generated from the topic");
        line(
                "catalogue and the schemas; do not edit it. To write it anew: `mvn -pl schemas test -Dtest=TopicsPageTest");
        line("-Dfleet.docs.write=true`.");
        line("");
        line(
                "- Keys are UTF-8 strings. Values are Avro in Confluent's wire format: a 0 byte, the schema's id in four bytes (big");
        line(
                "  endian), Avro binary. Subjects are named `<topic>-value`; every version can read every other (FULL_TRANSITIVE).");
        line(
                "- Ids match `[a-z0-9][a-z0-9-]{0,99}` and are unique within their pool; outside a pool they are written `pool/id`.");
        line(
                "- Times are `timestamp-millis` in UTC, durations are milliseconds. In the examples a time is shown as ISO 8601 and");
        line("  bytes as Base64; in a record they are a `long` and `bytes`.");
        line("- A header `traceparent` (W3C) on a submission is passed on.");
        line("- The largest value of a submission is " + FleetTopic.MAX_SUBMISSION_BYTES + " bytes.");
        line("");
        line(
                "`fleet topics create` creates the topics on any cluster; `fleet topics describe` compares them with this page.");
        line("");
        line("| Topic | Key | Value | Class | Partitions | Timestamp | Largest batch (bytes) | Written by | Read by |");
        line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (FleetTopic topic : FleetTopic.values()) {
            line("| [`" + topic.topicName() + "`](#" + anchor(topic.topicName()) + ") | " + topic.keyFormat() + " | "
                    + topic.valueType().getSimpleName() + " | " + className(topic.topicClass()) + " | "
                    + topic.partitions() + " | " + (topic.logAppendTime() ? "broker's" : "writer's") + " | "
                    + topic.maxMessageBytes() + " | " + topic.writers() + " | " + topic.readers() + " |");
        }
        line("");
        line(
                "Keyed topics have 12 partitions, fixed at creation, because keys would move if there were more. The small compacted");
        line("tables have one: readers take them whole at start, and one partition gives every change one order.");
        line("");
        line("| Class | Records are |");
        line("| --- | --- |");
        for (TopicClass topicClass : TopicClass.values()) {
            line("| " + className(topicClass) + " | " + topicClass.doc() + " |");
        }
        line("");
        line("The times of queue, public and journal topics can be chosen: see `fleet.topics.*` in"
                + " [configuration](configuration.md).");
    }

    private void topic(FleetTopic topic) {
        Schema schema = ContractSchemas.of(topic);
        ExampleRecords.Example example = ExampleRecords.of(topic);
        line("");
        line("## " + topic.topicName());
        line("");
        line(schema.getDoc());
        line("");
        line("Key: " + topic.keyFormat() + ". Written by " + topic.writers() + "; read by " + topic.readers()
                + ". Subject"
                + " [`" + topic.valueSubject() + "`](" + PUBLISHED + topic.valueSubject() + "). Settings: "
                + TopicAdmin.config(topic, TopicSettings.defaults()).entrySet().stream()
                        .map(entry -> "`" + entry.getKey() + "=" + entry.getValue() + "`")
                        .collect(Collectors.joining(", "))
                + ".");
        line("");
        fields(schema);
        line("");
        line("Example, with key `" + example.key() + "`:");
        line("");
        line("```json");
        line(json(example));
        line("```");
    }

    private void sharedTypes() {
        Map<String, Schema> types = new TreeMap<>();
        for (FleetTopic topic : FleetTopic.values()) {
            collect(ContractSchemas.of(topic), types);
        }
        // Values of topics are described with their topic, also where another record holds one.
        for (FleetTopic topic : FleetTopic.values()) {
            types.remove(topic.valueType().getSimpleName());
        }
        line("");
        line("## Shared types");
        types.values().forEach(type -> {
            line("");
            line("### " + type.getName());
            line("");
            line(type.getDoc());
            line("");
            if (type.getType() == Schema.Type.ENUM) {
                line("One of "
                        + type.getEnumSymbols().stream()
                                .map(symbol -> "`" + symbol + "`")
                                .collect(Collectors.joining(", "))
                        + "; a symbol that the reader does not know is read as `" + type.getEnumDefault() + "`.");
            } else {
                fields(type);
            }
        });
    }

    private void fields(Schema record) {
        line("| Field | Type | Default | Meaning |");
        line("| --- | --- | --- | --- |");
        for (Schema.Field field : record.getFields()) {
            line("| `" + field.name() + "` | " + type(field.schema()) + " | " + defaultOf(field) + " | "
                    + field.doc()
                            .replaceAll("; no unit\\.$", ".")
                            .replace("|", "\\|")
                            .replace("\n", " ") + " |");
        }
    }

    private static String type(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> type(schema.getTypes().get(1)) + ", or null";
            case ARRAY -> "list of " + type(schema.getElementType());
            case MAP -> "map of text to " + type(schema.getValueType());
            case RECORD, ENUM -> "[" + schema.getName() + "](#" + anchor(linkTarget(schema.getName())) + ")";
            case STRING -> "text";
            default ->
                schema.getLogicalType() != null ? "time" : schema.getType().getName();
        };
    }

    /** Values of topics are described with their topic. */
    private static String linkTarget(String typeName) {
        for (FleetTopic topic : FleetTopic.values()) {
            if (topic.valueType().getSimpleName().equals(typeName)) {
                return topic.topicName();
            }
        }
        return typeName;
    }

    private static String defaultOf(Schema.Field field) {
        if (!field.hasDefaultValue()) {
            return "**required**";
        }
        Object value = field.defaultVal();
        if (value == JsonProperties.NULL_VALUE) {
            return "null";
        }
        return value.toString().isEmpty() ? "empty" : "`" + value + "`";
    }

    private static void collect(Schema schema, Map<String, Schema> types) {
        switch (schema.getType()) {
            case RECORD -> {
                if (types.putIfAbsent(schema.getName(), schema) == null) {
                    schema.getFields().forEach(field -> collect(field.schema(), types));
                }
            }
            case ENUM -> types.put(schema.getName(), schema);
            case ARRAY -> collect(schema.getElementType(), types);
            case MAP -> collect(schema.getValueType(), types);
            case UNION -> schema.getTypes().forEach(branch -> collect(branch, types));
            default -> {
                // A primitive type needs no description.
            }
        }
    }

    private static String json(ExampleRecords.Example example) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(RecordJson.toJson(example.value()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String className(TopicClass topicClass) {
        return topicClass.name().toLowerCase(Locale.ROOT);
    }

    /** How the usual renderers name a heading's place. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replace(".", "");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
