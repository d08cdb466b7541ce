package io.sweaifleet.agent.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * A sandbox does not work, or stopped working in the middle of an attempt: the trouble of the host, never of the command.
 * It ends the attempt with an ENVIRONMENT failure.
 */
public final class SandboxFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param message what does not work, with the sandbox's name
     * @param remedy what an operator can do about it
     */
    public SandboxFailedException(String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    public SandboxFailedException(String message, String remedy) {
        this(message, remedy, null);
    }

    /** What an operator can do about it. */
    public String remedy() {
        return remedy;
    }
}
