package io.sweaifleet.topology.core;

/** A workflow changed each time it was read, so that no moment of it can be told. Asking again helps. */
public final class UnsteadyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnsteadyException(String workflow) {
        super("Workflow " + workflow + " changes faster than it can be read");
    }
}
