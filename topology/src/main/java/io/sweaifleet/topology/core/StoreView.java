package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Change;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.EarlyControl;
import io.sweaifleet.topology.core.domain.Gates;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Lane;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.RepositoriesEntry;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.StateView;
import io.sweaifleet.topology.core.domain.Turns;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The domain's view of the store, and the only way to change it.
 *
 * <p>Small sets that every decision looks at (workers, their leases, roles, lanes, kept controls) are held in memory once they
 * were read; queues and timers are read in windows that go on where the last one ended, because what was deleted before
 * slows a scan from the beginning. All of it follows from the store, and is built anew with the task after a rollback.
 */
final class StoreView implements StateView {

    /** Decoded tasks and workflows held at most. */
    private static final int CACHED_ENTRIES = 4_096;

    /** Queued tasks that one step may look at: well above what it assigns. */
    private static final int LOOK_AHEAD = 512;

    private static final Bytes OFFSETS = Bytes.wrap(Layout.offsetsKey());

    private final KeyValueStore<Bytes, byte[]> store;
    private final Map<Key<?>, Object> entries = new LinkedHashMap<>(512, 0.75f, true);
    private final Map<String, TreeMap<String, WorkerEntry>> workers = new HashMap<>();
    private final Map<String, Map<String, Map<String, LeaseEntry>>> leases = new HashMap<>();
    private final Map<String, Map<Key.OfEarlyControl, EarlyControl>> earlyControls = new HashMap<>();
    private final Map<String, Map<String, EarlyControl>> pauses = new HashMap<>();
    private final Map<String, Map<String, TreeMap<String, Requirements>>> lanes = new HashMap<>();
    private final Map<String, Map<String, Long>> virtualTimes = new HashMap<>();
    private final Map<String, Map<String, RepositoriesEntry>> repositories = new HashMap<>();
    private final Map<String, Map<String, KeyWindow<Key.OfReady>>> queues = new HashMap<>();
    private final Map<String, KeyWindow<Key.OfTimer>> timers = new TreeMap<>();
    private @Nullable Map<String, Object> roles;
    private Map<String, Long> offsetsWritten = Map.of();
    private boolean upgraded;

    StoreView(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        for (String pool : names(Layout.prefix(Key.SHARED, 'p'))) {
            timers.put(pool, timerWindow(pool));
        }
    }

    /** Brings the store to the present form of its keys. To be called before anything is decided, and where it may be written. */
    void upgrade() {
        if (!upgraded) {
            Upgrade.run(store, pools());
            upgraded = true;
        }
    }

    @Override
    public <V> @Nullable V get(Key<V> key) {
        Object found;
        if (key instanceof Key.OfWorker worker) {
            found = workersOf(key.pool()).get(worker.workerId());
        } else if (key instanceof Key.OfLease lease) {
            found = leasesOf(key.pool(), lease.workerId()).get(lease.leaseId());
        } else if (key instanceof Key.OfRole role) {
            found = rolesByName().get(role.role());
        } else if (key instanceof Key.OfEarlyControl early) {
            found = earlyControlsOf(key.pool()).get(early);
        } else if (key instanceof Key.OfPause pause) {
            found = pausesOf(key.pool()).get(pause.gate());
        } else if (key instanceof Key.OfLane lane) {
            found = lanes(key.pool(), lane.role()).get(lane.digest());
        } else if (key instanceof Key.OfVirtualTime time) {
            found = virtualTimesOf(key.pool()).get(time.role());
        } else if (key instanceof Key.OfRepositories of) {
            found = repositoriesOf(key.pool()).get(of.workerId());
        } else {
            found = entry(key);
        }
        @SuppressWarnings("unchecked") // every collection above holds values of its keys' type
        V value = (V) found;
        return value;
    }

