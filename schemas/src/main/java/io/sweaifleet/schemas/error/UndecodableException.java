package io.sweaifleet.schemas.error;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A record is not in the wire format, or not what its schema says, or of another type than the topic's. Reading it again cannot help. */
public final class UndecodableException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong, with the ids involved, and what to do. */
    public UndecodableException(String message) {
        super(message);
    }

    /** Says what is wrong, with the ids involved, and what to do. */
    public UndecodableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
