package io.sweaifleet.topology.generation;

/** The topics cannot be enlarged, or not yet. */
public final class EnlargementException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    EnlargementException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    EnlargementException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
