package io.sweaifleet.agent.worker.ray;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** Avro records as bytes that name their schema by its fingerprint (Avro's single-object encoding). */
final class Records {

    private Records() {}

    static byte[] bytes(SpecificRecordBase record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        SpecificData model = SpecificData.getForClass(record.getClass());
        try {
            new BinaryMessageEncoder<SpecificRecordBase>(model, record.getSchema()).encode(record, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
