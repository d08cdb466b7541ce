package io.sweaifleet.topology.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is written until Streams commits, and writes then what is left of it: one change for each key, however often it
 * was changed, to the store and to its changelog.
 *
 * <p>Streams' own cache does this too, but keeps what it wrote until it is full, which makes the garbage collector copy and
 * scan all of it over and over.
 *
 * <p>Only the thread of the store's task writes, and it alone sees what is held. Others, which ask queries, see what was written
 * for the last commit.
 *
 * <p>It extends an internal class of Streams, because there is no other way to hear of a commit before it begins;
 * {@code WriteBehindStoreTest} fails when that changes.
 */
final class WriteBehindStore extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]>
        implements KeyValueStore<Bytes, byte[]> {

    /** Keys held at most; as much as some hundred ms of a burst change. */
    private static final int MOST_PENDING = 32_768;

    private final Map<Bytes, byte @Nullable []> pending = new HashMap<>();
    private volatile @Nullable Thread writer;

    private WriteBehindStore(KeyValueStore<Bytes, byte[]> behind) {
        super(behind);
    }

    /** Builds such a store before another. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> before(StoreBuilder<KeyValueStore<Bytes, byte[]>> behind) {
        return new Builder(behind.withCachingDisabled());
    }

    private boolean isOfAnotherThread() {
        return Thread.currentThread() != writer;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        if (isOfAnotherThread()) {
            return wrapped().get(key);
        }
        byte[] held = pending.get(key);
        return held != null || pending.containsKey(key) ? held : wrapped().get(key);
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        hold(key, value);
        boundPending();
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte @Nullable [] value) {
        byte[] present = get(key);
        if (present == null) {
            put(key, value);
        }
        return present;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        for (KeyValue<Bytes, byte[]> entry : entries) {
            hold(entry.key, entry.value);
        }
        boundPending();
    }

    private void hold(Bytes key, byte @Nullable [] value) {
        writer = Thread.currentThread();
        pending.put(key, value);
    }

    private void boundPending() {
        if (pending.size() >= MOST_PENDING) {
            writeBack();
        }
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        byte[] present = get(key);
        put(key, null);
        return present;
    }

    // A scan is rare, and goes over one store: what is held is written first.

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        writeBackIfMine();
        return wrapped().range(from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        writeBackIfMine();
        return wrapped().all();
    }

    @Override
    public long approximateNumEntries() {
        return wrapped().approximateNumEntries();
    }

    @Override
    public void flushCache() {
        writeBack();
        super.flushCache();
    }

    @Override
    public void clearCache() {
        pending.clear();
        super.clearCache();
    }

    /** What a commit did not ask for is not kept: it was rolled back. */
    @Override
    public void close() {
        pending.clear();
        super.close();
    }

    private void writeBackIfMine() {
        if (!isOfAnotherThread()) {
            writeBack();
        }
    }

    private void writeBack() {
        if (pending.isEmpty()) {
            return;
        }
        List<KeyValue<Bytes, byte[]>> changes = new ArrayList<>(pending.size());
        pending.forEach((key, value) -> changes.add(new KeyValue<>(key, value)));
        wrapped().putAll(changes);
        pending.clear();
    }

    private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> behind)
            implements StoreBuilder<KeyValueStore<Bytes, byte[]>> {

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingEnabled() {
            throw new UnsupportedOperationException("Streams' cache before this store would do the same twice");
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingEnabled(Map<String, String> config) {
            return new Builder(behind.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<KeyValueStore<Bytes, byte[]>> withLoggingDisabled() {
            return new Builder(behind.withLoggingDisabled());
        }

        @Override
        public KeyValueStore<Bytes, byte[]> build() {
            return new WriteBehindStore(behind.build());
        }

        @Override
        public Map<String, String> logConfig() {
            return behind.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return behind.loggingEnabled();
        }

        @Override
        public String name() {
            return behind.name();
        }
    }
}
