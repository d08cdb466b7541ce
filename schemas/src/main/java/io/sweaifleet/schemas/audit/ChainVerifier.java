package io.sweaifleet.schemas.audit;

import io.sweaifleet.schemas.record.AuditCheckpoint;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.ChainHead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Verifies chains of audit events: give it the records of each partition in order, partitions mixed as they come, then
 * {@link #finish}. Names each record that was removed, reordered, changed or put in, and, by what signed checkpoints say
 * of their own chain and of others, a cut-off tail. Keeps 16 bytes for each event. Not thread-safe.
 */
public final class ChainVerifier {

    /** Whose signatures count. */
    @FunctionalInterface
    public interface Trust {
        /**
         * @param worker {@code pool/worker} that is said to have signed
         * @param publicKey key it is signed with, as in a checkpoint
         * @return why the key is not the worker's, or null when it is
         */
        @Nullable
        String refusal(String worker, String publicKey);
    }

    private record ChainId(String writer, int partition) {}

    private static final class State {
        private long first;
        private long last;
        private String lastHash = AuditChain.GENESIS;
        private long records;
        private long signed;
        private boolean closed;
        /** Sequences that were passed over, first to last. */
        private final TreeMap<Long, Long> missing = new TreeMap<>();

        private final SeenHashes seen = new SeenHashes();
    }

    private final Trust trust;
    private final Consumer<ChainProblem> problems;
    private final Map<ChainId, State> chains = new HashMap<>();
    private final Map<ChainId, ChainHead> ahead = new HashMap<>();
    private boolean headsCount = true;

    /**
     * @param trust whose signatures count
     * @param problems what is told of each problem, as soon as it is known
     */
    public ChainVerifier(Trust trust, Consumer<ChainProblem> problems) {
        this.trust = trust;
        this.problems = problems;
    }

    /**
     * From here on checkpoints say no more of other chains. Call it before reading what was appended meanwhile: only that
     * shows whether a chain goes as far as an earlier checkpoint says.
     */
    public void ignoreFurtherHeads() {
        headsCount = false;
    }

    /** Whether a chain is known to go further than what was read of it. */
    public boolean expectsMore() {
        return ahead.entrySet().stream().anyMatch(entry -> {
            State state = chains.get(entry.getKey());
            return state == null || state.last < entry.getValue().getSequence();
        });
    }

    /** States how far a chain is known to have gone from elsewhere, such as an earlier verification. */
    public void expect(ChainHead head) {
        compare(head, "an earlier verification");
    }

    /**
     * Checks the next event.
     *
     * @param partition partition it was read from
     * @param offset its offset there
     */
    public void check(AuditEvent event, int partition, long offset) {
        ChainId id = new ChainId(event.getWriter(), event.getPartition());
        State state = chains.computeIfAbsent(id, none -> new State());
        state.records++;
        if (event.getPartition() != partition) {
            problem(
                    ChainProblem.Type.INSERTED,
                    event,
                    offset,
                    "it names partition " + event.getPartition() + " but stands in " + partition);
            return;
        }
        boolean genuine = event.getHash().equals(AuditChain.hash(event));
        if (!genuine) {
            problem(ChainProblem.Type.CHANGED, event, offset, "its content does not have the hash it names");
        }
        long sequence = event.getSequence();
        if (sequence > state.last) {
            follow(state, event, offset);
        } else {
            goBack(state, event, offset);
        }
        if (genuine && event.getType() == AuditEventType.CHECKPOINT) {
            checkpoint(state, event, offset);
        }
    }

    private void follow(State state, AuditEvent event, long offset) {
        long sequence = event.getSequence();
        if (state.closed) {
            problem(ChainProblem.Type.INSERTED, event, offset, "it follows on the checkpoint that ended the chain");
        }
        if (sequence > state.last + 1) {
            state.missing.put(state.last + 1, sequence - 1);
        } else if (!event.getPreviousHash().equals(state.lastHash)) {
            problem(
                    ChainProblem.Type.CHANGED,
                    event,
                    offset,
                    sequence == 1
                            ? "it is the first of its chain but names an event before it"
                            : "the event before it, sequence " + (sequence - 1)
                                    + ", is not the one it was chained to: one of the two was written anew");
        }
        if (state.first == 0) {
            state.first = sequence;
        }
        state.last = sequence;
        state.lastHash = event.getHash();
        state.seen.add(sequence, event.getHash());
    }

    private void goBack(State state, AuditEvent event, long offset) {
        long sequence = event.getSequence();
        Map.Entry<Long, Long> range = state.missing.floorEntry(sequence);
        if (range == null || range.getValue() < sequence) {
            problem(
                    ChainProblem.Type.INSERTED,
                    event,
                    offset,
                    state.seen.is(sequence, event.getHash())
                            ? "it stands there a second time"
                            : "there is another event with this sequence");
            return;
        }
        state.missing.remove(range.getKey());
        if (range.getKey() < sequence) {
            state.missing.put(range.getKey(), sequence - 1);
        }
        if (sequence < range.getValue()) {
            state.missing.put(sequence + 1, range.getValue());
        }
        state.seen.add(sequence, event.getHash());
        problem(ChainProblem.Type.REORDERED, event, offset, "it stands after sequence " + state.last);
    }

    private void checkpoint(State state, AuditEvent event, long offset) {
        AuditCheckpoint checkpoint = event.getCheckpoint();
        if (checkpoint == null || !AuditKeys.isSigned(event)) {
            problem(ChainProblem.Type.FORGED, event, offset, "the checkpoint's signature is not valid");
            return;
        }
        if (!event.getWriter().startsWith(event.getWorkerId() + "@")) {
            problem(
                    ChainProblem.Type.FORGED,
                    event,
                    offset,
                    "worker " + event.getWorkerId() + " signed a chain that is not its own");
            return;
        }
        String refusal = trust.refusal(event.getPool() + "/" + event.getWorkerId(), checkpoint.getPublicKey());
        if (refusal != null) {
            problem(ChainProblem.Type.FORGED, event, offset, refusal);
            return;
        }
        state.signed = Math.max(state.signed, event.getSequence());
        state.closed |= checkpoint.getClosing();
        for (ChainHead head : checkpoint.getHeads()) {
            if (head.getWriter().startsWith(event.getWorkerId() + "@") && headsCount) {
                compare(head, "a checkpoint of " + event.getWriter());
            }
        }
    }

    /** A head that was read already is compared at once, another when its chain is there as far. */
    private void compare(ChainHead head, String said) {
        ChainId id = new ChainId(head.getWriter(), head.getPartition());
        State state = chains.get(id);
        if (state == null || state.last < head.getSequence()) {
            ahead.merge(id, head, (a, b) -> a.getSequence() >= b.getSequence() ? a : b);
        } else if (state.seen.isOther(head.getSequence(), head.getHash())) {
            problems.accept(new ChainProblem(
                    ChainProblem.Type.CHANGED,
                    head.getWriter(),
                    head.getPartition(),
                    head.getSequence(),
                    head.getSequence(),
                    "",
                    -1,
                    said + " knows another event of this sequence"));
        }
    }

    /** Tells of what is missing, and says how far each chain goes; by writer and partition. */
    public List<ChainSummary> finish() {
        ahead.forEach((id, head) -> {
            State state = chains.computeIfAbsent(id, none -> new State());
            if (state.last < head.getSequence()) {
                problems.accept(new ChainProblem(
                        ChainProblem.Type.CUT_OFF,
                        id.writer(),
                        id.partition(),
                        state.last + 1,
                        head.getSequence(),
                        "",
                        -1,
                        state.last == 0
                                ? "the chain is known to have been there, and nothing of it is"
                                : "the chain is known to have gone further than " + state.last));
            } else {
                compare(head, "a checkpoint");
            }
        });
        List<ChainSummary> summaries = new ArrayList<>();
        chains.forEach((id, state) -> {
            state.missing.forEach((first, last) -> problems.accept(new ChainProblem(
                    ChainProblem.Type.REMOVED,
                    id.writer(),
                    id.partition(),
                    first,
                    last,
                    "",
                    -1,
                    first == 1
                            ? "the chain begins with sequence " + (last + 1)
                            : "sequence " + (last + 1) + " follows on " + (first - 1))));
            if (state.records > 0) {
                summaries.add(new ChainSummary(
                        id.writer(),
                        id.partition(),
                        state.records,
                        state.first,
                        state.last,
                        state.lastHash,
                        state.signed,
                        state.closed));
            }
        });
        summaries.sort(Comparator.comparing(ChainSummary::writer).thenComparing(ChainSummary::partition));
        return summaries;
    }

    private void problem(ChainProblem.Type type, AuditEvent event, long offset, String detail) {
        problems.accept(new ChainProblem(
                type,
                event.getWriter(),
                event.getPartition(),
                event.getSequence(),
                event.getSequence(),
                event.getId(),
                offset,
                detail));
    }
}
