package io.sweaifleet.connect.neo4j;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Turns Connect values into parameters of the Neo4j driver. Times become zoned date-times in UTC. */
final class CypherValues {

    private CypherValues() {}

    static @Nullable Object of(@Nullable Object value) {
        if (value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Double) {
            return value;
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof Date date) {
            return Instant.ofEpochMilli(date.getTime()).atZone(ZoneOffset.UTC);
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        if (value instanceof Struct struct) {
            Map<String, @Nullable Object> map = new HashMap<>();
            for (Field field : struct.schema().fields()) {
                map.put(field.name(), of(struct.get(field)));
            }
            return map;
        }
        if (value instanceof Map<?, ?> entries) {
            Map<String, @Nullable Object> map = new HashMap<>();
            entries.forEach((key, element) -> map.put(String.valueOf(key), of(element)));
            return map;
        }
        if (value instanceof Iterable<?> elements) {
            List<@Nullable Object> list = new ArrayList<>();
            elements.forEach(element -> list.add(of(element)));
            return list;
        }
        throw new DataException("a value of type " + value.getClass().getName()
                + " cannot be given to Cypher; use a converter that yields structs, maps, lists and scalars");
    }
}
