package io.sweaifleet.topology.stream;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.RecordHeader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Makes dead letters: the record as received, and why it was refused. */
public final class DeadLetters {

    /** Longest stack trace kept, in characters. */
    private static final int STACK_TRACE_LIMIT = 16_384;

    private DeadLetters() {}

    /**
     * @param application who refuses it, such as {@code fleet-intake}
     * @param now when it is refused, ms since the epoch
     */
    public static DeadLetter of(
            Received record, Refusal refusal, String application, long now, @Nullable Throwable thrown) {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new RecordHeader(header.key(), buffer(header.value())));
        }
        return new DeadLetter(
                refusal.cause(),
                refusal.failure(),
                record.origin(),
                application,
                Instant.ofEpochMilli(now),
                refusal.pool(),
                refusal.tenant(),
                refusal.workflowId(),
                refusal.taskId(),
                buffer(record.key()),
                buffer(record.value()),
                headers,
                thrown == null ? null : stackTrace(thrown));
    }

    private static @Nullable ByteBuffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        String trace = text.toString();
        return trace.length() <= STACK_TRACE_LIMIT ? trace : trace.substring(0, STACK_TRACE_LIMIT);
    }
}
