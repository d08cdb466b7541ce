package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;

/**
 * Decides what a command on the worker's partition means to it: several workers may share a partition, commands may
 * arrive twice, and one may be missing. Not thread-safe; the owner
 * guards it, but any thread may ask for the incarnation.
 */
public final class CommandGate {

    /** What to do with a command. */
    public enum Verdict {
        /** It is for another worker, or for another incarnation of this one. */
        NOT_MINE,
        /** It was applied before. */
        DUPLICATE,
        /** Apply it: it is the next one. */
        APPLY,
        /** Commands before it never arrived, or core does not know this worker: begin again as a new incarnation. */
        REINTRODUCE
    }

    private final String pool;
    private final String workerId;
    private volatile long incarnation;
    private long lastApplied;

    public CommandGate(String pool, String workerId, long incarnation) {
        this.pool = pool;
        this.workerId = workerId;
        this.incarnation = incarnation;
    }

    /** Judges a command; one that is to be applied counts as applied from then on. */
    public Verdict judge(WorkerCommand command) {
        if (!command.getPool().equals(pool)
                || !command.getWorkerId().equals(workerId)
                || command.getIncarnation() != incarnation) {
            return Verdict.NOT_MINE;
        }
        // Core sends it when it has no state for the worker, so its sequence says nothing.
        if (command.getType() == CommandType.REINTRODUCE) {
            return Verdict.REINTRODUCE;
        }
        if (command.getSequence() <= lastApplied) {
            return Verdict.DUPLICATE;
        }
        if (command.getSequence() > lastApplied + 1) {
            return Verdict.REINTRODUCE;
        }
        lastApplied = command.getSequence();
        return Verdict.APPLY;
    }

    /** Begins a new incarnation, higher than the last one even when the clock went back. */
    public long reintroduce(long nowMs) {
        incarnation = Math.max(nowMs, incarnation + 1);
        lastApplied = 0;
        return incarnation;
    }

    /** Start of the current incarnation, ms since the epoch. */
    public long incarnation() {
        return incarnation;
    }

    /** Sequence of the last command applied, 0 for none. */
    public long lastApplied() {
        return lastApplied;
    }
}
