package io.sweaifleet.schemas.serde;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Finds arrays whose items may take no bytes at all. A value of a few bytes can then claim billions of items, which no
 * count of the bytes left can contradict; no schema of the fleet needs one.
 */
final class ZeroByteItems {

    private ZeroByteItems() {}

    static boolean in(Schema schema) {
        return in(schema, new HashSet<>());
    }

    private static boolean in(Schema schema, Set<String> seen) {
        return switch (schema.getType()) {
            case RECORD ->
                seen.add(schema.getFullName())
                        && schema.getFields().stream().anyMatch(field -> in(field.schema(), seen));
            case ARRAY -> mayBeEmpty(schema.getElementType(), new HashSet<>()) || in(schema.getElementType(), seen);
            case MAP -> in(schema.getValueType(), seen);
            case UNION -> schema.getTypes().stream().anyMatch(branch -> in(branch, seen));
            default -> false;
        };
    }

    private static boolean mayBeEmpty(Schema schema, Set<String> seen) {
        return switch (schema.getType()) {
            case NULL -> true;
            case FIXED -> schema.getFixedSize() == 0;
            // A record met again inside itself counts as empty, as it adds no bytes of its own.
            case RECORD ->
                !seen.add(schema.getFullName())
                        || schema.getFields().stream().allMatch(field -> mayBeEmpty(field.schema(), seen));
            default -> false;
        };
    }
}
