package io.sweaifleet.topology.core.domain;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Core's state as it stands, for reading only. */
public interface StateView {

    /** Value of an entry, or null when there is none. */
    <V> @Nullable V get(Key<V> key);

    /** Entries of a queue in the order of release. */
    Iterator<Key.OfReady> ready(String pool, String queue);

    /** Workers of a pool. */
    Collection<WorkerEntry> workers(String pool);

    /** Leases that a worker holds. */
    Collection<LeaseEntry> leases(String pool, String workerId);

    /** What the lanes of a role require, by digest and in its order; nothing of the plain lane. */
    Map<String, Requirements> lanes(String pool, String role);

    /** Names of the known roles. */
    Collection<String> roles();
}
