package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task in the ledger: running through its phases, or shrunk to a tombstone. */
public sealed interface TaskEntry {

    /** Workflow of the task. */
    String workflowId();

    /**
     * A task that has not ended.
     *
     * @param spec the submission, defaults filled in
     * @param dependents tasks that wait for this one
     * @param arrival number of the event that accepted it
     * @param acceptedAt when core accepted it, ms since the epoch
     * @param readySince when it was queued for the first time, ms since the epoch; 0 when it never was
     * @param startedAt when the first attempt started on an agent, ms since the epoch; 0 when none did
     * @param attempts attempts that ended
     * @param position where it stands in the run of a definition; null outside of runs
     */
    record Live(
            String workflowId,
            TaskSubmitted spec,
            List<String> dependents,
            long arrival,
            long acceptedAt,
            long readySince,
            long startedAt,
            List<AttemptSummary> attempts,
            Phase phase,
            @Nullable Position position)
            implements TaskEntry {

        Live withSpec(TaskSubmitted changed) {
            return new Live(
                    workflowId,
                    changed,
                    dependents,
                    arrival,
                    acceptedAt,
                    readySince,
                    startedAt,
                    attempts,
                    phase,
                    position);
        }

        Live withPhase(Phase next) {
            return new Live(
                    workflowId, spec, dependents, arrival, acceptedAt, readySince, startedAt, attempts, next, position);
        }

        /** The same with another place in the queue it stands in, if it stands in one. */
        Live reordered(long order) {
            if (phase instanceof Phase.Ready) {
                return withPhase(new Phase.Ready(order));
            }
            return phase instanceof Phase.Held held ? withPhase(new Phase.Held(order, held.gate())) : this;
        }

        Live withReadySince(long since) {
            return new Live(
                    workflowId, spec, dependents, arrival, acceptedAt, since, startedAt, attempts, phase, position);
        }

        Live withStartedAt(long started) {
            return new Live(
                    workflowId, spec, dependents, arrival, acceptedAt, readySince, started, attempts, phase, position);
        }

        Live withAttempts(List<AttemptSummary> ended) {
            return new Live(
                    workflowId, spec, dependents, arrival, acceptedAt, readySince, startedAt, ended, phase, position);
        }
    }

    /**
     * Tombstone of a task. Outputs and artifacts are kept only while tasks that depend on it may start.
     *
     * @param attempts number of attempts
     * @param end what a run still has to know of it; null outside of runs
     */
    record Ended(
            String workflowId,
            TaskStatus status,
            int attempts,
            Map<String, String> outputs,
            List<ArtifactRef> artifacts,
            @Nullable StepEnd end)
            implements TaskEntry {

        boolean isShrunk() {
            return outputs.isEmpty() && artifacts.isEmpty() && end == null;
        }

        Ended shrunk() {
            return new Ended(workflowId, status, attempts, Map.of(), List.of(), null);
        }
    }

    /**
     * How a task of a run ended, for the expressions of the tasks after it. Kept while the run is under way.
     *
     * @param blocked whether it never began, because of what it depends on
     * @param findings number of its findings
     */
    record StepEnd(
            Position position, boolean blocked, @Nullable Failure failure, int findings) {}

    /** Where a live task stands. */
    sealed interface Phase {

        /**
         * Waits for tasks it depends on.
         *
         * @param open number of those that have not ended
         */
        record Waiting(int open) implements Phase {}

        /**
         * Queued.
         *
         * @param order its place in the queue; see {@link Key.OfReady#order}
         */
        record Ready(long order) implements Phase {}

        /**
         * Ready, but held back.
         *
         * @param order its place in the queue once it is let through
         * @param gate what holds it; see {@link Gates}
         */
        record Held(long order, String gate) implements Phase {}

        /**
         * Waits for its moment: until it may be queued for the first time, or is tried again.
         *
         * @param dueAt when, ms since the epoch
         */
        record Backoff(long dueAt) implements Phase {}

        /** Given to a worker. */
        record Running(Lease lease) implements Phase {}

        /**
         * Waits for an approval or a signal.
         *
         * @param since when it began to, ms since the epoch
         * @param dueAt when it no longer does, ms since the epoch; 0 for never
         */
        record Asking(long since, long dueAt) implements Phase {}

        /** Core does it by doing others, with which it ends. */
        sealed interface Parent extends Phase {

            /** Why it is to end as soon as what it began has ended; null when it is not. */
            @Nullable
            Halt halt();

            /** The same, to be ended. */
            Parent halted(Halt why);
        }

