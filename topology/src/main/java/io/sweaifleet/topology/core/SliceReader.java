package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.StateView.Slice;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Reads a pool's entries in slices; the cursor is the last key that was read, in hexadecimal. */
final class SliceReader {

    /** Workflows, schedules, tasks, leases, queues and workers, in the order of the store. */
    private static final char[] LETTERS = {'f', 'j', 'k', 'l', 'q', 'w'};

    private final KeyValueStore<Bytes, byte[]> store;
    private final String pool;

    SliceReader(KeyValueStore<Bytes, byte[]> store, String pool) {
        this.store = store;
        this.pool = pool;
    }

    Slice read(String cursor, int most) {
        byte[] last = HexFormat.of().parseHex(cursor);
        List<Key<?>> keys = new ArrayList<>();
        int looked = 0;
        for (char letter : LETTERS) {
            Bytes begin = Bytes.wrap(Layout.prefix(pool, letter));
            Bytes end = Bytes.increment(begin);
            if (Bytes.wrap(last).compareTo(end) >= 0) {
                continue;
            }
            // The last key and a zero byte: the next one that there could be.
            Bytes next = Bytes.wrap(java.util.Arrays.copyOf(last, last.length + 1));
            try (KeyValueIterator<Bytes, byte[]> found =
                    store.range(last.length > 0 && next.compareTo(begin) > 0 ? next : begin, end)) {
                while (found.hasNext()) {
                    if (looked == most) {
                        return new Slice(keys, looked, HexFormat.of().formatHex(last));
                    }
                    KeyValue<Bytes, byte[]> entry = found.next();
                    last = entry.key.get();
                    if (!last(entry.key, end)) {
                        looked++;
                        take(keys, keyOf(letter, last), entry.value);
                    }
                }
            }
        }
        return new Slice(keys, looked, "");
    }

    private static boolean last(Bytes key, Bytes end) {
        return key.compareTo(end) >= 0;
    }

    /** Tombstones are most of a store; they are decoded here, and leave the caches of what is live alone. */
    private static void take(List<Key<?>> keys, Key<?> key, byte[] value) {
        try {
            Object entry = key instanceof Key.OfTask || key instanceof Key.OfWorkflow ? Layout.value(key, value) : key;
            if (!(entry instanceof TaskEntry.Ended) && !(entry instanceof WorkflowEntry.Ended)) {
                keys.add(key);
            }
        } catch (DamagedEntryException damaged) {
            keys.add(key);
        }
    }

    private Key<?> keyOf(char letter, byte[] key) {
        return switch (letter) {
            case 'f' -> new Key.OfWorkflow(pool, Layout.nameIn(key));
            case 'j' -> new Key.OfSchedule(pool, Layout.nameIn(key));
            case 'k' -> new Key.OfTask(pool, Layout.nameIn(key));
            case 'l' -> Layout.leaseKey(key);
            case 'q' -> Layout.readyKey(key);
            default -> new Key.OfWorker(pool, Layout.nameIn(key));
        };
    }
}
