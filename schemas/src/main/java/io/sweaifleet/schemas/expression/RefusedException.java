package io.sweaifleet.schemas.expression;

/** A function of ours refused its arguments, or what would come of them; the message says why. */
final class RefusedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }

    RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
