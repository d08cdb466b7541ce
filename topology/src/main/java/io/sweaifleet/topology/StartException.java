package io.sweaifleet.topology;

/** The process cannot start; the message says why and what to do. */
public final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says why, and what to do. */
    public StartException(String message) {
        super(message);
    }

    /** Says why, and what to do. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
