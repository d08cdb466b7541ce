package io.sweaifleet.deploy.tests;

import io.sweaifleet.schemas.error.UndecodableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** The wire format with one schema id for everything: several processes understand each other without a registry. */
public final class FixedIdSerde implements Serde<SpecificRecord> {

    private static final int HEAD = 5;

    private Class<?> type = SpecificRecord.class;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        type = configs.values().stream()
                .filter(Class.class::isInstance)
                .map(Class.class::cast)
                .filter(SpecificRecord.class::isAssignableFrom)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public Serializer<SpecificRecord> serializer() {
        Schema schema = SpecificData.get().getSchema(type);
        SpecificDatumWriter<SpecificRecord> writer = new SpecificDatumWriter<>(schema);
        return (topic, record) -> {
            if (record == null) {
                return null;
            }
            try {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.write(new byte[] {0, 0, 0, 0, 1});
                writer.write(record, EncoderFactory.get().directBinaryEncoder(out, null));
                return out.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public Deserializer<SpecificRecord> deserializer() {
        SpecificDatumReader<SpecificRecord> reader =
                new SpecificDatumReader<>(SpecificData.get().getSchema(type));
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            try {
                return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, HEAD, bytes.length - HEAD, null));
            } catch (IOException | RuntimeException e) {
                throw new UndecodableException("Not a " + type.getSimpleName() + ": " + e, e);
            }
        };
    }
}
