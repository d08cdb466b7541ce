package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.QuietDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Decisions of a pool that changed its state and wrote no event, since its last event. With them the journal holds everything that a
 * replay needs beside the inputs: what was decided, in which order, and when.
 */
public record Quiet(List<QuietDecision> decisions) {

    /** Decisions kept at most: the list is written anew with each, and goes with the next event. */
    static final int MOST = 32;

    static final Quiet NONE = new Quiet(List.of());

    Quiet with(Moment moment) {
        List<QuietDecision> all = new ArrayList<>(decisions);
        all.add(new QuietDecision(
                moment.cause(),
                Instant.ofEpochMilli(moment.now()),
                Instant.ofEpochMilli(moment.resumedAt()),
                moment.coreInputsOffset()));
        return new Quiet(all);
    }
}
