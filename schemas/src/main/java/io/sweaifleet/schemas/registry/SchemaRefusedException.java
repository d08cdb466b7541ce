package io.sweaifleet.schemas.registry;

import org.apache.kafka.common.errors.SerializationException;

/** The registry was asked and refused a schema, most often because it is not compatible with an earlier version. */
public final class SchemaRefusedException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Says which subject, why, and what to do. */
    public SchemaRefusedException(String message) {
        super(message);
    }
}
