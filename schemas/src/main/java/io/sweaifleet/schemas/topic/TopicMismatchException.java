package io.sweaifleet.schemas.topic;

import java.util.List;
import java.util.stream.Collectors;

/** Topics exist that differ from the catalogue in a way that would break a promise. Each difference is named with its remedy. */
public final class TopicMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<TopicMismatch> mismatches;

    /** For these differences, at least one. */
    public TopicMismatchException(List<TopicMismatch> mismatches) {
        super(mismatches.stream().map(TopicMismatch::toString).collect(Collectors.joining("\n")));
        this.mismatches = List.copyOf(mismatches);
    }

    /** Every difference that was found. */
    public List<TopicMismatch> mismatches() {
        return mismatches;
    }
}
