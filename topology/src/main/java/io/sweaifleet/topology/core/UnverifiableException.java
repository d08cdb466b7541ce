package io.sweaifleet.topology.core;

/** A history cannot be verified, which says nothing about core. The message names what is missing. */
public final class UnverifiableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is missing, and where */
    public UnverifiableException(String message) {
        super(message);
    }

    /** As above, with the exception that told of it. */
    public UnverifiableException(String message, Throwable cause) {
        super(message, cause);
    }
}
