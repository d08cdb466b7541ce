package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import java.util.function.Consumer;

/** Gives the fleet's topics more partitions; the module that knows core has it. Found by {@link java.util.ServiceLoader}. */
public interface TopicEnlarger {

    /**
     * Enlarges the keyed topics and moves core's state along, or finishes what was begun.
     *
     * @param partitions number of partitions to come
     * @param told told of each step, for people
     * @throws CliException when it cannot be done, or not now
     */
    void enlarge(Fleet fleet, int partitions, Consumer<String> told);
}
