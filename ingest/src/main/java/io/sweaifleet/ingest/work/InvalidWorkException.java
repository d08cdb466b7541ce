package io.sweaifleet.ingest.work;

/** What was asked for cannot be submitted as it is. */
public final class InvalidWorkException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong, with field and value
     * @param remedy what to do about it
     */
    public InvalidWorkException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
