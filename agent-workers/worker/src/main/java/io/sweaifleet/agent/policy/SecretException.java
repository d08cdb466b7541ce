package io.sweaifleet.agent.policy;

import io.sweaifleet.schemas.common.Failure;

/** A secret is missing, or is where it must not be: the attempt ends with this failure, whatever asked for it. */
public final class SecretException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /** @param failure what the attempt ends with; it names the secret, never its value */
    public SecretException(Failure failure) {
        super(failure.getMessage());
        this.failure = failure;
    }

    /** What the attempt ends with. */
    public Failure failure() {
        return failure;
    }
}