        /**
         * A task for each item of a list.
         *
         * @param total items in the list
         * @param next number of the first item that was not begun
         * @param open items that were begun and have not ended
         * @param failed items that did not succeed
         * @param growAt when further items are begun, ms since the epoch; 0 when an end of one begins the next
         */
        record Items(
                int total,
                int next,
                int open,
                int failed,
                long growAt,
                @Nullable Halt halt) implements Parent {
            @Override
            public Items halted(Halt why) {
                return new Items(total, next, open, failed, growAt, why);
            }

            Items begun() {
                return new Items(total, next + 1, open + 1, failed, growAt, halt);
            }

            Items ended(boolean worked) {
                return new Items(total, next, open - 1, worked ? failed : failed + 1, growAt, halt);
            }

            Items growing(long at) {
                return new Items(total, next, open, failed, at, halt);
            }
        }

        /**
         * A task again and again.
         *
         * @param number of the iteration under way, from 1
         */
        record Iterations(int number, @Nullable Halt halt) implements Parent {
            @Override
            public Iterations halted(Halt why) {
                return new Iterations(number, why);
            }
        }

        /**
         * A workflow of its own, with the task's id.
         *
         * @param since when it was to begin, ms since the epoch
         * @param dueAt when its beginning is tried, ms since the epoch; 0 once it began
         */
        record Calling(long since, long dueAt, @Nullable Halt halt) implements Parent {
            @Override
            public Calling halted(Halt why) {
                return new Calling(since, dueAt, why);
            }

            boolean hasBegun() {
                return dueAt == 0;
            }
        }
    }

    /**
     * An end that was asked of a task that core does by doing others.
     *
     * @param status how it ends: CANCELLED or EXPIRED
     */
    record Halt(TaskStatus status, Failure failure) {}

    /**
     * The right of a worker to run an attempt.
     *
     * @param number attempt number from 1
     * @param incarnation incarnation of the worker
     * @param agentId empty until the agent reported
     * @param roleVersion version of the role that the worker applies
     * @param assignedAt ms since the epoch
     * @param startedAt ms since the epoch; 0 until the agent reported
     * @param timeoutAt when the timer of the attempt is due, ms since the epoch
     * @param stop why the worker was told to stop, or null
     * @param metered what it is counted for, as bits of {@link BudgetScope.Kind}; 0 for no budget
     * @param tokens tokens that its agent has told of
     * @param costMicroUsd money that its agent has told of, in millionths of a US dollar
     * @param asks what its agent asks and nobody has answered
     */
    record Lease(
            String leaseId,
            int number,
            String workerId,
            long incarnation,
            String agentId,
            int roleVersion,
            long assignedAt,
            long startedAt,
            long timeoutAt,
            @Nullable Stop stop,
            int metered,
            long tokens,
            long costMicroUsd,
            List<Ask> asks) {

        /** The open request of an id, or null. */
        @Nullable
        Ask ask(String requestId) {
            return asks.stream()
                    .filter(ask -> ask.requestId().equals(requestId))
                    .findFirst()
                    .orElse(null);
        }

        Lease asking(List<Ask> open) {
            return with(agentId, startedAt, timeoutAt, stop, tokens, costMicroUsd, open);
        }

        Lease started(String agent, long at) {
            return with(agent, at, timeoutAt, stop, tokens, costMicroUsd);
        }

        Lease timingOutAt(long at) {
            return with(agentId, startedAt, at, stop, tokens, costMicroUsd);
        }

        Lease stopping(Stop why) {
            return with(agentId, startedAt, timeoutAt, why, tokens, costMicroUsd);
        }

        Lease using(long usedTokens, long usedMicroUsd) {
            return with(agentId, startedAt, timeoutAt, stop, usedTokens, usedMicroUsd);
        }

        private Lease with(
                String agent, long started, long timeout, @Nullable Stop why, long usedTokens, long usedMicroUsd) {
            return with(agent, started, timeout, why, usedTokens, usedMicroUsd, asks);
        }

        private Lease with(
                String agent,
                long started,
                long timeout,
                @Nullable Stop why,
                long usedTokens,
                long usedMicroUsd,
                List<Ask> open) {
            return new Lease(
                    leaseId,
                    number,
                    workerId,
                    incarnation,
                    agent,
                    roleVersion,
                    assignedAt,
                    started,
                    timeout,
                    why,
                    metered,
                    usedTokens,
                    usedMicroUsd,
                    open);
        }
    }

    /**
     * A tool call of an attempt that waits for an approval.
     *
     * @param requestId id, unique within the task
     * @param tool tool that is called
     * @param rule rule that asks
     * @param dueAt when it counts as denied, ms since the epoch
     */
    record Ask(String requestId, String tool, String rule, long dueAt) {}

    /**
     * A stop that was asked of a worker.
     *
     * @param graceEndsAt when the lease is taken away all the same, ms since the epoch
     */
    record Stop(StopReason reason, Failure failure, long graceEndsAt) {}

    /** Why a worker was told to stop. The order of constants is stored: append only. */
    enum StopReason {
        /** The task was cancelled. */
        CANCELLED,
        /** The attempt took too long; the task may be tried again. */
        ATTEMPT_TIMEOUT,
        /** The task took too long; it ends as EXPIRED. */
        DEADLINE,
        /** A budget is used up; the task ends as FAILED. */
        BUDGET
    }
}
