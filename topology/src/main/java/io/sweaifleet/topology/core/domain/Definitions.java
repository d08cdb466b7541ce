package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;

/** Roles and pools. Intake copies them into every partition; only what is newer in their topic is applied. */
final class Definitions {

    private final Step step;

    Definitions(Step step) {
        this.step = step;
    }

    void onRole(CoreInput input) {
        if (!isNews(step, Key.SHARED, input)) {
            return;
        }
        Key.OfRole key = new Key.OfRole(input.getName());
        RoleDefinition role = input.getRole();
        if (role == null) {
            step.state.delete(key);
        } else {
            step.state.put(
                    key,
                    new RoleEntry(
                            role.getVersion(),
                            Math.max(1, role.getAttemptTimeoutMs()),
                            Math.max(1, role.getSlotsPerAgent())));
        }
    }

    void onPool(CoreInput input) {
        if (!isNews(step, Key.SHARED, input)) {
            return;
        }
        Key.OfPool key = new Key.OfPool(input.getName());
        PoolDefinition definition = input.getPoolDefinition();
        if (definition != null) {
            step.state.put(key, PoolEntry.of(definition));
            Sweeper.begin(step);
        } else {
            PoolEntry known = step.state.get(key);
            if (known != null) {
                step.state.put(key, known.asClosed());
            }
        }
    }

    /**
     * Whether a definition is newer than what is known of its name; it is, from then on.
     *
     * @param owner pool, or {@link Key#SHARED}
     */
    static boolean isNews(Step step, String owner, CoreInput input) {
        Key.OfMark key = new Key.OfMark(
                owner,
                input.getOrigin().getTopicId() + ":" + input.getOrigin().getTopic() + ":" + input.getName(),
                input.getOrigin().getPartition());
        Long highest = step.state.get(key);
        if (highest != null && highest >= input.getOrigin().getOffset()) {
            return false;
        }
        step.state.put(key, input.getOrigin().getOffset());
        return true;
    }
}
