package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/**
 * One change of state that was decided.
 *
 * @param value the new value; null removes the entry
 */
public record Change<V>(Key<V> key, @Nullable V value) {}
