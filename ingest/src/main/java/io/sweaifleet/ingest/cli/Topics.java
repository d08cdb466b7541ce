package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Topics as commands name them. */
final class Topics {

    private Topics() {}

    /**
     * Partitions of a topic that must exist.
     *
     * @throws CliException when it does not
     */
    static List<TopicPartition> partitions(TopicReader reader, FleetTopic topic) {
        List<TopicPartition> partitions = reader.partitions(topic.topicName());
        if (partitions.isEmpty()) {
            throw CliException.environment(
                    "the broker has no topic " + topic.topicName(), "create the topics with `fleet topics create`");
        }
        return partitions;
    }

    /**
     * A topic of the catalogue; {@code fleet.} may be left out.
     *
     * @throws CliException when there is none of that name
     */
    static FleetTopic byName(String name) {
        return find(name)
                .orElseThrow(() -> CliException.usage(
                        "the fleet has no topic '" + name + "'",
                        "use one of "
                                + Arrays.stream(FleetTopic.values())
                                        .map(FleetTopic::topicName)
                                        .collect(Collectors.joining(", "))));
    }

    /** A topic of the catalogue; {@code fleet.} may be left out. */
    static Optional<FleetTopic> find(String name) {
        return Arrays.stream(FleetTopic.values())
                .filter(topic ->
                        topic.topicName().equals(name) || topic.topicName().equals("fleet." + name))
                .findFirst();
    }
}
