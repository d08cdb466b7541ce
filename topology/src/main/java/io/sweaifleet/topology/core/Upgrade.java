package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Gates;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TurnEntry;
import io.sweaifleet.topology.core.domain.Turns;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a store whose keys an earlier version wrote to the present form, once. Until version 3, the tasks of all tenants stood in
 * one queue for each role, and backlogs were not counted. Values need no upgrade: each says its version.
 */
final class Upgrade {

    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);
    private static final String DEFAULT_TENANT = "default";

    private final KeyValueStore<Bytes, byte[]> store;
    private final String pool;

    private Upgrade(KeyValueStore<Bytes, byte[]> store, String pool) {
        this.store = store;
        this.pool = pool;
    }

    /** Upgrades the pools of a store. */
    static void run(KeyValueStore<Bytes, byte[]> store, Collection<String> pools) {
        Bytes version = Bytes.wrap(Layout.versionKey());
        if (store.get(version) != null) {
            return;
        }
        for (String pool : pools) {
            Upgrade upgrade = new Upgrade(store, pool);
            upgrade.splitQueues();
            upgrade.countBacklogs();
        }
        store.put(version, Layout.value((long) Layout.VERSION));
    }

    private void splitQueues() {
        List<KeyValue<Bytes, byte[]>> queued = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> found = range('q')) {
            found.forEachRemaining(queued::add);
        }
        for (KeyValue<Bytes, byte[]> found : queued) {
            Key.OfReady old = Layout.readyKey(found.key.get());
            if (Gates.isGate(old.queue())) {
                continue;
            }
            String tenant = tenantOf(old.taskId());
            put(
                    new Key.OfReady(pool, Turns.queueOf(old.queue(), tenant), old.order(), old.arrival(), old.taskId()),
                    found.value);
            store.delete(found.key);
            TurnEntry turn = new TurnEntry(0, 0);
            put(new Key.OfTurn(pool, old.queue(), tenant), Layout.value(turn));
            put(Turns.place(pool, old.queue(), tenant, turn), Layout.value(tenant));
        }
    }

    private void countBacklogs() {
        Map<String, Long> live = new HashMap<>();
        try (KeyValueIterator<Bytes, byte[]> tasks = range('k')) {
            while (tasks.hasNext()) {
                KeyValue<Bytes, byte[]> found = tasks.next();
                Key.OfTask key = new Key.OfTask(pool, Layout.nameIn(found.key.get()));
                try {
                    if (Layout.value(key, found.value) instanceof TaskEntry.Live task) {
                        live.merge(tenantOf(task.spec()), 1L, Long::sum);
                    }
                } catch (DamagedEntryException damaged) {
                    LOG.warn("{} cannot be read and is not counted in any backlog", key, damaged);
                }
            }
        }
        live.forEach((tenant, count) -> put(new Key.OfBacklog(pool, tenant), Layout.value(count)));
    }

    private String tenantOf(String taskId) {
        Key.OfTask key = new Key.OfTask(pool, taskId);
        byte[] bytes = store.get(Bytes.wrap(Layout.key(key)));
        try {
            return bytes != null && Layout.value(key, bytes) instanceof TaskEntry.Live task
                    ? tenantOf(task.spec())
                    : DEFAULT_TENANT;
        } catch (DamagedEntryException damaged) {
            // The dispatcher sets it aside when it meets it.
            return DEFAULT_TENANT;
        }
    }

    private static String tenantOf(TaskSubmitted spec) {
        return spec.getTenant() == null ? DEFAULT_TENANT : spec.getTenant();
    }

    private void put(Key<?> key, byte[] value) {
        store.put(Bytes.wrap(Layout.key(key)), value);
    }

    private KeyValueIterator<Bytes, byte[]> range(char letter) {
        Bytes from = Bytes.wrap(Layout.prefix(pool, letter));
        return store.range(from, Bytes.increment(from));
    }
}
