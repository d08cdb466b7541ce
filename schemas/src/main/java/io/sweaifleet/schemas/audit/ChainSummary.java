package io.sweaifleet.schemas.audit;

/**
 * How far a chain of audit events goes.
 *
 * @param writer writer of the chain
 * @param partition partition of the chain
 * @param records number of its records that were read
 * @param first its first sequence that was read
 * @param last its last sequence that was read
 * @param lastHash hash of the last event
 * @param signed last sequence that a valid checkpoint covers, 0 for none
 * @param closed whether the writer ended the chain: nothing can follow
 */
public record ChainSummary(
        String writer,
        int partition,
        long records,
        long first,
        long last,
        String lastHash,
        long signed,
        boolean closed) {

    /** Number of events at the end whose loss would not be noticed. */
    public long uncovered() {
        return last - signed;
    }
}
