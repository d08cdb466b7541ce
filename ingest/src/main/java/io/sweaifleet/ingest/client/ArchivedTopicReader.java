package io.sweaifleet.ingest.client;

import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.archive.ArchiveException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * An archive and the topics it is of, read as one: what a topic holds no longer comes from the archive. Throws
 * {@link ArchiveException} when a file is damaged, and when there are offsets that neither has any more.
 */
public final class ArchivedTopicReader implements TopicReader {

    private static final int AT_ONCE = 500;

    private final TopicReader topics;
    private final Archive archive;
    private final Map<TopicPartition, Iterator<ConsumerRecord<byte[], byte[]>>> archived = new LinkedHashMap<>();
    private final Set<TopicPartition> wanted = new HashSet<>();

    /**
     * @param topics reads what the brokers have; closed with this
     */
    public ArchivedTopicReader(TopicReader topics, Archive archive) {
        this.topics = topics;
        this.archive = archive;
    }

    @Override
    public List<TopicPartition> partitions(String topic) {
        return topics.partitions(topic);
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return topics.ends(partitions);
    }

    @Override
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> beginnings = new LinkedHashMap<>(topics.beginnings(partitions));
        beginnings.replaceAll((partition, beginning) -> {
            OptionalLong first = archive.first(partition);
            if (first.isEmpty() || first.getAsLong() >= beginning) {
                return beginning;
            }
            long next = archive.next(partition);
            if (next < beginning) {
                throw new ArchiveException(
                        "offsets " + next + " to " + (beginning - 1) + " of " + partition
                                + " are missing: the archive in " + archive.directory()
                                + " ends before them and the topic begins after them",
                        "put the missing files back from a copy, or read from offset " + beginning
                                + " on without the archive");
            }
            return first.getAsLong();
        });
        return beginnings;
    }

    @Override
    public Map<TopicPartition, Long> offsetsAt(Collection<TopicPartition> partitions, Instant time) {
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>(topics.offsetsAt(partitions, time));
        Map<TopicPartition, Long> beginnings = topics.beginnings(partitions);
        offsets.replaceAll((partition, offset) -> archive.offsetAt(
                        partition, time.toEpochMilli(), beginnings.getOrDefault(partition, 0L))
                .orElse(offset));
        return offsets;
    }

    @Override
    public void start(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> beginnings = topics.beginnings(offsets.keySet());
        Map<TopicPartition, Long> ofTopics = new HashMap<>();
        archived.clear();
        offsets.forEach((partition, offset) -> {
            long beginning = beginnings.getOrDefault(partition, 0L);
            if (offset < beginning) {
                archived.put(partition, archive.records(partition, offset, beginning));
            }
            ofTopics.put(partition, Math.max(offset, beginning));
        });
        topics.start(ofTopics);
        only(offsets.keySet());
    }

    @Override
    public List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        archived.forEach((partition, rest) -> {
            int taken = 0;
            while (wanted.contains(partition) && taken < AT_ONCE && rest.hasNext()) {
                records.add(rest.next());
                taken++;
            }
        });
        if (archived.values().removeIf(rest -> !rest.hasNext())) {
            only(Set.copyOf(wanted));
        }
        return records.isEmpty() ? topics.poll(timeout) : records;
    }

    @Override
    public boolean reached(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> ofTopics = new HashMap<>(ends);
        ofTopics.keySet().removeAll(archived.keySet());
        // What an end before the topic's beginning leaves of the archive is for the caller to drop, as with any topic.
        return ofTopics.size() == ends.size() && topics.reached(ofTopics);
    }

    @Override
    public void only(Collection<TopicPartition> partitions) {
        wanted.clear();
        wanted.addAll(partitions);
        // A partition's records come in their order: those of the topic after those of the archive.
        topics.only(partitions.stream()
                .filter(partition -> !archived.containsKey(partition))
                .toList());
    }

    @Override
    public void wakeup() {
        topics.wakeup();
    }

    @Override
    public void close() {
        topics.close();
    }
}
