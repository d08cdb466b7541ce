package io.sweaifleet.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.registry.ContractSchemas;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every schema of the contract owes its readers. */
class SchemaRulesTest {

    /** Words of which the documentation of a number must have one, so that nobody has to guess what it counts. */
    private static final Pattern MEASURE = Pattern.compile(
            "\\b(ms|bytes|UTC|number|from 0|from 1|attempts|attempt|tokens|ratio|cores|gpus|offset|partition|priority"
                    + "|0 to 9|sequence|version|lines|slots|agents|dollar|code|times|count|millionths|no unit|grows)\\b",
            Pattern.CASE_INSENSITIVE);

    @ParameterizedTest
    @EnumSource(FleetTopic.class)
    void shouldKeepTheRules(FleetTopic topic) {
        // Given
        Schema schema = ContractSchemas.of(topic);

        // When
        List<String> broken = broken(schema);

        // Then
        assertThat(broken).isEmpty();
    }

    @Test
    void shouldDefineEachNameTheSameInEveryTopic() {
        // Given
        Map<String, Schema> byName = new HashMap<>();

        // When / Then
        for (FleetTopic topic : FleetTopic.values()) {
            named(ContractSchemas.of(topic), new HashSet<>())
                    .forEach(schema -> assertThat(byName.putIfAbsent(schema.getFullName(), schema))
                            .as(schema.getFullName())
                            .isIn(schema, null));
        }
    }

    @Test
    void shouldNoticeEveryBrokenRule() {
        // Given
        Schema bad = SchemaBuilder.record("Bad")
                .fields()
                .name("timeMs")
                .doc("How long.")
                .type()
                .longType()
                .noDefault()
                .name("undocumented")
                .type()
                .stringType()
                .noDefault()
                .name("either")
                .doc("One or the other; no unit.")
                .type()
                .unionOf()
                .intType()
                .and()
                .stringType()
                .endUnion()
                .noDefault()
                .name("colour")
                .doc("Colour; no unit.")
                .type()
                .enumeration("Colour")
                .symbols("RED")
                .noDefault()
                .endRecord();

        // When / Then
        assertThat(broken(bad))
                .anyMatch(text -> text.contains("Bad has no doc"))
                .anyMatch(text -> text.contains("timeMs"))
                .anyMatch(text -> text.contains("undocumented"))
                .anyMatch(text -> text.contains("either"))
                .anyMatch(text -> text.contains("Colour has no default"))
                .anyMatch(text -> text.contains("Colour has no symbol UNKNOWN"));
    }

    private static List<String> broken(Schema root) {
        List<String> broken = new ArrayList<>();
        for (Schema schema : named(root, new HashSet<>())) {
            if (schema.getDoc() == null || schema.getDoc().isBlank()) {
                broken.add(schema.getFullName() + " has no doc");
            }
            if (schema.getType() == Schema.Type.ENUM) {
                if (schema.getEnumDefault() == null) {
                    broken.add(schema.getFullName() + " has no default symbol, so old readers fail on a new symbol");
                }
                if (!schema.getEnumSymbols().get(0).equals("UNKNOWN")) {
                    broken.add(schema.getFullName() + " has no symbol UNKNOWN in the first place");
                }
            }
            if (schema.getType() == Schema.Type.RECORD) {
                schema.getFields().forEach(field -> field(schema.getName() + "." + field.name(), field, broken));
            }
        }
        return broken;
    }

    private static void field(String name, Schema.Field field, List<String> broken) {
        String doc = field.doc() == null ? "" : field.doc();
        if (doc.isBlank()) {
            broken.add(name + " has no doc");
        }
        Schema type = field.schema();
        if (type.getType() == Schema.Type.UNION) {
            boolean nullable =
                    type.getTypes().size() == 2 && type.getTypes().get(0).getType() == Schema.Type.NULL;
            if (!nullable) {
                broken.add(name + " is a union of several types; only a type or null is allowed, null first");
                return;
            }
            type = type.getTypes().get(1);
        }
        boolean time =
                type.getLogicalType() != null && type.getLogicalType().getName().equals("timestamp-millis");
        boolean numeric = Set.of(Schema.Type.INT, Schema.Type.LONG, Schema.Type.FLOAT, Schema.Type.DOUBLE)
                .contains(type.getType());
        if (time && !doc.contains("UTC")) {
            broken.add(name + " is a time, but its doc does not say UTC");
        }
        if (name.endsWith("Ms") && !doc.matches("(?s).*\\bms\\b.*")) {
            broken.add(name + " is a duration, but its doc does not say ms");
        }
        if (name.endsWith("Bytes") && !doc.matches("(?s).*\\bbytes\\b.*")) {
            broken.add(name + " is a size, but its doc does not say bytes");
        }
        if (numeric && !time && !MEASURE.matcher(doc).find()) {
            broken.add(name + " is a number, but its doc ('" + doc + "') does not say of what");
        }
    }

    private static Set<Schema> named(Schema schema, Set<Schema> found) {
        switch (schema.getType()) {
            case RECORD -> {
                if (found.add(schema)) {
                    schema.getFields().forEach(field -> named(field.schema(), found));
                }
            }
            case ENUM, FIXED -> found.add(schema);
            case ARRAY -> named(schema.getElementType(), found);
            case MAP -> named(schema.getValueType(), found);
            case UNION -> schema.getTypes().forEach(branch -> named(branch, found));
            default -> {
                // A primitive type has no name.
            }
        }
        return found;
    }
}
