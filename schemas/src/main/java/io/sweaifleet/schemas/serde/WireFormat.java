package io.sweaifleet.schemas.serde;

import java.io.ByteArrayOutputStream;
import java.util.OptionalInt;

/** The first five bytes of a value: magic byte 0, then the schema's id, big endian. Avro binary follows. */
public final class WireFormat {

    /** Bytes before the Avro binary. */
    public static final int HEADER_BYTES = 5;

    private static final byte MAGIC = 0;

    private WireFormat() {}

    /** The id of the schema that a value was written with; empty when the bytes are not in the wire format. */
    public static OptionalInt schemaId(byte[] value) {
        return value.length < HEADER_BYTES || value[0] != MAGIC ? OptionalInt.empty() : OptionalInt.of(id(value));
    }

    static int id(byte[] value) {
        return (value[1] & 0xff) << 24 | (value[2] & 0xff) << 16 | (value[3] & 0xff) << 8 | (value[4] & 0xff);
    }

    static void writeHeader(ByteArrayOutputStream out, int id) {
        out.write(MAGIC);
        out.write(id >>> 24);
        out.write(id >>> 16);
        out.write(id >>> 8);
        out.write(id);
    }
}
