package io.sweaifleet.ingest.print;

import io.sweaifleet.schemas.query.Waiting;
import java.util.List;
import java.util.stream.Collectors;

/** Why a task waits, as people read it. */
public final class Reasons {

    private Reasons() {}

    /** Every reason on one line. */
    public static String words(List<Waiting> reasons) {
        return reasons.stream().map(Waiting::message).collect(Collectors.joining("; "));
    }
}
