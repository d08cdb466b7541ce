package io.sweaifleet.ingest.rebuild;

import io.sweaifleet.graph.GraphRebuilding;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.replay.MissingRecordsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Makes the graph anew from the records of its topics, from the first on up to what the topics held at the start. What is
 * written to the topics later is the sink's, which may run all the time: statements commute.
 *
 * <p>After each batch the graph notes how far it is, so a rebuilding that was cut short goes on there.
 */
public final class GraphRebuild {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED = Duration.ofSeconds(20);

    /** Records of a topic that are written, and noted, at once. */
    private static final int BATCH = 2_000;

    private final TopicReader reader;
    private final GraphWriter.Session writer;
    private final GraphRebuilding graph;
    private final Told told;

    /** What is told of the progress. */
    public interface Told {

        /** A topic is about to be read, so many records at most. */
        void begun(String topic, long records);

        /** So many records of the topic are written. */
        void written(String topic, long records);
    }

    /**
     * @param reader archive and topics as one
     */
    public GraphRebuild(TopicReader reader, GraphWriter.Session writer, GraphRebuilding graph, Told told) {
        this.reader = reader;
        this.writer = writer;
        this.graph = graph;
        this.told = told;
    }

    /**
     * Writes what is not written yet.
     *
     * @param next where a rebuilding that was cut short had come to, by partition; empty to begin
     * @return number of records written
     * @throws MissingRecordsException when neither archive nor topic has the first records of a partition
     */
    public long run(Map<String, Long> next) throws MissingRecordsException {
        Map<String, List<TopicPartition>> partitions = new LinkedHashMap<>();
        writer.topics().forEach(topic -> partitions.put(topic, reader.partitions(topic)));
        List<TopicPartition> all =
                partitions.values().stream().flatMap(List::stream).toList();
        Map<TopicPartition, Long> starts = starts(all, next);
        Map<TopicPartition, Long> ends = reader.ends(all);
        TreeMap<String, Long> noted = new TreeMap<>();
        starts.forEach((partition, start) -> noted.put(partition.toString(), start));
        graph.note(noted);
        long written = 0;
        for (Map.Entry<String, List<TopicPartition>> topic : partitions.entrySet()) {
            written += topic(topic.getKey(), open(topic.getValue(), starts, ends), ends, noted);
        }
        graph.done();
        return written;
    }

    private Map<TopicPartition, Long> starts(List<TopicPartition> partitions, Map<String, Long> next)
            throws MissingRecordsException {
        Map<TopicPartition, Long> starts = new LinkedHashMap<>();
        for (Map.Entry<TopicPartition, Long> beginning :
                reader.beginnings(partitions).entrySet()) {
            long start = next.getOrDefault(beginning.getKey().toString(), 0L);
            if (start < beginning.getValue()) {
                throw new MissingRecordsException("offsets " + start + " to " + (beginning.getValue() - 1) + " of "
                        + beginning.getKey() + " are neither in the topic any more nor in the archive");
            }
            starts.put(beginning.getKey(), start);
        }
        return starts;
    }

    private static Map<TopicPartition, Long> open(
            List<TopicPartition> partitions, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> open = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) {
            long start = starts.getOrDefault(partition, 0L);
            if (start < ends.getOrDefault(partition, 0L)) {
                open.put(partition, start);
            }
        }
        return open;
    }

    private long topic(
            String topic,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            TreeMap<String, Long> noted) {
        Map<TopicPartition, Long> open = new LinkedHashMap<>();
        long most = 0;
        for (Map.Entry<TopicPartition, Long> start : starts.entrySet()) {
            long end = ends.getOrDefault(start.getKey(), 0L);
            open.put(start.getKey(), end);
            most += end - start.getValue();
        }
        told.begun(topic, most);
        if (open.isEmpty()) {
            return 0;
        }
        reader.start(starts);
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
        long written = 0;
        long since = System.nanoTime();
        boolean more = true;
        while (more) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.offset() < open.getOrDefault(new TopicPartition(topic, record.partition()), 0L)) {
                    batch.add(record);
                }
            }
            more = !reader.reached(open);
            if (batch.size() >= BATCH || (!more && !batch.isEmpty())) {
                write(batch, noted);
                written += batch.size();
                batch.clear();
                told.written(topic, written);
            }
            if (!records.isEmpty()) {
                since = System.nanoTime();
            } else if (more && System.nanoTime() - since > STALLED.toNanos()) {
                throw new TimeoutException("nothing of " + topic + " was read for " + STALLED.toSeconds() + " s");
            }
        }
        return written;
    }

    private void write(List<ConsumerRecord<byte[], byte[]>> batch, TreeMap<String, Long> noted) {
        writer.write(batch);
        batch.forEach(record ->
                noted.put(new TopicPartition(record.topic(), record.partition()).toString(), record.offset() + 1));
        graph.note(noted);
    }
}
