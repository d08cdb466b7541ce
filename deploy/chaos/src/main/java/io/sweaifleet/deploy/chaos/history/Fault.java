package io.sweaifleet.deploy.chaos.history;

/**
 * A fault as it was made.
 *
 * @param at when, ms since the epoch
 * @param target what it hit, such as {@code core-1}
 * @param kind what was done: KILL, RESTART or STOP
 * @param pid process that it hit; 0 when there was none, so that nothing was done
 * @param forMs how long the process was stopped; 0 for the other kinds
 */
public record Fault(long at, String target, String kind, long pid, long forMs) {

    /** One line of the log of faults, columns separated by tabs. */
    public String line() {
        return at + "\t" + target + "\t" + kind + "\t" + pid + "\t" + forMs;
    }

    /**
     * The fault of a line.
     *
     * @throws IllegalArgumentException when the line is no such line
     */
    public static Fault of(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != 5) {
            throw new IllegalArgumentException("'" + line + "' has " + columns.length + " columns and not 5");
        }
        return new Fault(
                Long.parseLong(columns[0]),
                columns[1],
                columns[2],
                Long.parseLong(columns[3]),
                Long.parseLong(columns[4]));
    }
}
