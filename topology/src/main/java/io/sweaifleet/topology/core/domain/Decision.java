package io.sweaifleet.topology.core.domain;

import java.util.List;

/**
 * What an event leads to: nothing of it has happened yet.
 *
 * @param changes to be applied to the state, at most one per key, and no more than {@link #MOST_CHANGES}
 * @param effects to be told, in this order
 * @param more whether there is more of the same to do, which is best done in a further step
 * @param rest what is left of the event, to be decided next, before any other event and in the same transaction
 */
public record Decision(List<Change<?>> changes, List<Effect> effects, boolean more, List<Event> rest) {

    /** Entries that one decision changes at most. */
    public static final int MOST_CHANGES = 1_000;

    /** Whether it changes and tells nothing. */
    public boolean isEmpty() {
        return changes.isEmpty() && effects.isEmpty();
    }
}
