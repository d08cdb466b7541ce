package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The history in an archive alone, whose files bring the schemas along. */
public final class ArchivedHistory implements CoreHistory {

    private final Archive archive;
    private final InMemorySchemaRegistry registry = InMemorySchemaRegistry.named("archive-" + UUID.randomUUID());

    /** The history in this archive. */
    public ArchivedHistory(Archive archive) {
        this.archive = archive;
        archive.schemas().forEach(registry::hold);
    }

    @Override
    public Iterator<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic, int partition) {
        TopicPartition place = new TopicPartition(topic.topicName(), partition);
        long first = archive.first(place).orElse(0);
        if (first > 0) {
            throw new UnverifiableException("the archive of " + place + " begins with offset " + first);
        }
        return archive.records(place, 0, Long.MAX_VALUE);
    }

    @Override
    public int partitions(FleetTopic topic) {
        // Partitions of which nothing was recorded are not in an archive.
        return archive.partitions().stream()
                .filter(place -> place.topic().equals(topic.topicName()))
                .mapToInt(place -> place.partition() + 1)
                .reduce(topic.partitions(), Math::max);
    }

    @Override
    public Map<String, ?> serdes() {
        return Map.of("schema.registry.url", registry.address());
    }
}
