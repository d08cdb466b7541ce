package io.sweaifleet.topology.core.domain;

import java.util.List;

/**
 * What an event leads to: nothing of it has happened yet.
 *
 * @param changes to be applied to the state, at most one per key
 * @param effects to be told, in this order
 * @param more whether there is more of the same to do, which is best done in a further step
 */
public record Decision(List<Change<?>> changes, List<Effect> effects, boolean more) {

    /** Whether it changes and tells nothing. */
    public boolean isEmpty() {
        return changes.isEmpty() && effects.isEmpty();
    }
}
