package io.sweaifleet.agent.worker.audit;

import io.sweaifleet.schemas.record.AuditEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * Verifies chains of audit events: give it the records of each partition in order. Every writer has one chain per
 * partition, which begins with sequence 1. Not thread-safe.
 *
 * <p>The hash of an event is the SHA-256 over its Avro binary with an empty {@code hash} and the entries of
 * {@code arguments} in ascending order of their keys (Avro leaves the order of a map open).
 */
public final class AuditChain {

    /** Previous hash of the first event of a chain. */
    public static final String GENESIS = "0".repeat(64);

    private static final int ARGUMENTS =
            AuditEvent.getClassSchema().getField("arguments").pos();
    private static final int HASH = AuditEvent.getClassSchema().getField("hash").pos();

    private record ChainId(String writer, int partition) {}

    private record Link(long sequence, String hash) {}

    private final Map<ChainId, Link> heads = new HashMap<>();

    /**
     * Something wrong with a chain.
     *
     * @param eventId event at which it was noticed
     * @param writer writer of the chain
     * @param partition partition of the chain
     * @param sequence sequence of the event
     * @param problem what is wrong
     */
    public record Break(String eventId, String writer, int partition, long sequence, String problem) {}

    /** Checks the next event, read from a partition; says what is wrong with it. After a break the chain goes on from this event. */
    public Optional<Break> check(AuditEvent event, int readFromPartition) {
        ChainId id = new ChainId(event.getWriter(), event.getPartition());
        Link head = heads.getOrDefault(id, new Link(0, GENESIS));
        heads.put(id, new Link(event.getSequence(), event.getHash()));
        String problem = null;
        if (event.getPartition() != readFromPartition) {
            problem = "it names partition " + event.getPartition() + " but was read from " + readFromPartition;
        } else if (!event.getHash().equals(hash(event))) {
            problem = "its content does not have the hash it names";
        } else if (event.getSequence() != head.sequence() + 1) {
            problem = "sequence " + (head.sequence() + 1) + " was expected";
        } else if (!event.getPreviousHash().equals(head.hash())) {
            problem = "it does not follow on the event before it";
        }
        return Optional.ofNullable(problem)
                .map(what ->
                        new Break(event.getId(), event.getWriter(), event.getPartition(), event.getSequence(), what));
    }

    /** Hash that an event must carry. */
    public static String hash(AuditEvent event) {
        AuditEvent canonical = shallowCopy(event);
        canonical.put(ARGUMENTS, new TreeMap<>(event.getArguments()));
        canonical.put(HASH, "");
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new SpecificDatumWriter<>(AuditEvent.class).write(canonical, encoder);
            encoder.flush();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The event with another hash. */
    static AuditEvent withHash(AuditEvent event, String hash) {
        AuditEvent hashed = shallowCopy(event);
        hashed.put(HASH, hash);
        return hashed;
    }

    // Avro's builder would copy every map and array.
    private static AuditEvent shallowCopy(AuditEvent event) {
        AuditEvent copy = new AuditEvent();
        for (int field = 0; field < AuditEvent.getClassSchema().getFields().size(); field++) {
            copy.put(field, event.get(field));
        }
        return copy;
    }
}
