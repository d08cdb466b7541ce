package io.sweaifleet.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.schemas.text.ClosestName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads plain JSON, or YAML that was parsed into the same tree, into a record, forgiving in form and strict in content.
 *
 * <p>Forgiving: absent fields take the schema's default; a nullable field needs no union wrapper (but may have one);
 * enums in any case; times as ISO-8601 or milliseconds; durations ({@code …Ms} fields) also as {@code 15m}; numbers and
 * booleans where text is asked for, since YAML takes {@code version: 11} for a number. Strict: an unknown field, a missing
 * one without a default, a value of another type or out of the type's range is a {@link FieldProblem}; all are collected.
 */
public final class RecordJsonReader<T extends SpecificRecord> {

    private final Class<T> type;
    private final SpecificData model;
    private final List<FieldProblem> problems = new ArrayList<>();

    private RecordJsonReader(Class<T> type) {
        this.type = type;
        this.model = SpecificData.getForClass(type);
    }

    /**
     * Reads a record.
     *
     * @param document the parsed document
     * @param type generated class of the record
     * @throws InvalidDocumentException listing every problem
     */
    public static <T extends SpecificRecord> T read(JsonNode document, Class<T> type) throws InvalidDocumentException {
        RecordJsonReader<T> reader = new RecordJsonReader<>(type);
        Object record = reader.record(SpecificData.get().getSchema(type), document, "");
        if (!reader.problems.isEmpty() || record == null) {
            throw new InvalidDocumentException(reader.problems);
        }
        return reader.type.cast(record);
    }

    private @Nullable Object value(Schema declared, JsonNode node, String path) {
        if (declared.getType() != Schema.Type.UNION) {
            return plain(declared, node, path);
        }
        if (node.isNull()) {
            return null;
        }
        Schema branch = RecordJson.withoutNull(declared);
        return plain(branch, unwrapped(branch, node), path);
    }

    /** Avro's own JSON writes a nullable value as {"string": "x"}; taken as well. */
    private static JsonNode unwrapped(Schema branch, JsonNode node) {
        boolean wrapped = node.isObject() && node.size() == 1 && node.has(branch.getFullName());
        return wrapped ? node.get(branch.getFullName()) : node;
    }

    private @Nullable Object plain(Schema schema, JsonNode node, String path) {
        return switch (schema.getType()) {
            case RECORD -> record(schema, node, path);
            case ARRAY -> array(schema, node, path);
            case MAP -> map(schema, node, path);
            case ENUM -> symbol(schema, node, path);
            case STRING -> text(node, path);
            case INT ->
                integer(node, path, Integer.MIN_VALUE, Integer.MAX_VALUE)
                        .map(Long::intValue)
                        .orElse(null);
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? time(node, path)
                        : milliseconds(node, path);
            case FLOAT -> decimal(node, path).map(Double::floatValue).orElse(null);
            case DOUBLE -> decimal(node, path).orElse(null);
            case BOOLEAN -> bool(node, path);
            case BYTES -> bytes(node, path);
            default -> problem(path, node, "the schema has type " + schema.getType() + " here", "leave it out");
        };
    }

