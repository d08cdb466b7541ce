package io.sweaifleet.agent.playbook;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;

/** The work cannot be done. {@link #skipped()} tells a task that had nothing it could do from one that failed. */
public final class PlaybookFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;
    private final boolean skipped;

    private PlaybookFailure(Failure failure, boolean skipped) {
        super(failure.getCode() + ": " + failure.getMessage());
        this.failure = failure;
        this.skipped = skipped;
    }

    /** The task fails. */
    public static PlaybookFailure failed(FailureClass failureClass, String code, String message, String remedy) {
        return new PlaybookFailure(of(failureClass, code, message, remedy), false);
    }

    /** The task ends as SKIPPED: there is nothing here it could be done on, or with. */
    public static PlaybookFailure skipped(String code, String message, String remedy) {
        return new PlaybookFailure(of(FailureClass.ENVIRONMENT, code, message, remedy), true);
    }

    /** An input of the task that cannot be used. */
    public static PlaybookFailure badInput(String field, String value, String message, String remedy) {
        Failure failure = of(FailureClass.PERMANENT, "INVALID_INPUT", message, remedy);
        failure = Failure.newBuilder(failure)
                .setField(field)
                .setValue(value.length() > 200 ? value.substring(0, 200) : value)
                .build();
        return new PlaybookFailure(failure, false);
    }

    private static Failure of(FailureClass failureClass, String code, String message, String remedy) {
        return Failure.newBuilder()
                .setFailureClass(failureClass)
                .setCode(code)
                .setMessage(message)
                .setRemedy(remedy)
                .build();
    }

    /** What to report. */
    public Failure failure() {
        return failure;
    }

    /** True when the task ends as SKIPPED. */
    public boolean skipped() {
        return skipped;
    }
}
