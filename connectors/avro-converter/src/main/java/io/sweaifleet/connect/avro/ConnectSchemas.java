package io.sweaifleet.connect.avro;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/** Connect schemas for Avro schemas, as Confluent's converter names them: records are structs, enums are strings, timestamps are Connect timestamps. Not thread-safe. */
final class ConnectSchemas {

    /** Schemas already translated; identity is enough, since the deserializer keeps one parsed schema per id. */
    private final Map<Key, org.apache.kafka.connect.data.Schema> known = new HashMap<>();

    private record Key(Schema schema, boolean optional) {}

    org.apache.kafka.connect.data.Schema of(Schema schema) {
        return of(schema, false);
    }

    private org.apache.kafka.connect.data.Schema of(Schema schema, boolean optional) {
        Key key = new Key(schema, optional);
        org.apache.kafka.connect.data.Schema found = known.get(key);
        if (found == null) {
            found = translate(schema, optional);
            known.put(key, found);
        }
        return found;
    }

    private org.apache.kafka.connect.data.Schema translate(Schema schema, boolean optional) {
        if (schema.getType() == Schema.Type.UNION) {
            return of(branch(schema), true);
        }
        SchemaBuilder builder = builder(schema);
        return (optional ? builder.optional() : builder).build();
    }

    private SchemaBuilder builder(Schema schema) {
        switch (schema.getType()) {
            case RECORD -> {
                SchemaBuilder struct = SchemaBuilder.struct().name(schema.getFullName());
                schema.getFields().forEach(field -> struct.field(field.name(), of(field.schema(), false)));
                return struct;
            }
            case ARRAY -> {
                return SchemaBuilder.array(of(schema.getElementType(), false));
            }
            case MAP -> {
                return SchemaBuilder.map(
                        org.apache.kafka.connect.data.Schema.STRING_SCHEMA, of(schema.getValueType(), false));
            }
            case ENUM, STRING -> {
                return SchemaBuilder.string();
            }
            case BYTES, FIXED -> {
                return SchemaBuilder.bytes();
            }
            case INT -> {
                return SchemaBuilder.int32();
            }
            case LONG -> {
                return schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? Timestamp.builder()
                        : SchemaBuilder.int64();
            }
            case FLOAT -> {
                return SchemaBuilder.float32();
            }
            case DOUBLE -> {
                return SchemaBuilder.float64();
            }
            case BOOLEAN -> {
                return SchemaBuilder.bool();
            }
            default -> throw new DataException("Avro type " + schema.getType() + " has no Connect type");
        }
    }

    /** The non-null branch of a union: the contract has no others. */
    static Schema branch(Schema union) {
        Schema found = null;
        for (Schema candidate : union.getTypes()) {
            if (candidate.getType() != Schema.Type.NULL) {
                if (found != null) {
                    throw new DataException("a union of several types has no Connect type: " + union);
                }
                found = candidate;
            }
        }
        if (found == null) {
            throw new DataException("a union of null alone has no Connect type");
        }
        return found;
    }
}
