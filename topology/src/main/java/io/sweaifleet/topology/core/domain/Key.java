package io.sweaifleet.topology.core.domain;

import java.util.Comparator;

/**
 * Name of one entry of core's state; the type parameter is the type of the entry's value.
 *
 * <p>Keys of one pool live together. {@link #SHARED} stands for what the pools of a partition share.
 */
public sealed interface Key<V> {

    /** Pool of entries that all pools of a partition share. */
    String SHARED = "";

    /** Pool that the entry belongs to, or {@link #SHARED}. */
    String pool();

    /** Definition of a pool. */
    record OfPool(String pool) implements Key<PoolEntry> {}

    /** Numbers given out by a pool. */
    record OfCounters(String pool) implements Key<Counters> {}

    /** Decisions of a pool that no event has told of yet. */
    record OfQuiet(String pool) implements Key<Quiet> {}

    /** A workflow, running or ended. */
    record OfWorkflow(String pool, String workflowId) implements Key<WorkflowEntry> {}

    /** A task, running or ended. */
    record OfTask(String pool, String taskId) implements Key<TaskEntry> {}

    /** A worker. */
    record OfWorker(String pool, String workerId) implements Key<WorkerEntry> {}

    /** A lease, found by its worker. */
    record OfLease(String pool, String workerId, String leaseId) implements Key<LeaseEntry> {}

    /** A role's definition, shared by all pools. */
    record OfRole(String role) implements Key<RoleEntry> {
        @Override
        public String pool() {
            return SHARED;
        }
    }

    /** A control request for something not yet seen. Exactly one of the two ids is set; the other is empty. */
    record OfEarlyControl(String pool, String workflowId, String taskId) implements Key<EarlyControl> {}

    /** A control request that was taken; its id is an idempotency key. */
    record OfControl(String pool, String controlId) implements Key<TakenControl> {}

    /** Highest offset taken from one partition of a topic that intake reads. */
    record OfMark(String pool, String topicId, int partition) implements Key<Long> {}

    /** A pause; its value says who asked for it. The gate is one of {@link Gates}. */
    record OfPause(String pool, String gate) implements Key<EarlyControl> {}

    /** Tasks that run with a concurrency key. */
    record OfHolders(String pool, String concurrencyKey) implements Key<Holders> {}

    /**
     * A queued task; its value is the task's workflow. Ascending order is the order of release within a role, or behind a gate.
     *
     * @param role the queue: a role's name, or the gate of {@link Gates} that holds the task back (which no role's name can be)
     * @param order moment at which the task became ready, less its priority times the pool's ageing time, in ms: constant
     *     over time, yet it lets a waiting task overtake a more urgent newer one
     * @param arrival number of the event that accepted the task; breaks ties
     */
    record OfReady(String pool, String role, long order, long arrival, String taskId)
            implements Key<String>, Comparable<OfReady> {

        private static final Comparator<OfReady> RELEASE_ORDER = Comparator.comparingLong(OfReady::order)
                .thenComparingLong(OfReady::arrival)
                .thenComparing(OfReady::taskId);

        @Override
        public int compareTo(OfReady other) {
            int byPool = pool.compareTo(other.pool);
            int byRole = byPool != 0 ? byPool : role.compareTo(other.role);
            return byRole != 0 ? byRole : RELEASE_ORDER.compare(this, other);
        }
    }

    /**
     * Something to do at a moment. The id keeps two timers of one instant apart.
     *
     * @param dueAt when, in ms since the epoch
     */
    record OfTimer(String pool, long dueAt, TimerKind kind, String id) implements Key<Boolean>, Comparable<OfTimer> {

        private static final Comparator<OfTimer> DUE_ORDER = Comparator.comparingLong(OfTimer::dueAt)
                .thenComparing(OfTimer::kind)
                .thenComparing(OfTimer::id);

        @Override
        public int compareTo(OfTimer other) {
            int byPool = pool.compareTo(other.pool);
            return byPool != 0 ? byPool : DUE_ORDER.compare(this, other);
        }

        /** Id of the timer as events name it. */
        public String name() {
            return kind.name() + ":" + id + "@" + dueAt;
        }

        /**
         * The timer that has this {@link #name}.
         *
         * @throws IllegalArgumentException when no timer has such a name
         */
        public static OfTimer named(String pool, String name) {
            int colon = name.indexOf(':');
            int at = name.lastIndexOf('@');
            if (colon < 0 || at < colon) {
                throw new IllegalArgumentException("'" + name + "' is not the name of a timer");
            }
            return new OfTimer(
                    pool,
                    Long.parseLong(name.substring(at + 1)),
                    TimerKind.valueOf(name.substring(0, colon)),
                    name.substring(colon + 1, at));
        }
    }
}
