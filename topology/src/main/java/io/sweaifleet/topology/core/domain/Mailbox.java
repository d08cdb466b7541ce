package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.workflow.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers and signals that came before anything waited for them, in the order in which they came. */
public record Mailbox(List<Letter> letters) {

    /** Letters kept for one task or workflow. */
    static final int MOST = 100;

    static final Mailbox EMPTY = new Mailbox(List.of());

    /**
     * An answer to an approval, or a signal.
     *
     * @param id of the request that brought it, an idempotency key
     * @param verdict the answer; null for a signal
     * @param signal name of the signal; empty for an answer
     * @param by who sent it
     * @param groups groups of that person
     * @param comment of the answer; empty for a signal
     * @param payload of the signal; empty for an answer
     */
    public record Letter(
            String id,
            @Nullable Verdict verdict,
            String signal,
            String by,
            List<String> groups,
            String comment,
            Map<String, String> payload) {}

    Mailbox with(Letter letter) {
        List<Letter> more = new ArrayList<>(letters);
        more.add(letter);
        return new Mailbox(more);
    }

    Mailbox without(String id) {
        return new Mailbox(
                letters.stream().filter(letter -> !letter.id().equals(id)).toList());
    }

    Optional<Letter> first(Predicate<Letter> wanted) {
        return letters.stream().filter(wanted).findFirst();
    }
}
