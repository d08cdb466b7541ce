package io.sweaifleet.connect.avro;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.serde.FleetAvroDeserializer;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;

/** Reads Avro in Confluent's wire format into Connect values. Only for sinks: it does not write. Configured by the keys of Confluent's converter, such as {@code schema.registry.url}. */
public final class AvroConverter implements Converter {

    private final FleetAvroDeserializer<IndexedRecord> deserializer = new FleetAvroDeserializer<>();
    private final ConnectSchemas schemas = new ConnectSchemas();

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        Map<String, Object> generic = new HashMap<>(configs);
        generic.put("specific.avro.reader", "false");
        deserializer.configure(generic, isKey);
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new DataException("this converter only reads; use it for a sink");
    }

    /**
     * Decodes one value.
     *
     * @throws RetriableException when the registry is away: Connect tries again
     * @throws DataException when the bytes are not Avro of a known schema
     */
    @Override
    public SchemaAndValue toConnectData(String topic, byte @Nullable [] value) {
        if (value == null) {
            return SchemaAndValue.NULL;
        }
        @Nullable IndexedRecord record;
        try {
            record = deserializer.deserialize(topic, value);
        } catch (RegistryUnavailableException e) {
            throw new RetriableException(e.getMessage(), e);
        } catch (SerializationException e) {
            throw new DataException(e.getMessage(), e);
        }
        if (record == null) {
            return SchemaAndValue.NULL;
        }
        Schema schema = schemas.of(record.getSchema());
        return new SchemaAndValue(schema, convert(schema, record));
    }

    private @Nullable Object convert(Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        return switch (schema.type()) {
            case STRUCT -> struct(schema, (IndexedRecord) value);
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                ((Collection<?>) value).forEach(element -> list.add(convert(schema.valueSchema(), element)));
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new HashMap<>();
                ((Map<?, ?>) value)
                        .forEach(
                                (key, element) -> map.put(String.valueOf(key), convert(schema.valueSchema(), element)));
                yield map;
            }
            case STRING -> value.toString();
            case BYTES -> value instanceof GenericFixed fixed ? ByteBuffer.wrap(fixed.bytes()) : value;
            case INT64 ->
                org.apache.kafka.connect.data.Timestamp.LOGICAL_NAME.equals(schema.name()) ? date(value) : value;
            default -> value;
        };
    }

    // With the logical conversion registered the value is an Instant, without it a number.
    private static Date date(Object value) {
        return value instanceof Instant instant ? Date.from(instant) : new Date((Long) value);
    }

    private Struct struct(Schema schema, IndexedRecord record) {
        Struct struct = new Struct(schema);
        for (org.apache.kafka.connect.data.Field field : schema.fields()) {
            struct.put(field, convert(field.schema(), record.get(field.index())));
        }
        return struct;
    }
}
