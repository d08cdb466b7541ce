package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;

/** A step cannot be done as its definition says: it fails with this failure. */
final class StepProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    StepProblemException(Failure failure) {
        super(failure.getMessage());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
