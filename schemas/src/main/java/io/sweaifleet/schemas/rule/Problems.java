package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.text.Shortened;
import org.jspecify.annotations.Nullable;

/** Failures that lie in a record: repeating it cannot help. */
public final class Problems {

    private Problems() {}

    /** A problem of the record as a whole. */
    public static Failure of(String code, String message, String remedy) {
        return new Failure(FailureClass.PERMANENT, code, message, remedy, null, null);
    }

    /**
     * A problem of one field.
     *
     * @param value the offending value; shortened to 200 characters
     */
    public static Failure of(String code, String message, String remedy, String field, @Nullable Object value) {
        return new Failure(
                FailureClass.PERMANENT, code, message, remedy, field, Shortened.to(200, String.valueOf(value)));
    }
}
