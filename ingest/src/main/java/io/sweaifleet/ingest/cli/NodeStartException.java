package io.sweaifleet.ingest.cli;

/** A part of the local node did not come up. The message names the part and the last lines of its log. */
public final class NodeStartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message which part failed, and how
     * @param remedy what to do about it
     */
    public NodeStartException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** As above, with the exception that told of it. */
    public NodeStartException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
