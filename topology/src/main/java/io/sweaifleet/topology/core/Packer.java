package io.sweaifleet.topology.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the compact form of state entries: variable-length numbers, length-prefixed UTF-8. */
final class Packer {

    private byte[] bytes;
    private int size;

    /** Writes a value. */
    Packer() {
        this(256);
    }

    /** Writes something of about so many bytes. */
    Packer(int expected) {
        bytes = new byte[expected];
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    Packer raw(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /** Eight bytes whose unsigned order is the order of the numbers. */
    Packer ordered(long value) {
        reserve(8);
        long flipped = value ^ Long.MIN_VALUE;
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (flipped >>> shift);
        }
        return this;
    }

    /** Text of a key, closed by a zero byte so that no text is the beginning of another. */
    Packer keyText(String text) {
        return lastKeyText(text).raw(0);
    }

    /** Text at the end of a key. */
    Packer lastKeyText(String text) {
        return ascii(text) ? this : all(text.getBytes(StandardCharsets.UTF_8));
    }

    Packer number(long value) {
        reserve(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    Packer decimal(double value) {
        return ordered(Double.doubleToRawLongBits(value));
    }

    Packer flag(boolean value) {
        return raw(value ? 1 : 0);
    }

    Packer text(String text) {
        int before = size;
        if (number(text.length()).ascii(text)) {
            return this;
        }
        size = before;
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return number(utf8.length).all(utf8);
    }

    Packer constant(Enum<?> value) {
        return text(value.name());
    }

    Packer maybeText(@Nullable String text) {
        return maybe(text, this::text);
    }

    <T> Packer maybe(@Nullable T value, Consumer<T> writer) {
        flag(value != null);
        if (value != null) {
            writer.accept(value);
        }
        return this;
    }

    <T> Packer list(Collection<T> values, Consumer<T> writer) {
        number(values.size());
        values.forEach(writer);
        return this;
    }

    Packer texts(Map<String, String> map) {
        number(map.size());
        map.forEach((key, value) -> text(key).text(value));
        return this;
    }

    /** Writes a text of which each character is one byte, as nearly all are, without a copy; writes nothing of another. */
    private boolean ascii(String text) {
        int length = text.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            char character = text.charAt(i);
            if (character >= 0x80) {
                return false;
            }
            bytes[size + i] = (byte) character;
        }
        size += length;
        return true;
    }

    private Packer all(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
        return this;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
