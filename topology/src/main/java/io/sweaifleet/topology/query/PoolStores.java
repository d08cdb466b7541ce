package io.sweaifleet.topology.query;

import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Where the state of a pool is. */
public interface PoolStores {

    /**
     * Finds the state of a pool.
     *
     * @return empty while nobody holds it, or that is not known: during a rebalance, or before the first
     */
    Optional<Place> find(String pool);

    /** A place of state. */
    sealed interface Place {}

    /** This instance. */
    record Here(ReadOnlyKeyValueStore<Bytes, byte[]> store) implements Place {}

    /** Another instance, at its {@code application.server}. */
    record Elsewhere(HostInfo holder) implements Place {}
}