    private <V> @Nullable Object entry(Key<V> key) {
        if (key instanceof Key.OfTimer || key instanceof Key.OfReady) {
            byte[] bytes = store.get(Bytes.wrap(Layout.key(key)));
            return bytes == null ? null : Layout.value(key, bytes);
        }
        Object cached = entries.get(key);
        if (cached != null) {
            return cached;
        }
        byte[] bytes = store.get(Bytes.wrap(Layout.key(key)));
        if (bytes == null) {
            return null;
        }
        Object value = Layout.value(key, bytes);
        remember(key, value);
        return value;
    }

    private void remember(Key<?> key, Object value) {
        entries.put(key, value);
        if (entries.size() > CACHED_ENTRIES) {
            Iterator<Key<?>> eldest = entries.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    @Override
    public Iterator<Key.OfReady> ready(String pool, String queue) {
        return queue(pool, queue).iterator(LOOK_AHEAD);
    }

    @Override
    public Collection<WorkerEntry> workers(String pool) {
        return workersOf(pool).values();
    }

    @Override
    public Collection<LeaseEntry> leases(String pool, String workerId) {
        return leasesOf(pool, workerId).values();
    }

    @Override
    public Map<String, Requirements> lanes(String pool, String role) {
        Map<String, Requirements> ofRole = lanesOf(pool).get(role);
        return ofRole == null ? Map.of() : ofRole;
    }

    @Override
    public Collection<String> roles() {
        return rolesByName().keySet();
    }

    @Override
    public Slice slice(String pool, String cursor, int most) {
        return new SliceReader(store, pool).read(cursor, most);
    }

    /** Pools that have state in this partition. */
    Collection<String> pools() {
        return timers.keySet();
    }

    /** Timers of a pool that are due, at most so many, earliest first. */
    List<Key.OfTimer> due(String pool, long now, int limit) {
        KeyWindow<Key.OfTimer> window = timers.get(pool);
        List<Key.OfTimer> due = new ArrayList<>();
        if (window != null) {
            for (Iterator<Key.OfTimer> next = window.iterator(limit); next.hasNext() && due.size() < limit; ) {
                Key.OfTimer timer = next.next();
                if (timer.dueAt() > now) {
                    break;
                }
                due.add(timer);
            }
        }
        return due;
    }

    /** When the next timer of any pool is due, ms since the epoch; {@link Long#MAX_VALUE} for never. */
    long nextDue() {
        long next = Long.MAX_VALUE;
        for (KeyWindow<Key.OfTimer> window : timers.values()) {
            Iterator<Key.OfTimer> first = window.iterator(1);
            if (first.hasNext()) {
                next = Math.min(next, first.next().dueAt());
            }
        }
        return next;
    }

    Map<String, Long> offsets() {
        byte[] bytes = store.get(OFFSETS);
        return bytes == null ? Map.of() : Layout.offsets(bytes);
    }

    /**
     * Applies what was decided. Everything is encoded before the first entry is written.
     *
     * @param nextByTopic offsets that the inputs have come to
     */
    void apply(Decision decision, Map<String, Long> nextByTopic) {
        List<KeyValue<Bytes, byte[]>> encoded =
                new ArrayList<>(decision.changes().size() + 1);
        for (Change<?> change : decision.changes()) {
            Object value = change.value();
            encoded.add(
                    new KeyValue<>(Bytes.wrap(Layout.key(change.key())), value == null ? null : Layout.value(value)));
        }
        // A record's event and the dispatch after it are two decisions at the same offsets.
        if (!nextByTopic.equals(offsetsWritten)) {
            encoded.add(new KeyValue<>(OFFSETS, Layout.offsets(nextByTopic)));
        }
        store.putAll(encoded);
        offsetsWritten = nextByTopic;
        for (Change<?> change : decision.changes()) {
            follow(change.key(), change.value());
        }
    }

    /** Brings what is held in memory up to the store. */
    private void follow(Key<?> key, @Nullable Object value) {
        if (key instanceof Key.OfReady ready) {
            KeyWindow<Key.OfReady> window = queue(key.pool(), ready.queue());
            if (value == null) {
                window.remove(ready);
                if (window.isEmpty() && Gates.isGate(ready.queue())) {
                    // There are as many gates as keys, workflows and tasks; what is not in use costs nothing.
                    queues.computeIfAbsent(key.pool(), name -> new HashMap<>()).remove(ready.queue());
                }
            } else {
                window.add(ready);
            }
        } else if (key instanceof Key.OfTimer timer) {
            if (value == null) {
                timersOf(key.pool()).remove(timer);
            } else {
                timersOf(key.pool()).add(timer);
            }
        } else if (key instanceof Key.OfTurn turn && value == null) {
            // Likewise for tenants; the queue of one that comes and goes stays while it has its turn.
            entries.remove(key);
            queues.computeIfAbsent(key.pool(), name -> new HashMap<>())
                    .remove(Turns.queueOf(turn.lane(), turn.tenant()));
        } else if (key instanceof Key.OfLane lane) {
            follow(lane, (Requirements) value);
        } else if (key instanceof Key.OfVirtualTime time) {
            set(virtualTimesOf(key.pool()), time.role(), (Long) value);
        } else if (key instanceof Key.OfRepositories of) {
            set(repositoriesOf(key.pool()), of.workerId(), (RepositoriesEntry) value);
        } else if (key instanceof Key.OfWorker worker) {
            set(workersOf(key.pool()), worker.workerId(), (WorkerEntry) value);
            Map<String, Map<String, LeaseEntry>> held = leases.get(key.pool());
            if (value == null && held != null) {
                held.remove(worker.workerId());
            }
        } else if (key instanceof Key.OfLease lease) {
            set(leasesOf(key.pool(), lease.workerId()), lease.leaseId(), (LeaseEntry) value);
        } else if (key instanceof Key.OfRole role) {
            set(rolesByName(), role.role(), value);
        } else if (key instanceof Key.OfPause pause) {
            set(pausesOf(key.pool()), pause.gate(), (EarlyControl) value);
        } else if (key instanceof Key.OfEarlyControl early) {
            set(earlyControlsOf(key.pool()), early, (EarlyControl) value);
        } else if (value == null) {
            entries.remove(key);
        } else {
            remember(key, value);
        }
    }

    private void follow(Key.OfLane lane, @Nullable Requirements required) {
        Map<String, TreeMap<String, Requirements>> ofPool = lanesOf(lane.pool());
        TreeMap<String, Requirements> ofRole = ofPool.computeIfAbsent(lane.role(), name -> new TreeMap<>());
        set(ofRole, lane.digest(), required);
        if (ofRole.isEmpty()) {
            ofPool.remove(lane.role());
        }
        if (required == null) {
            queues.computeIfAbsent(lane.pool(), name -> new HashMap<>())
                    .remove(Turns.roundOf(new Lane(lane.role(), lane.digest()).name()));
        }
    }

    private static <K, V> void set(Map<K, V> map, K key, @Nullable V value) {
        if (value == null) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
    }

    private KeyWindow<Key.OfTimer> timersOf(String pool) {
        return timers.computeIfAbsent(pool, name -> {
            store.put(Bytes.wrap(Layout.poolNameKey(name)), Layout.value(Boolean.TRUE));
            return timerWindow(name);
        });
    }

    private KeyWindow<Key.OfReady> queue(String pool, String queue) {
        return queues.computeIfAbsent(pool, name -> new HashMap<>())
                .computeIfAbsent(
                        queue, name -> new KeyWindow<>(store, Layout.prefix(pool, 'q', name), Layout::readyKey));
    }

    private KeyWindow<Key.OfTimer> timerWindow(String pool) {
        return new KeyWindow<>(store, Layout.prefix(pool, 't'), Layout::timerKey);
    }

    private TreeMap<String, WorkerEntry> workersOf(String pool) {
        return workers.computeIfAbsent(pool, name -> {
            TreeMap<String, WorkerEntry> found = new TreeMap<>();
            scan(Layout.prefix(name, 'w'), (key, value) -> {
                WorkerEntry worker = Layout.value(new Key.OfWorker(name, Layout.nameIn(key)), value);
                found.put(worker.workerId(), worker);
            });
            return found;
        });
    }

    private Map<String, LeaseEntry> leasesOf(String pool, String workerId) {
        return leases.computeIfAbsent(pool, name -> new HashMap<>()).computeIfAbsent(workerId, worker -> {
            // In the order of the store, whatever was written since: all leases of a worker may be lost in one
            // decision.
            Map<String, LeaseEntry> found = new TreeMap<>();
            scan(Layout.prefix(pool, 'l', worker), (key, value) -> {
                LeaseEntry lease = Layout.value(new Key.OfLease(pool, worker, ""), value);
                found.put(lease.leaseId(), lease);
            });
            return found;
        });
    }

    private Map<Key.OfEarlyControl, EarlyControl> earlyControlsOf(String pool) {
        return earlyControls.computeIfAbsent(pool, name -> {
            Map<Key.OfEarlyControl, EarlyControl> found = new HashMap<>();
            scan(Layout.prefix(name, 'e'), (bytes, value) -> {
                Key.OfEarlyControl key = Layout.earlyControlKey(bytes);
                found.put(key, Layout.value(key, value));
            });
            return found;
        });
    }

    private Map<String, EarlyControl> pausesOf(String pool) {
        return pauses.computeIfAbsent(pool, name -> {
            Map<String, EarlyControl> found = new HashMap<>();
            scan(Layout.prefix(name, 'x'), (bytes, value) -> {
                String gate = Layout.nameIn(bytes);
                found.put(gate, Layout.value(new Key.OfPause(name, gate), value));
            });
            return found;
        });
    }

    private Map<String, TreeMap<String, Requirements>> lanesOf(String pool) {
        return lanes.computeIfAbsent(pool, name -> {
            Map<String, TreeMap<String, Requirements>> found = new HashMap<>();
            scan(Layout.lanes(name), (bytes, value) -> {
                Key.OfLane key = Layout.laneKey(bytes);
                found.computeIfAbsent(key.role(), role -> new TreeMap<>()).put(key.digest(), Layout.value(key, value));
            });
            return found;
        });
    }

    private Map<String, Long> virtualTimesOf(String pool) {
        return virtualTimes.computeIfAbsent(pool, name -> {
            Map<String, Long> found = new HashMap<>();
            scan(Layout.virtualTimes(name), (bytes, value) -> {
                String role = Layout.matchingName(bytes);
                found.put(role, Layout.value(new Key.OfVirtualTime(name, role), value));
            });
            return found;
        });
    }

    private Map<String, RepositoriesEntry> repositoriesOf(String pool) {
        return repositories.computeIfAbsent(pool, name -> {
            Map<String, RepositoriesEntry> found = new HashMap<>();
            scan(Layout.repositories(name), (bytes, value) -> {
                String workerId = Layout.matchingName(bytes);
                found.put(workerId, Layout.value(new Key.OfRepositories(name, workerId), value));
            });
            return found;
        });
    }

    private Map<String, Object> rolesByName() {
        Map<String, Object> known = roles;
        if (known == null) {
            Map<String, Object> found = new TreeMap<>();
            scan(Layout.prefix(Key.SHARED, 'r'), (key, value) -> {
                String name = Layout.nameIn(key);
                found.put(name, Layout.value(new Key.OfRole(name), value));
            });
            roles = found;
            known = found;
        }
        return known;
    }

    private List<String> names(byte[] prefix) {
        List<String> names = new ArrayList<>();
        scan(prefix, (key, value) -> names.add(Layout.nameIn(key)));
        return names;
    }

    private interface Entry {
        void read(byte[] key, byte[] value);
    }

    private void scan(byte[] prefix, Entry entry) {
        Bytes from = Bytes.wrap(prefix);
        try (KeyValueIterator<Bytes, byte[]> found = store.range(from, Bytes.increment(from))) {
            while (found.hasNext()) {
                KeyValue<Bytes, byte[]> next = found.next();
                entry.read(next.key.get(), next.value);
            }
        }
    }
}
