package io.sweaifleet.ingest.replay;

/** A range begins before what the topic still holds. The message tells from when on it has everything. */
public final class MissingRecordsException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what is missing, and the earliest position that is complete */
    public MissingRecordsException(String message) {
        super(message);
    }
}
