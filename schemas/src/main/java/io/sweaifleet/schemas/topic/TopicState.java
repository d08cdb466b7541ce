package io.sweaifleet.schemas.topic;

import java.util.List;
import java.util.Map;

/**
 * A topic of the catalogue as the brokers have it.
 *
 * @param topic the topic
 * @param exists whether it is there; if not, what follows is empty or 0
 * @param partitions number of partitions
 * @param replication copies of the partition that has the fewest
 * @param config settings that the fleet cares about, by the broker's names
 * @param mismatches what the fleet cannot work with
 */
public record TopicState(
        FleetTopic topic,
        boolean exists,
        int partitions,
        int replication,
        Map<String, String> config,
        List<TopicMismatch> mismatches) {

    public TopicState {
        config = Map.copyOf(config);
        mismatches = List.copyOf(mismatches);
    }
}
