package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.StateView;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The domain's view of the store for one query, on another thread than the one that decides: it only reads. Entries are read
 * when they are asked for; the lists that every task of an answer looks at are read once.
 */
final class ReadView implements StateView {

    /** Tasks that are read of the front of a queue. */
    private static final int QUEUE_FRONT = 1_000;

    private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
    private final Map<String, List<Key.OfReady>> queues = new HashMap<>();
    private final Map<String, List<WorkerEntry>> workers = new HashMap<>();

    ReadView(ReadOnlyKeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public <V> @Nullable V get(Key<V> key) {
        byte[] bytes = store.get(Bytes.wrap(Layout.key(key)));
        return bytes == null ? null : Layout.value(key, bytes);
    }

    @Override
    public Iterator<Key.OfReady> ready(String pool, String role) {
        return queues.computeIfAbsent(pool + '/' + role, unread -> {
                    List<Key.OfReady> front = new ArrayList<>();
                    scan(Layout.prefix(pool, 'q', role), (key, value) -> {
                        front.add(Layout.readyKey(key));
                        return front.size() < QUEUE_FRONT;
                    });
                    return front;
                })
                .iterator();
    }

    @Override
    public Collection<WorkerEntry> workers(String pool) {
        return workers.computeIfAbsent(pool, unread -> {
            List<WorkerEntry> found = new ArrayList<>();
            scan(
                    Layout.prefix(pool, 'w'),
                    (key, value) -> found.add(Layout.value(new Key.OfWorker(pool, Layout.nameIn(key)), value)));
            return found;
        });
    }

    @Override
    public Collection<LeaseEntry> leases(String pool, String workerId) {
        List<LeaseEntry> found = new ArrayList<>();
        scan(
                Layout.prefix(pool, 'l', workerId),
                (key, value) -> found.add(Layout.value(new Key.OfLease(pool, workerId, ""), value)));
        return found;
    }

    @Override
    public Map<String, Requirements> lanes(String pool, String role) {
        Map<String, Requirements> found = new TreeMap<>();
        scan(Layout.lanes(pool), (bytes, value) -> {
            Key.OfLane key = Layout.laneKey(bytes);
            if (key.role().equals(role)) {
                found.put(key.digest(), Layout.value(key, value));
            }
            return true;
        });
        return found;
    }

    @Override
    public Collection<String> roles() {
        List<String> found = new ArrayList<>();
        scan(Layout.prefix(Key.SHARED, 'r'), (key, value) -> found.add(Layout.nameIn(key)));
        return found;
    }

    Map<String, Long> offsets() {
        byte[] bytes = store.get(Bytes.wrap(Layout.offsetsKey()));
        return bytes == null ? Map.of() : Layout.offsets(bytes);
    }

    /** Reads entries in order, as long as the reader says true. */
    void scan(byte[] prefix, BiPredicate<byte[], byte[]> reader) {
        scan(prefix, prefix, reader);
    }

    /**
     * The same in the midst.
     *
     * @param from first key that may be read
     */
    void scan(byte[] from, byte[] prefix, BiPredicate<byte[], byte[]> reader) {
        try (KeyValueIterator<Bytes, byte[]> found =
                store.range(Bytes.wrap(from), Bytes.increment(Bytes.wrap(prefix)))) {
            boolean more = true;
            while (more && found.hasNext()) {
                KeyValue<Bytes, byte[]> next = found.next();
                more = reader.test(next.key.get(), next.value);
            }
        }
    }
}
