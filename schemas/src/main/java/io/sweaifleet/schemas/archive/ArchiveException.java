package io.sweaifleet.schemas.archive;

/** An archive cannot be read or written as it stands. The message names the file or the offsets. */
public final class ArchiveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what is wrong, with the file or the offsets concerned
     * @param remedy what to do about it
     */
    public ArchiveException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    /** As above, with the exception that told of it. */
    public ArchiveException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