    private @Nullable Object record(Schema schema, JsonNode node, String path) {
        if (!node.isObject()) {
            return problem(path, node, "expected an object with the fields of " + schema.getName(), fieldList(schema));
        }
        reportUnknownFields(schema, node, path);
        IndexedRecord record = (IndexedRecord) model.newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            String fieldPath = path.isEmpty() ? field.name() : path + "." + field.name();
            JsonNode given = node.get(field.name());
            Object value =
                    given == null ? defaultOf(schema, field, fieldPath) : value(field.schema(), given, fieldPath);
            // A primitive field takes no null; what is missing was reported.
            if (value != null || field.schema().isNullable()) {
                record.put(field.pos(), value);
            }
        }
        return record;
    }

    private @Nullable Object defaultOf(Schema schema, Schema.Field field, String path) {
        if (field.hasDefaultValue()) {
            return model.getDefaultValue(field);
        }
        problems.add(new FieldProblem(
                path, "", "missing, and " + schema.getName() + " has no default for it", describe(field)));
        return null;
    }

    private void reportUnknownFields(Schema schema, JsonNode node, String path) {
        node.fieldNames().forEachRemaining(name -> {
            if (schema.getField(name) == null) {
                String remedy = closest(schema, name)
                        .map(known -> "did you mean " + known + "?")
                        .orElse(fieldList(schema));
                problems.add(new FieldProblem(
                        path.isEmpty() ? name : path + "." + name,
                        display(node.get(name)),
                        schema.getName() + " has no such field",
                        remedy));
            }
        });
    }

    private @Nullable Object array(Schema schema, JsonNode node, String path) {
        if (!node.isArray()) {
            return problem(path, node, "expected a list", "write [a, b] or one line a value");
        }
        List<@Nullable Object> values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            values.add(value(schema.getElementType(), node.get(i), path + "[" + i + "]"));
        }
        return values;
    }

    private @Nullable Object map(Schema schema, JsonNode node, String path) {
        if (!node.isObject()) {
            return problem(path, node, "expected an object of names and values", "write name: value");
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        node.fields()
                .forEachRemaining(entry -> values.put(
                        entry.getKey(), value(schema.getValueType(), entry.getValue(), path + "." + entry.getKey())));
        return values;
    }

    private @Nullable Object symbol(Schema schema, JsonNode node, String path) {
        String wanted = node.asText().strip().toUpperCase(Locale.ROOT).replace('-', '_');
        if (node.isTextual() && schema.hasEnumSymbol(wanted)) {
            return model.createEnum(wanted, schema);
        }
        String choices = schema.getEnumSymbols().stream()
                .filter(symbol -> !symbol.equals(schema.getEnumDefault()))
                .collect(Collectors.joining(", "));
        return problem(path, node, "not a " + schema.getName(), "use one of " + choices);
    }

    private @Nullable Object text(JsonNode node, String path) {
        return node.isValueNode() && !node.isNull()
                ? node.asText()
                : problem(path, node, "expected text", "put it in quotes");
    }

    private Optional<Long> integer(JsonNode node, String path, long min, long max) {
        Optional<Long> number = wholeNumber(node);
        if (number.isEmpty()) {
            problem(path, node, "expected a whole number", "write it in digits");
            return Optional.empty();
        }
        if (number.get() < min || number.get() > max) {
            problem(path, node, "out of range", "use " + min + " to " + max);
            return Optional.empty();
        }
        return number;
    }

    private static Optional<Long> wholeNumber(JsonNode node) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return Optional.of(node.longValue());
        }
        if (node.isTextual() && node.asText().strip().matches("-?\\d{1,18}")) {
            return Optional.of(Long.parseLong(node.asText().strip()));
        }
        return Optional.empty();
    }

    private @Nullable Object milliseconds(JsonNode node, String path) {
        if (node.isTextual() && path.endsWith("Ms") && wholeNumber(node).isEmpty()) {
            Optional<Duration> duration = IsoTimes.parseDuration(node.asText());
            if (duration.isPresent()) {
                return duration.get().toMillis();
            }
            return problem(path, node, "not a duration", "write milliseconds, or a form such as 30s, 15m or PT1H");
        }
        return integer(node, path, Long.MIN_VALUE, Long.MAX_VALUE).orElse(null);
    }

    private @Nullable Object time(JsonNode node, String path) {
        Optional<Instant> time =
                node.isTextual() || node.isIntegralNumber() ? IsoTimes.parseTime(node.asText()) : Optional.empty();
        return time.isPresent()
                ? time.get()
                : problem(path, node, "not a time", "write 2026-01-31T12:00:00Z, or milliseconds since 1970");
    }

    private Optional<Double> decimal(JsonNode node, String path) {
        try {
            if (node.isNumber() || node.isTextual()) {
                double number = Double.parseDouble(node.asText());
                if (Double.isFinite(number)) {
                    return Optional.of(number);
                }
            }
        } catch (NumberFormatException notANumber) {
            // Reported below, like every other value that is no number.
        }
        problem(path, node, "expected a number", "write it in digits");
        return Optional.empty();
    }

    private @Nullable Object bool(JsonNode node, String path) {
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        String text = node.asText().strip().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> problem(path, node, "expected true or false", "write true or false");
        };
    }

    private @Nullable Object bytes(JsonNode node, String path) {
        try {
            if (node.isTextual()) {
                return ByteBuffer.wrap(Base64.getDecoder().decode(node.asText()));
            }
        } catch (IllegalArgumentException notBase64) {
            // Reported below, like every other value that is no Base64.
        }
        return problem(path, node, "expected bytes as Base64", "encode them as Base64");
    }

    private @Nullable Object problem(String path, JsonNode node, String message, String remedy) {
        problems.add(new FieldProblem(path, display(node), message, remedy));
        return null;
    }

    private static String display(@Nullable JsonNode node) {
        return node == null ? "" : node.toString();
    }

    private static String fieldList(Schema schema) {
        return "its fields are "
                + schema.getFields().stream().map(Schema.Field::name).collect(Collectors.joining(", "));
    }

    private static String describe(Schema.Field field) {
        String doc = field.doc();
        return doc == null ? "add it" : "add it: " + doc;
    }

    private static Optional<String> closest(Schema schema, String name) {
        return ClosestName.of(
                name.replaceAll("[-_ ]", ""),
                schema.getFields().stream().map(Schema.Field::name).toList());
    }
}
