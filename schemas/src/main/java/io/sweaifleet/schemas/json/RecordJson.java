package io.sweaifleet.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro records as plain JSON. Fields keep the schema's names and order; a null field is written as {@code null}, so that
 * every document of a topic has the same shape; times are ISO-8601 in UTC with milliseconds; bytes are Base64.
 * {@link RecordJsonReader} reads the same form back.
 */
public final class RecordJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private RecordJson() {}

    /** The record as a JSON object. */
    public static ObjectNode toJson(IndexedRecord record) {
        ObjectNode object = JSON.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            object.set(field.name(), toJson(field.schema(), record.get(field.pos())));
        }
        return object;
    }

    private static JsonNode toJson(Schema declared, @Nullable Object value) {
        if (value == null) {
            return JSON.nullNode();
        }
        Schema schema = withoutNull(declared);
        return switch (schema.getType()) {
            case RECORD -> toJson((IndexedRecord) value);
            case ARRAY -> {
                ArrayNode array = JSON.arrayNode();
                ((Collection<?>) value).forEach(element -> array.add(toJson(schema.getElementType(), element)));
                yield array;
            }
            case MAP -> {
                ObjectNode object = JSON.objectNode();
                ((Map<?, ?>) value)
                        .forEach((key, element) -> object.set(key.toString(), toJson(schema.getValueType(), element)));
                yield object;
            }
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? JSON.textNode(iso(value))
                        : JSON.numberNode((Long) value);
            case INT -> JSON.numberNode((Integer) value);
            case DOUBLE -> JSON.numberNode((Double) value);
            case FLOAT -> JSON.numberNode((Float) value);
            case BOOLEAN -> JSON.booleanNode((Boolean) value);
            case BYTES -> JSON.textNode(base64((ByteBuffer) value));
            default -> JSON.textNode(value.toString());
        };
    }

    /** The branch of a nullable type that is not null; the contract has no other unions. */
    static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        return schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .findFirst()
                .orElse(schema);
    }

    /** ISO-8601 with milliseconds even when they are zero, so that times sort as text. */
    private static String iso(Object value) {
        Instant instant = value instanceof Instant time ? time : Instant.ofEpochMilli((Long) value);
        return IsoTimes.format(instant);
    }

    private static String base64(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }
}
