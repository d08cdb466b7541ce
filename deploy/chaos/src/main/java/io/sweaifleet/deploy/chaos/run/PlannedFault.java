package io.sweaifleet.deploy.chaos.run;

/**
 * A fault of the schedule.
 *
 * @param afterMs when, counted from the beginning, in ms
 * @param target what it hits; {@value #CHILD}: a child process of an agent, whichever runs then
 * @param kind what is done
 * @param forMs how long the process is stopped, in ms; 0 for other kinds
 */
public record PlannedFault(long afterMs, String target, Kind kind, long forMs) {

    /** Target: the child process of an attempt. */
    public static final String CHILD = "agent";

    /** What can be done to a process. */
    public enum Kind {
        /** {@code kill -9}; its launcher starts it again. */
        KILL,
        /** {@code kill -TERM}; its launcher starts it again. */
        RESTART,
        /** {@code kill -STOP}, and {@code kill -CONT} after a while. */
        STOP
    }
}
