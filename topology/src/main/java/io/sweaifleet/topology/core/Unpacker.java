package io.sweaifleet.topology.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Packer} wrote; anything else is an {@link IllegalArgumentException}. */
final class Unpacker {

    private final byte[] bytes;
    private int at;
    private int version;

    Unpacker(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the version byte.
     *
     * @param newest the newest that is known
     */
    void readVersion(int newest) {
        version = raw();
        if (version < 1 || version > newest) {
            throw new IllegalArgumentException("Version " + version + " of the layout is not known");
        }
    }

    /** The version that was read. */
    int version() {
        return version;
    }

    int raw() {
        need(1);
        return bytes[at++] & 0xFF;
    }

    long ordered() {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value ^ Long.MIN_VALUE;
    }

    String keyText() {
        int end = at;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        String text = new String(bytes, at, end - at, StandardCharsets.UTF_8);
        at = end + 1;
        return text;
    }

    String lastKeyText() {
        String text = new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8);
        at = bytes.length;
        return text;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = raw();
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IllegalArgumentException("A number is longer than 10 bytes");
    }

    int small() {
        return Math.toIntExact(number());
    }

    double decimal() {
        return Double.longBitsToDouble(ordered());
    }

    boolean flag() {
        return raw() != 0;
    }

    String text() {
        int length = small();
        need(length);
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    <E extends Enum<E>> E constant(Class<E> type) {
        return Enum.valueOf(type, text());
    }

    @Nullable
    String maybeText() {
        return maybe(this::text);
    }

    <T> @Nullable T maybe(Supplier<T> reader) {
        return flag() ? reader.get() : null;
    }

    <T> List<T> list(Supplier<T> reader) {
        int count = small();
        need(Math.max(0, count));
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(reader.get());
        }
        return values;
    }

    Map<String, String> texts() {
        int count = small();
        need(Math.max(0, count));
        if (count == 0) {
            return Map.of();
        }
        Map<String, String> map = new LinkedHashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            map.put(text(), text());
        }
        return map;
    }

    private void need(int more) {
        if (more < 0 || bytes.length - at < more) {
            throw new IllegalArgumentException(
                    "The entry ends after " + bytes.length + " bytes, " + more + " more were expected at " + at);
        }
    }
}
