package io.sweaifleet.topology.core;

import java.util.List;

/**
 * What came of replaying the history of a pool.
 *
 * @param events events that came out as recorded
 * @param outcomes outcomes of tasks and workflows that came out as recorded
 * @param differences of the first decision that came out otherwise; empty when none did
 */
public record Verification(String pool, long events, long outcomes, List<Difference> differences) {

    /** Whether everything came out as recorded. */
    public boolean same() {
        return differences.isEmpty();
    }

    /**
     * Something that came out otherwise.
     *
     * @param sequence number of the event that was due
     * @param cause the record or timer that led to it
     * @param what what differs
     * @param expected what was recorded
     * @param actual what the replay gave
     */
    public record Difference(long sequence, String cause, String what, String expected, String actual) {

        @Override
        public String toString() {
            return "event " + sequence + " (cause " + cause + "): " + what + "\n    recorded: " + expected
                    + "\n    replayed: " + actual;
        }
    }
}
