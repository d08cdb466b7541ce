package io.sweaifleet.topology.core.domain;

/** An entry of the state cannot be read. */
public final class DamagedEntryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Key<?> key;

    /** Names the entry. */
    public DamagedEntryException(Key<?> key, RuntimeException cause) {
        super("The state entry " + key + " cannot be read: " + cause.getMessage(), cause);
        this.key = key;
    }

    /** The entry. */
    public Key<?> key() {
        return key;
    }
}
