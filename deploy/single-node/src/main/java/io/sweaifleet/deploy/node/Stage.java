package io.sweaifleet.deploy.node;

import java.util.Set;

/** A thing that must have happened before the node is ready, after others. */
sealed interface Stage permits Part, Step {
    String name();

    /** Names of the stages that must be complete before this one begins. */
    Set<String> after();

    /** Names of further stages that it needs until it has ended. */
    default Set<String> endsBefore() {
        return Set.of();
    }
}
