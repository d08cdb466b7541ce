package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.task.TaskResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt on a cluster has reported since it was asked last, in order. Crosses the actor's border as bytes, so that Ray
 * has nothing to serialize.
 *
 * @param known whether the actor has the attempt; one that was made anew has not
 * @param reports what it reported
 * @param end how it ended, or null while it runs
 */
record Batch(boolean known, List<Report> reports, @Nullable AttemptEnd end) {

    /** The actor does not have the attempt. */
    static final Batch UNKNOWN = new Batch(false, List.of(), null);

    Batch {
        reports = List.copyOf(reports);
    }

    /** One report. */
    sealed interface Report {}

    /** What is done now. */
    record Progress(String step) implements Report {}

    /** What was used so far. */
    record Used(Usage usage) implements Report {}

    /** A decision or tool call; writer, partition, sequence and hashes are still to be set. */
    record Audit(AuditEvent event) implements Report {}

    /** A fact. */
    record Stated(KnowledgeFact fact) implements Report {}

    /** A request for an approval; the answer goes back by a call of its own. */
    record Asking(ApprovalRequest request) implements Report {}

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(known);
            out.writeInt(reports.size());
            for (Report report : reports) {
                write(out, report);
            }
            out.writeBoolean(end != null);
            if (end != null) {
                out.writeUTF(end.status().name());
                write(out, end.brain());
                write(out, end.result());
                write(out, end.failure());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Batch decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            boolean known = in.readBoolean();
            int size = in.readInt();
            List<Report> reports = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                reports.add(report(in));
            }
            return new Batch(known, reports, in.readBoolean() ? end(in) : null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(DataOutputStream out, Report report) throws IOException {
        if (report instanceof Progress progress) {
            out.writeByte('p');
            write(out, progress.step().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } else if (report instanceof Used used) {
            out.writeByte('u');
            write(out, used.usage());
        } else if (report instanceof Audit audit) {
            out.writeByte('a');
            write(out, audit.event());
        } else if (report instanceof Stated stated) {
            out.writeByte('f');
            write(out, stated.fact());
        } else if (report instanceof Asking asking) {
            out.writeByte('q');
            write(out, asking.request());
        }
    }

    private static Report report(DataInputStream in) throws IOException {
        int kind = in.readByte();
        byte[] bytes = bytes(in);
        return switch (kind) {
            case 'p' -> new Progress(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            case 'u' -> new Used(Usage.fromByteBuffer(ByteBuffer.wrap(bytes)));
            case 'a' -> new Audit(AuditEvent.fromByteBuffer(ByteBuffer.wrap(bytes)));
            case 'f' -> new Stated(KnowledgeFact.fromByteBuffer(ByteBuffer.wrap(bytes)));
            case 'q' -> new Asking(ApprovalRequest.fromByteBuffer(ByteBuffer.wrap(bytes)));
            default ->
                throw new IOException("a report of kind " + kind + " is not known: actor and worker differ in version");
        };
    }

    private static AttemptEnd end(DataInputStream in) throws IOException {
        AttemptEnd.Status status = AttemptEnd.Status.valueOf(in.readUTF());
        BrainStamp brain = BrainStamp.fromByteBuffer(ByteBuffer.wrap(bytes(in)));
        byte[] result = bytes(in);
        byte[] failure = bytes(in);
        return new AttemptEnd(
                status,
                result.length == 0 ? null : TaskResult.fromByteBuffer(ByteBuffer.wrap(result)),
                failure.length == 0 ? null : Failure.fromByteBuffer(ByteBuffer.wrap(failure)),
                brain);
    }

    /** A record with its schema's fingerprint; nothing for null. */
    private static void write(DataOutputStream out, @Nullable SpecificRecordBase record) throws IOException {
        write(out, record == null ? new byte[0] : Records.bytes(record));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }
}
