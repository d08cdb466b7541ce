package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.workflow.WorkflowDefinition;
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

    /** Versions of a workflow's definition, shared by all pools. */
    record OfDefinition(String name) implements Key<DefinitionEntry> {
        @Override
        public String pool() {
            return SHARED;
        }
    }

    /** One version of a workflow's definition, shared by all pools. */
    record OfDefinitionVersion(String name, int version) implements Key<WorkflowDefinition> {
        @Override
        public String pool() {
            return SHARED;
        }
    }

    /** A run of a definition that has not ended. */
    record OfRun(String pool, String workflowId) implements Key<RunEntry> {}

    /** Answers and signals that nothing waited for when they came. Exactly one of the two ids is set; the other is empty. */
    record OfMailbox(String pool, String workflowId, String taskId) implements Key<Mailbox> {}

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

    /** The bucket of a rate key. */
    record OfRate(String pool, String rateKey) implements Key<RateEntry> {}

    /** Where a tenant stands in the round of a lane; see {@link Turns}. The lane is given by its {@linkplain Lane#name() name}. */
    record OfTurn(String pool, String lane, String tenant) implements Key<TurnEntry> {}

    /** What the tasks of a lane require of a worker; there is one while the lane has tasks queued. */
    record OfLane(String pool, String role, String digest) implements Key<Requirements> {}

    /** Virtual time of a role that has, or lately had, tasks with requirements; see {@link Turns}. */
    record OfVirtualTime(String pool, String role) implements Key<Long> {}

    /** What was used of a budget; the scope is the {@linkplain BudgetScope#name() name} of what it is of. */
    record OfMeter(String pool, String scope) implements Key<MeterEntry> {}

    /** Repositories that a worker has lately worked on. */
    record OfRepositories(String pool, String workerId) implements Key<RepositoriesEntry> {}

    /** How far the sweeper has come. */
    record OfSweep(String pool) implements Key<SweepEntry> {}

    /** A schedule, and where it stands. */
    record OfSchedule(String pool, String scheduleId) implements Key<ScheduleEntry> {}

    /** Number of a tenant's tasks that have not ended. */
    record OfBacklog(String pool, String tenant) implements Key<Long> {}

    /**
     * A queued task; its value is the task's workflow. Ascending order is the order of release within a queue. A queue of tenants
     * has the same form: the id is a tenant's, and so is the value.
     *
     * @param queue a tenant's queue for a {@link Lane}, or a lane's round of tenants ({@link Turns}), or the gate of {@link Gates} that
     *     holds the task back
     * @param order moment at which the task became ready, less its priority times the pool's ageing time, in ms: constant
     *     over time, yet it lets a waiting task overtake a more urgent newer one; of a tenant, its tag
     * @param arrival number of the event that accepted the task, or gave the tenant its tag; breaks ties
     */
    record OfReady(String pool, String queue, long order, long arrival, String taskId)
            implements Key<String>, Comparable<OfReady> {

        private static final Comparator<OfReady> RELEASE_ORDER = Comparator.comparingLong(OfReady::order)
                .thenComparingLong(OfReady::arrival)
                .thenComparing(OfReady::taskId);

        @Override
        public int compareTo(OfReady other) {
            int byPool = pool.compareTo(other.pool);
            int byQueue = byPool != 0 ? byPool : queue.compareTo(other.queue);
            return byQueue != 0 ? byQueue : RELEASE_ORDER.compare(this, other);
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
         * The timer with a name.
         *
         * @throws IllegalArgumentException when it is not the name of a timer
         */
        public static OfTimer named(String pool, String name) {
            int colon = name.indexOf(':');
            int at = name.lastIndexOf('@');
            if (colon < 0 || at < colon) {
                throw new IllegalArgumentException("'" + name + "' is not the name of a timer, KIND:ID@MILLISECONDS");
            }
            return new OfTimer(
                    pool,
                    Long.parseLong(name.substring(at + 1)),
                    TimerKind.valueOf(name.substring(0, colon)),
                    name.substring(colon + 1, at));
        }
    }
}
