package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.client.ArchivedTopicReader;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.CoreHistory;
import io.sweaifleet.topology.core.UnverifiableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** The history of a fleet: its archive and its topics as one, up to what they hold when they are asked. */
final class FleetHistory implements CoreHistory {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED = Duration.ofSeconds(20);

    private final Fleet fleet;
    private final Archive archive;
    private final List<TopicReader> readers = new ArrayList<>();

    FleetHistory(Fleet fleet, Archive archive) {
        this.fleet = fleet;
        this.archive = archive;
    }

    @Override
    public Iterator<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic, int partition) {
        TopicPartition place = new TopicPartition(topic.topicName(), partition);
        TopicReader reader = new ArchivedTopicReader(fleet.reader(), archive);
        readers.add(reader);
        long first = reader.beginnings(List.of(place)).getOrDefault(place, 0L);
        if (first > 0) {
            throw new UnverifiableException(place + " begins with offset " + first + ": what was before is gone");
        }
        long end = reader.ends(List.of(place)).getOrDefault(place, 0L);
        reader.start(Map.of(place, 0L));
        return new Records(reader, place, end);
    }

    @Override
    public int partitions(FleetTopic topic) {
        try (TopicReader reader = fleet.reader()) {
            return reader.partitions(topic.topicName()).size();
        }
    }

    @Override
    public Map<String, ?> serdes() {
        return FleetSettings.registryClient(fleet.settings());
    }

    @Override
    public void close() {
        readers.forEach(TopicReader::close);
    }

    private static final class Records implements Iterator<ConsumerRecord<byte[], byte[]>> {
        private final TopicReader reader;
        private final TopicPartition place;
        private final long end;
        private final Deque<ConsumerRecord<byte[], byte[]>> read = new ArrayDeque<>();

        Records(TopicReader reader, TopicPartition place, long end) {
            this.reader = reader;
            this.place = place;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            long since = System.nanoTime();
            while (read.isEmpty() && !reader.reached(Map.of(place, end))) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    if (record.offset() < end) {
                        read.add(record);
                    }
                }
                if (System.nanoTime() - since > STALLED.toNanos()) {
                    throw new TimeoutException("nothing of " + place + " was read for " + STALLED.toSeconds() + " s");
                }
            }
            return !read.isEmpty();
        }

        @Override
        public ConsumerRecord<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return read.remove();
        }
    }
}
