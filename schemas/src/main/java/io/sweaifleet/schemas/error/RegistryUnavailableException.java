package io.sweaifleet.schemas.error;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The registry could not be asked. It says nothing about the record: callers wait and try again, and never set the record aside. */
public final class RegistryUnavailableException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong, with the ids involved, and what to do. */
    public RegistryUnavailableException(String message) {
        super(message);
    }

    /** Says what is wrong, with the ids involved, and what to do. */
    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
