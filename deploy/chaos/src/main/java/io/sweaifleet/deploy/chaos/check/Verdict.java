package io.sweaifleet.deploy.chaos.check;

import java.util.ArrayList;
import java.util.List;

/** What a check found: how much it looked at, and what breaks the promise. */
public final class Verdict {

    private long looked;
    private final List<String> violations = new ArrayList<>();

    /** One more thing was looked at. */
    void look() {
        looked++;
    }

    /** Something breaks the promise; the message names it. */
    void violated(String message) {
        violations.add(message);
    }

    /** Something must hold. */
    void require(boolean holds, String message, Object... values) {
        if (!holds) {
            violated(String.format(java.util.Locale.ROOT, message, values));
        }
    }

    /** How many things were looked at: a check that saw nothing proves nothing. */
    public long looked() {
        return looked;
    }

    /** What breaks the promise, each with the ids concerned; empty when it holds. */
    public List<String> violations() {
        return List.copyOf(violations);
    }
}
