package io.sweaifleet.schemas.error;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The registry does not know the schema id that a record bears: the record cannot be read until somebody registers it. */
public final class UnknownSchemaException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong, with the ids involved, and what to do. */
    public UnknownSchemaException(String message) {
        super(message);
    }

    /** Says what is wrong, with the ids involved, and what to do. */
    public UnknownSchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
