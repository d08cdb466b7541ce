package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A state under decision: reads through to the real one and keeps what is changed, so that a throw leaves no trace. */
final class Draft {

    private final StateView base;
    private final Map<Key<?>, Change<?>> changes = new LinkedHashMap<>();
    private final Map<String, TreeSet<Key.OfReady>> queued = new HashMap<>();
    private final Map<String, Head> heads = new HashMap<>();
    private final Set<Key.OfLane> lanes = new LinkedHashSet<>();

    Draft(StateView base) {
        this.base = base;
    }

    <V> @Nullable V get(Key<V> key) {
        Change<?> change = changes.get(key);
        if (change != null) {
            @SuppressWarnings("unchecked") // a change carries the type of its key
            V value = (V) change.value();
            return value;
        }
        return base.get(key);
    }

    <V> void put(Key<V> key, V value) {
        changes.put(key, new Change<>(key, value));
        if (key instanceof Key.OfReady ready) {
            queued.computeIfAbsent(ready.queue(), queue -> new TreeSet<>()).add(ready);
        } else if (key instanceof Key.OfLane lane) {
            lanes.add(lane);
        }
    }

    <V> void delete(Key<V> key) {
        changes.put(key, new Change<>(key, null));
        if (key instanceof Key.OfReady ready) {
            TreeSet<Key.OfReady> added = queued.get(ready.queue());
            if (added != null) {
                added.remove(ready);
            }
        } else if (key instanceof Key.OfLane lane) {
            lanes.add(lane);
        }
    }

    /** The first entry of a queue, or null. */
    Key.@Nullable OfReady firstReady(String pool, String queue) {
        Key.OfReady stored = heads.computeIfAbsent(queue, name -> new Head(base.ready(pool, name)))
                .peek();
        TreeSet<Key.OfReady> added = queued.get(queue);
        Key.OfReady fresh = added == null || added.isEmpty() ? null : added.first();
        if (stored == null || fresh == null) {
            return stored == null ? fresh : stored;
        }
        return stored.compareTo(fresh) <= 0 ? stored : fresh;
    }

    /** Whether a queue has more than one entry. */
    boolean hasSeveral(String pool, String queue) {
        TreeSet<Key.OfReady> added = queued.get(queue);
        int found = added == null ? 0 : added.size();
        for (Iterator<Key.OfReady> stored = base.ready(pool, queue); found < 2 && stored.hasNext(); ) {
            if (!changes.containsKey(stored.next())) {
                found++;
            }
        }
        return found > 1;
    }

    List<WorkerEntry> workers(String pool) {
        Collection<WorkerEntry> known = base.workers(pool);
        List<WorkerEntry> current = new ArrayList<>(known.size());
        for (WorkerEntry worker : known) {
            WorkerEntry now = get(new Key.OfWorker(pool, worker.workerId()));
            if (now != null) {
                current.add(now);
            }
        }
        return current;
    }

    List<LeaseEntry> leases(String pool, String workerId) {
        List<LeaseEntry> current = new ArrayList<>();
        for (LeaseEntry lease : base.leases(pool, workerId)) {
            if (get(new Key.OfLease(pool, workerId, lease.leaseId())) != null) {
                current.add(lease);
            }
        }
        for (Change<?> change : changes.values()) {
            if (change.key() instanceof Key.OfLease added
                    && added.workerId().equals(workerId)
                    && change.value() instanceof LeaseEntry lease
                    && base.get(added) == null) {
                current.add(lease);
            }
        }
        return current;
    }

    /** What the lanes of a role require, by digest. */
    Map<String, Requirements> lanes(String pool, String role) {
        Map<String, Requirements> known = base.lanes(pool, role);
        if (lanes.isEmpty()) {
            return known;
        }
        Map<String, Requirements> current = new TreeMap<>(known);
        for (Key.OfLane lane : lanes) {
            Requirements required = lane.role().equals(role) ? get(lane) : null;
            if (required != null) {
                current.put(lane.digest(), required);
            } else if (lane.role().equals(role)) {
                current.remove(lane.digest());
            }
        }
        return current;
    }

    /** Whether there are lanes that there were not before. */
    boolean hasOpenedLanes() {
        return lanes.stream().anyMatch(lane -> get(lane) != null && base.get(lane) == null);
    }

    Collection<String> roles() {
        return base.roles();
    }

    /** As {@link StateView#slice}, of the real state. */
    StateView.Slice slice(String pool, String cursor, int most) {
        return base.slice(pool, cursor, most);
    }

    /** This draft as a state to be checked. */
    StateView view() {
        return new StateView() {
            @Override
            public <V> @Nullable V get(Key<V> key) {
                return Draft.this.get(key);
            }

            @Override
            public Iterator<Key.OfReady> ready(String pool, String queue) {
                return base.ready(pool, queue);
            }

            @Override
            public Collection<WorkerEntry> workers(String pool) {
                return Draft.this.workers(pool);
            }

            @Override
            public Collection<LeaseEntry> leases(String pool, String workerId) {
                return Draft.this.leases(pool, workerId);
            }

            @Override
            public Map<String, Requirements> lanes(String pool, String role) {
                return Draft.this.lanes(pool, role);
            }

            @Override
            public Collection<String> roles() {
                return base.roles();
            }
        };
    }

    /** Number of entries that are changed. */
    int size() {
        return changes.size();
    }

    boolean isChanged() {
        return !changes.isEmpty();
    }

    List<Change<?>> changes() {
        return new ArrayList<>(changes.values());
    }

    /** A stored queue, less what this draft took from it. */
    private final class Head {
        private final Iterator<Key.OfReady> stored;
        private Key.@Nullable OfReady next;

        Head(Iterator<Key.OfReady> stored) {
            this.stored = stored;
        }

        Key.@Nullable OfReady peek() {
            while (next == null || changes.containsKey(next)) {
                if (!stored.hasNext()) {
                    next = null;
                    return null;
                }
                next = stored.next();
            }
            return next;
        }
    }
}
