package io.sweaifleet.topology.core;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Says when a commit may be asked for.
 *
 * <p>A commit makes what was decided visible, and costs the whole thread, whatever it holds. So everything that was fetched
 * is decided first, and committed together: when little arrives, that is at once; when much arrives, what came during one
 * commit goes into the next, and the thread cannot lock itself into a commit for each record. While records are waiting
 * without end, a commit comes after {@value #COMMITS_WORTH} times what the last one took, within
 * {@value #SHORTEST_LIMIT_MS} to {@value #LONGEST_LIMIT_MS} ms.
 *
 * <p>One instance serves one stream thread, because a commit is of all tasks of the thread. {@link CoreClients} tells it what
 * is fetched and what a commit took. Times are of any clock in ns that does not go back.
 */
final class CommitPacer {

    private static final int COMMITS_WORTH = 4;
    private static final long SHORTEST_LIMIT_MS = 50;
    private static final long LONGEST_LIMIT_MS = 250;

    private final Map<TopicPartition, Integer> waiting = new HashMap<>();
    private long commitBegan;
    private long commitEnded = Long.MIN_VALUE / 2;
    private long commitTook;

    /** So many records of a partition were handed to the thread. */
    void fetched(TopicPartition partition, int records) {
        waiting.merge(partition, records, Integer::sum);
    }

    /** One of them is being processed. */
    void taken(TopicPartition partition) {
        waiting.computeIfPresent(partition, (same, records) -> records == 1 ? null : records - 1);
    }

    /** What waited of other partitions than these went to another thread. */
    void assigned(Set<TopicPartition> partitions) {
        waiting.keySet().retainAll(partitions);
    }

    void commitBegan(long now) {
        commitBegan = now;
    }

    void commitEnded(long now) {
        commitTook = now - commitBegan;
        commitEnded = now;
    }

    /** Whether a commit may be asked for now. */
    boolean mayCommit(long now) {
        return waiting.isEmpty() || now - commitEnded >= limitNs();
    }

    /** How long records that wait put off a commit at most, in ns. */
    long limitNs() {
        long limit = Math.max(SHORTEST_LIMIT_MS * 1_000_000, COMMITS_WORTH * commitTook);
        return Math.min(LONGEST_LIMIT_MS * 1_000_000, limit);
    }
}
