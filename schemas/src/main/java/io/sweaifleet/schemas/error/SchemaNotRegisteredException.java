package io.sweaifleet.schemas.error;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A record cannot be written because its schema is not registered for the topic. Registering it helps; trying again does not. */
public final class SchemaNotRegisteredException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong, with the ids involved, and what to do. */
    public SchemaNotRegisteredException(String message) {
        super(message);
    }

    /** Says what is wrong, with the ids involved, and what to do. */
    public SchemaNotRegisteredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
