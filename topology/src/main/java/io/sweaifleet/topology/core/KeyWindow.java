package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Key;
import java.util.Iterator;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The front of an index in the store, in memory: every key up to the horizon is here. Reading goes on behind the horizon,
 * so that the traces of what was deleted before it are never walked over again.
 */
final class KeyWindow<K extends Key<?> & Comparable<K>> {

    private static final int SIZE = 2_048;

    private final KeyValueStore<Bytes, byte[]> store;
    private final Function<byte[], K> decoder;
    private final Bytes end;
    private final TreeSet<K> window = new TreeSet<>();
    private Bytes from;
    private @Nullable K horizon;
    private boolean complete;

    /**
     * @param prefix beginning of the index's keys
     */
    KeyWindow(KeyValueStore<Bytes, byte[]> store, byte[] prefix, Function<byte[], K> decoder) {
        this.store = store;
        this.decoder = decoder;
        this.from = Bytes.wrap(prefix);
        this.end = Bytes.increment(from);
    }

    /** Follows a key that was written to the store. */
    void add(K key) {
        if (complete || (horizon != null && key.compareTo(horizon) <= 0)) {
            window.add(key);
            if (window.size() > 4 * SIZE) {
                forgetTheFarHalf();
            }
        }
    }

    /** Follows a key that was deleted from the store. */
    void remove(K key) {
        window.remove(key);
    }

    /** Whether there is nothing in the index. */
    boolean isEmpty() {
        return complete && window.isEmpty();
    }

    /** The keys in order; at least so many of them, if the store has them. */
    Iterator<K> iterator(int atLeast) {
        if (!complete && window.size() < atLeast) {
            readOn();
        }
        return window.iterator();
    }

    private void forgetTheFarHalf() {
        while (window.size() > 2 * SIZE) {
            window.pollLast();
        }
        moveHorizon(window.last());
        complete = false;
    }

    private void readOn() {
        int read = 0;
        K last = horizon;
        try (KeyValueIterator<Bytes, byte[]> found = store.range(from, end)) {
            while (read < SIZE && found.hasNext()) {
                K key = decoder.apply(found.next().key.get());
                if (horizon == null || key.compareTo(horizon) > 0) {
                    window.add(key);
                    last = key;
                    read++;
                }
            }
        }
        complete = read < SIZE;
        if (last != null) {
            moveHorizon(last);
        }
    }

    private void moveHorizon(K key) {
        horizon = key;
        from = Bytes.wrap(Layout.key(key));
    }
}
