package io.sweaifleet.topology.core.domain;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
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

    /**
     * A part of what a pool's state holds, for the {@link Sweeper}: workflows, schedules, tasks, leases, queues and workers, in the order
     * of the store. What has ended is passed by.
     *
     * @param cursor {@link Slice#next} of the slice before; empty for the first
     * @param most entries to look at
     */
    default Slice slice(String pool, String cursor, int most) {
        throw new UnsupportedOperationException("Only the state that core decides upon is swept");
    }

    /**
     * A part of the state.
     *
     * @param keys what is to be checked
     * @param looked entries that were looked at
     * @param next where the next slice begins; empty when this was the last
     */
    record Slice(List<Key<?>> keys, int looked, String next) {}

    /** What the lanes of a role require, by digest and in its order; nothing of the plain lane. */
    Map<String, Requirements> lanes(String pool, String role);

    /** Names of the known roles. */
    Collection<String> roles();
}
