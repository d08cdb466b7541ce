package io.sweaifleet.schemas.expression;

/** An expression has no value for the variables given: a name that is not there, a text that is no number, a bound reached. */
public final class ExpressionFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    ExpressionFailedException(String message) {
        super(message);
    }

    ExpressionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
