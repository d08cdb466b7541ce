package io.sweaifleet.deploy.node;

/** A part that cannot be started or kept running. The message names it and says why; the remedy says what to do. */
final class PartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String remedy;

    PartException(String message, String remedy) {
        super(message);
        this.what = message;
        this.remedy = remedy;
    }

    PartException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.what = message;
        this.remedy = remedy;
    }

    @Override
    public String getMessage() {
        return what;
    }

    String remedy() {
        return remedy;
    }
}
