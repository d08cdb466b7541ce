package io.sweaifleet.deploy.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A process of the node, as data.
 *
 * @param name lower-case word; names its log file too
 * @param command what to execute
 * @param environment variables that it gets besides those of the launcher
 * @param after the stages that must be ready before it is started
 * @param endsBefore further stages that it needs until it has ended
 * @param readiness how to see that it can be used
 * @param address where it is reached; empty when nothing connects to it
 * @param startWithin how long its start may take
 * @param stopWithin how long it may take to end after SIGTERM, before it is killed
 * @param hints what to do about known lines of its log
 */
record Part(
        String name,
        List<String> command,
        Map<String, String> environment,
        Set<String> after,
        Set<String> endsBefore,
        Readiness readiness,
        String address,
        Duration startWithin,
        Duration stopWithin,
        List<Hint> hints)
        implements Stage {
    Part {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        after = Set.copyOf(after);
        endsBefore = Set.copyOf(endsBefore);
        hints = List.copyOf(hints);
    }

    /** The same part, which goes on for a while after SIGTERM, and needs other stages meanwhile. */
    Part endingLater(Duration atMost, Set<String> needed) {
        return new Part(
                name,
                command,
                environment,
                after,
                needed,
                readiness,
                address,
                startWithin,
                stopWithin.plus(atMost),
                hints);
    }
}
