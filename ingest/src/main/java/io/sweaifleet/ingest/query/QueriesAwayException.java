package io.sweaifleet.ingest.query;

/** The topology's queries cannot be reached, or are not answered now. */
public final class QueriesAwayException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message why, with the address */
    QueriesAwayException(String message) {
        super(message);
    }
}
