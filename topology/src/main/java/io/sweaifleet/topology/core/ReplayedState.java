package io.sweaifleet.topology.core;

import io.sweaifleet.topology.core.domain.Change;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.StateView;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The state of one pool while its history is replayed: in memory, and in the orders in which {@link StoreView} gives it. */
final class ReplayedState implements StateView {

    private final Map<Key<?>, Object> entries = new HashMap<>();
    private final Map<String, TreeSet<Key.OfReady>> queues = new HashMap<>();
    private final TreeMap<String, WorkerEntry> workers = new TreeMap<>();
    private final Map<String, TreeMap<String, LeaseEntry>> leases = new HashMap<>();
    private final Map<String, TreeMap<String, Requirements>> lanes = new HashMap<>();
    private final TreeSet<String> roles = new TreeSet<>();

    @Override
    public <V> @Nullable V get(Key<V> key) {
        @SuppressWarnings("unchecked") // a change carries the type of its key
        V value = (V) entries.get(key);
        return value;
    }

    @Override
    public Iterator<Key.OfReady> ready(String pool, String name) {
        TreeSet<Key.OfReady> queue = queues.get(name);
        return queue == null ? List.<Key.OfReady>of().iterator() : queue.iterator();
    }

    @Override
    public Collection<WorkerEntry> workers(String pool) {
        return workers.values();
    }

    @Override
    public Collection<LeaseEntry> leases(String pool, String workerId) {
        return leases.getOrDefault(workerId, new TreeMap<>()).values();
    }

    @Override
    public Map<String, Requirements> lanes(String pool, String role) {
        TreeMap<String, Requirements> ofRole = lanes.get(role);
        return ofRole == null ? Map.of() : ofRole;
    }

    @Override
    public Collection<String> roles() {
        return roles;
    }

    void apply(Decision decision) {
        decision.changes().forEach(this::apply);
    }

    private void apply(Change<?> change) {
        Key<?> key = change.key();
        Object value = change.value();
        if (value == null) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
        if (key instanceof Key.OfReady ready) {
            TreeSet<Key.OfReady> queue = queues.computeIfAbsent(ready.queue(), name -> new TreeSet<>());
            if (value == null) {
                queue.remove(ready);
            } else {
                queue.add(ready);
            }
        } else if (key instanceof Key.OfWorker worker) {
            set(workers, worker.workerId(), (WorkerEntry) value);
        } else if (key instanceof Key.OfLease lease) {
            set(leases.computeIfAbsent(lease.workerId(), worker -> new TreeMap<>()), lease.leaseId(), (LeaseEntry)
                    value);
        } else if (key instanceof Key.OfLane lane) {
            set(lanes.computeIfAbsent(lane.role(), role -> new TreeMap<>()), lane.digest(), (Requirements) value);
        } else if (key instanceof Key.OfRole role) {
            if (value == null) {
                roles.remove(role.role());
            } else {
                roles.add(role.role());
            }
        }
    }

    private static <V> void set(Map<String, V> map, String key, @Nullable V value) {
        if (value == null) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
    }
}
