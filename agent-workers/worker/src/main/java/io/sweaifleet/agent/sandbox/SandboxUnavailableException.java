package io.sweaifleet.agent.sandbox;

/** The operator asked for a sandbox by name that does not work here. It is refused, never weakened. */
public final class SandboxUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SandboxUnavailableException(String message) {
        super(message);
    }
}
