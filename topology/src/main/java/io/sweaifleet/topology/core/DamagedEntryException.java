package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Key;

/** An entry of the store cannot be read. */
final class DamagedEntryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DamagedEntryException(Key<?> key, RuntimeException cause) {
        super("The state entry " + key + " cannot be read: " + cause.getMessage(), cause);
    }
}
