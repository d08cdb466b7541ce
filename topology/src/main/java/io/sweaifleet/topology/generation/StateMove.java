package io.sweaifleet.topology.generation;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.topology.core.StateEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each entry of core's state goes when its partitions become more: what belongs to a pool to the pool's new
 * partition, in the order in which it was written; what pools share to every partition.
 *
 * <p>Shared are copies of definitions, which intake gave to every partition in one order: the partition that has come
 * furthest with them gives them all, and intake is made to read the definitions' topics again from the beginning.
 */
final class StateMove {

    private final int newPartitions;
    private final Map<Integer, Map<StateEntry, byte[]>> shared = new TreeMap<>();
    private final Map<String, Integer> pools = new TreeMap<>();

    StateMove(int newPartitions) {
        this.newPartitions = newPartitions;
    }

    /** An entry to write, or to delete when its value is null. */
    record Moved(int partition, byte[] key, byte @Nullable [] value) {}

    /** Takes an entry of an old partition; gives where it goes at once, or nothing when it is kept for the end. */
    List<Moved> take(int oldPartition, byte[] key, byte @Nullable [] value) {
        StateEntry entry = new StateEntry(key);
        String pool = entry.pool();
        if (!pool.isEmpty()) {
            return List.of(new Moved(partitionOf(pool), key, value));
        }
        if (entry.isPoolName() && value != null) {
            pools.put(entry.poolName(), oldPartition);
            return List.of(new Moved(partitionOf(entry.poolName()), key, value));
        }
        if (!entry.isOffsets() && !entry.isPoolName()) {
            Map<StateEntry, byte[]> ofPartition = shared.computeIfAbsent(oldPartition, none -> new LinkedHashMap<>());
            if (value == null) {
                ofPartition.remove(entry);
            } else {
                ofPartition.put(entry, value);
            }
        }
        return List.of();
    }

    /**
     * What is left when all was taken.
     *
     * @param next next offset of core's inputs by topic, for each new partition
     * @throws EnlargementException when a partition is in the form of an earlier release
     */
    List<Moved> rest(List<Map<String, Long>> next) {
        refuseEarlierForm();
        Map<StateEntry, byte[]> furthest = shared.values().stream()
                .max(Comparator.comparingLong(StateMove::marks))
                .orElse(new HashMap<>());
        List<Moved> rest = new ArrayList<>();
        for (int partition = 0; partition < newPartitions; partition++) {
            for (Map.Entry<StateEntry, byte[]> entry : furthest.entrySet()) {
                rest.add(new Moved(partition, entry.getKey().key(), entry.getValue()));
            }
            rest.add(new Moved(partition, StateEntry.offsetsKey(), StateEntry.offsets(next.get(partition))));
        }
        return rest;
    }

    private void refuseEarlierForm() {
        pools.forEach((pool, oldPartition) -> {
            if (shared.getOrDefault(oldPartition, Map.of()).keySet().stream().noneMatch(StateEntry::isVersion)) {
                throw new EnlargementException(
                        "the state of pool " + pool + " is in the form of an earlier release",
                        "start the topology of this release and let it run for a minute; then stop it and repeat");
            }
        });
    }

    private static long marks(Map<StateEntry, byte[]> entries) {
        return entries.entrySet().stream()
                .filter(entry -> entry.getKey().isMark())
                .mapToLong(entry -> StateEntry.mark(entry.getValue()) + 1)
                .sum();
    }

    /** The pools that were met, each with the partition that it leaves. */
    Map<String, Integer> pools() {
        return pools;
    }

    int partitionOf(String pool) {
        return Keys.partition(pool, newPartitions);
    }
}
