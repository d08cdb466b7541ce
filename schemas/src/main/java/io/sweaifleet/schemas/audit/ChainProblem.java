package io.sweaifleet.schemas.audit;

/**
 * Something wrong with a chain of audit events.
 *
 * @param type what is wrong
 * @param writer writer of the chain
 * @param partition partition of the chain
 * @param first sequence it is about
 * @param last last of the sequences it is about
 * @param eventId event at which it was noticed; empty when it is about events that are not there
 * @param offset offset of that event, -1 for none
 * @param detail how it was noticed, for people
 */
public record ChainProblem(
        Type type, String writer, int partition, long first, long last, String eventId, long offset, String detail) {

    /** What can be wrong. */
    public enum Type {
        /** Events between others are not there. */
        REMOVED,
        /** An event stands behind one that was written after it. */
        REORDERED,
        /** An event is not what was written. */
        CHANGED,
        /** An event that the writer did not write there. */
        INSERTED,
        /** Events at the end are not there that are known to have been. */
        CUT_OFF,
        /** A checkpoint that is not the writer's. */
        FORGED
    }

    @Override
    public String toString() {
        return type + " " + writer + " partition " + partition + " sequence " + first
                + (last > first ? " to " + last : "")
                + (eventId.isEmpty() ? "" : " (event " + eventId + ", offset " + offset + ")") + ": " + detail;
    }
}
