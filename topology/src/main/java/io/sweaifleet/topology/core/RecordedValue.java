package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.serde.WireFormat;
import io.sweaifleet.topology.core.Verification.Difference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Compares what was recorded with what a replay gives, in the schema of the recording: a field that a later release added says
 * nothing about whether the same happened.
 */
final class RecordedValue {

    private final SchemaRegistryClient registry;

    RecordedValue(Map<String, ?> serdes) {
        this.registry = SchemaRegistryClient.of(serdes);
    }

    /** The fields that differ; empty when none does. */
    List<Difference> compare(long sequence, String cause, byte[] recorded, SpecificRecord replayed) {
        Schema writer = registry.schemaById(WireFormat.schemaId(recorded)
                .orElseThrow(() -> new UnverifiableException("A record of core is not in the wire format")));
        GenericRecord expected = read(writer, writer, recorded, WireFormat.HEADER_BYTES);
        byte[] bytes = bytes(replayed);
        GenericRecord actual = read(replayed.getSchema(), writer, bytes, 0);
        List<Difference> differences = new ArrayList<>();
        for (Schema.Field field : writer.getFields()) {
            Object was = expected.get(field.pos());
            Object is = actual.get(field.pos());
            if (!Objects.equals(was, is)) {
                differences.add(new Difference(
                        sequence,
                        cause,
                        writer.getName() + "." + field.name(),
                        String.valueOf(was),
                        String.valueOf(is)));
            }
        }
        return differences;
    }

    private static GenericRecord read(Schema writer, Schema reader, byte[] bytes, int from) {
        try {
            // A model of its own: times stay numbers.
            return new GenericDatumReader<GenericRecord>(writer, reader, new GenericData())
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, from, bytes.length - from, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(SpecificRecord value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(value.getSchema(), SpecificData.getForClass(value.getClass()))
                    .write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
