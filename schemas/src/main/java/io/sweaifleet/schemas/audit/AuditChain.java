package io.sweaifleet.schemas.audit;

import io.sweaifleet.schemas.record.AuditCheckpoint;
import io.sweaifleet.schemas.record.AuditEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Hashes of chained audit events. Every writer has one chain per partition, which begins with sequence 1.
 *
 * <p>The hash of an event is the SHA-256 over its Avro binary with an empty {@code hash} and the entries of
 * {@code arguments} in ascending order of their keys (Avro leaves the order of a map open). A field that came after
 * {@code hash} counts only when it differs from its default: then all fields up to it follow, so that events written
 * before there was such a field keep their hash.
 */
public final class AuditChain {

    /** Previous hash of the first event of a chain. */
    public static final String GENESIS = "0".repeat(64);

    private static final Schema SCHEMA = AuditEvent.getClassSchema();
    private static final int ARGUMENTS = SCHEMA.getField("arguments").pos();
    private static final int HASH = SCHEMA.getField("hash").pos();
    private static final int CHECKPOINT = SCHEMA.getField("checkpoint").pos();
    /** The record with its first fields only, by their number. */
    private static final List<Schema> PREFIXES = prefixes();

    private AuditChain() {}

    /** Hash that an event must carry. */
    public static String hash(AuditEvent event) {
        AuditEvent canonical = shallowCopy(event);
        canonical.put(ARGUMENTS, new TreeMap<>(event.getArguments()));
        canonical.put(HASH, "");
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            SpecificDatumWriter<AuditEvent> writer =
                    new SpecificDatumWriter<>(PREFIXES.get(fields(event) - HASH - 1), dataOf());
            writer.write(canonical, encoder);
            encoder.flush();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The event with another hash. */
    public static AuditEvent withHash(AuditEvent event, String hash) {
        AuditEvent hashed = shallowCopy(event);
        hashed.put(HASH, hash);
        return hashed;
    }

    /** The event with another checkpoint. */
    static AuditEvent withCheckpoint(AuditEvent event, AuditCheckpoint checkpoint) {
        AuditEvent other = shallowCopy(event);
        other.put(CHECKPOINT, checkpoint);
        return other;
    }

    private static SpecificData dataOf() {
        return SpecificData.getForClass(AuditEvent.class);
    }

    /** Number of leading fields that count. */
    private static int fields(AuditEvent event) {
        int last = SCHEMA.getFields().size() - 1;
        while (last > HASH
                && Objects.equals(
                        event.get(last),
                        dataOf().getDefaultValue(SCHEMA.getFields().get(last)))) {
            last--;
        }
        return last + 1;
    }

    private static List<Schema> prefixes() {
        List<Schema> prefixes = new ArrayList<>();
        for (int count = HASH + 1; count <= SCHEMA.getFields().size(); count++) {
            Schema prefix = Schema.createRecord(SCHEMA.getName(), SCHEMA.getDoc(), SCHEMA.getNamespace(), false);
            prefix.setFields(SCHEMA.getFields().subList(0, count).stream()
                    .map(field -> new Schema.Field(field, field.schema()))
                    .toList());
            prefixes.add(prefix);
        }
        return List.copyOf(prefixes);
    }

    // Avro's builder would copy every map and array.
    private static AuditEvent shallowCopy(AuditEvent event) {
        AuditEvent copy = new AuditEvent();
        for (int field = 0; field < SCHEMA.getFields().size(); field++) {
            copy.put(field, event.get(field));
        }
        return copy;
    }
}
