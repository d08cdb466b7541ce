package io.sweaifleet.agent.brain.chat;

import io.sweaifleet.agent.brain.recorded.Normaliser;
import java.util.ArrayList;
import java.util.List;

/**
 * Notices that an agent goes round in circles: {@value #SAME} times the same action with the same observation; the same action
 * failing {@value #FAILING} times, after which it is told once; {@value #ALTERNATING} steps that alternate between two. Texts are
 * compared without times and the like.
 */
final class StuckDetector {

    static final int SAME = 4;
    static final int FAILING = 3;
    static final int ALTERNATING = 6;

    /** What to do. */
    enum Verdict {
        GO_ON,
        /** Tell the model that this does not work. */
        NUDGE,
        /** End the attempt. */
        STUCK
    }

    private record Seen(int action, int observation, boolean failed) {
        boolean same(Seen other) {
            return action == other.action && observation == other.observation;
        }
    }

    private final Normaliser normaliser;
    private final List<Seen> seen = new ArrayList<>();
    private boolean nudged;
    private String reason = "";

    StuckDetector(Normaliser normaliser) {
        this.normaliser = normaliser;
    }

    /** Why the last verdict was not to go on. */
    String reason() {
        return reason;
    }

    /** Takes the next step. */
    Verdict add(String action, String observation, boolean failed) {
        Seen last = new Seen(
                normaliser.apply(action).hashCode(),
                normaliser.apply(observation).hashCode(),
                failed);
        seen.add(last);
        if (trailing(entry -> entry.same(last)) >= SAME) {
            reason = SAME + " times the same action with the same result";
            return Verdict.STUCK;
        }
        if (failed && trailing(entry -> entry.failed() && entry.action() == last.action()) >= FAILING) {
            reason = FAILING + " times the same action with an error";
            if (nudged) {
                return Verdict.STUCK;
            }
            nudged = true;
            return Verdict.NUDGE;
        }
        if (alternates()) {
            reason = ALTERNATING + " steps that alternate between two";
            return Verdict.STUCK;
        }
        return Verdict.GO_ON;
    }

    private int trailing(java.util.function.Predicate<Seen> matches) {
        int count = 0;
        while (count < seen.size() && matches.test(seen.get(seen.size() - 1 - count))) {
            count++;
        }
        return count;
    }

    private boolean alternates() {
        int size = seen.size();
        if (size < ALTERNATING) {
            return false;
        }
        Seen one = seen.get(size - 1);
        Seen other = seen.get(size - 2);
        if (one.same(other)) {
            return false;
        }
        for (int back = 0; back < ALTERNATING; back++) {
            if (!seen.get(size - 1 - back).same(back % 2 == 0 ? one : other)) {
                return false;
            }
        }
        return true;
    }
}
