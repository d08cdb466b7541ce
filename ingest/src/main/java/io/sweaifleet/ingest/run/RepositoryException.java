package io.sweaifleet.ingest.run;

/** A repository cannot be worked on. */
public final class RepositoryException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong with which repository
     * @param remedy what to do about it
     */
    public RepositoryException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
