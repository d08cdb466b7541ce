package io.sweaifleet.agent.tool.edit;

/** A patch cannot be read, or does not fit the files. The message says what, where, and what to do. */
public final class PatchFault extends Exception {

    private static final long serialVersionUID = 1L;

    public PatchFault(String message) {
        super(message);
    }
}
