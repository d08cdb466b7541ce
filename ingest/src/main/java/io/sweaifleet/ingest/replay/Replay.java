package io.sweaifleet.ingest.replay;

import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.json.IsoTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of a topic again: committed records only, each partition in its order, partitions merged by timestamp. Ends
 * at what the topic held when it was asked. Never starts late: a range that begins before what is still there is refused.
 */
public final class Replay {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED = Duration.ofSeconds(20);
    /** Records of one partition held back while another has none to compare with. */
    private static final int BUFFER_LIMIT = 2_000;

    private final TopicReader reader;
    private final List<TopicPartition> partitions;

    /**
     * @param reader reads the topic
     * @param partitions what to read
     */
    public Replay(TopicReader reader, List<TopicPartition> partitions) {
        this.reader = reader;
        this.partitions = partitions;
    }

    /**
     * Hands over every record of the range.
     *
     * @param from first record
     * @param to first record that is not handed over any more, or null for all there are now
     * @return number of records
     * @throws MissingRecordsException when the topic does not hold the beginning any more
     * @throws TimeoutException when the broker stops answering
     */
    public long run(Position from, @Nullable Position to, Consumer<ConsumerRecord<byte[], byte[]>> consumer)
            throws MissingRecordsException {
        Map<TopicPartition, Long> ends = ends(to);
        Map<TopicPartition, Long> starts = starts(from);
        Map<TopicPartition, Long> open = new LinkedHashMap<>();
        starts.forEach((partition, start) -> {
            if (start < ends.getOrDefault(partition, 0L)) {
                open.put(partition, start);
            }
        });
        return open.isEmpty() ? 0 : merge(open, ends, consumer);
    }

    private Map<TopicPartition, Long> ends(@Nullable Position to) {
        Map<TopicPartition, Long> ends = new LinkedHashMap<>(reader.ends(partitions));
        if (to instanceof Position.AtOffset at) {
            ends.replaceAll((partition, end) -> Math.min(end, at.offset()));
        } else if (to instanceof Position.AtTime at) {
            Map<TopicPartition, Long> offsets = reader.offsetsAt(partitions, at.time());
            ends.replaceAll((partition, end) -> Math.min(end, offsets.getOrDefault(partition, end)));
        } else if (to instanceof Position.Earliest) {
            ends.replaceAll((partition, end) -> 0L);
        }
        return ends;
    }

    private Map<TopicPartition, Long> starts(Position from) throws MissingRecordsException {
        Map<TopicPartition, Long> beginnings = reader.beginnings(partitions);
        if (from instanceof Position.AtOffset at) {
            for (Map.Entry<TopicPartition, Long> beginning : beginnings.entrySet()) {
                if (at.offset() < beginning.getValue()) {
                    throw new MissingRecordsException(beginning.getKey() + " begins at offset " + beginning.getValue()
                            + timeOf(beginning.getKey(), beginning.getValue()) + ", after the offset " + at.offset()
                            + " that was asked for");
                }
            }
            Map<TopicPartition, Long> starts = new LinkedHashMap<>(beginnings);
            starts.replaceAll((partition, beginning) -> at.offset());
            return starts;
        }
        if (from instanceof Position.AtTime at) {
            refuseIfPurgedAfter(at.time(), beginnings);
            return reader.offsetsAt(partitions, at.time());
        }
        return beginnings;
    }

    /** A partition that begins at 0 has lost nothing; of any other only what follows its first record is sure to be there. */
    private void refuseIfPurgedAfter(Instant from, Map<TopicPartition, Long> beginnings)
            throws MissingRecordsException {
        Instant complete = Instant.MIN;
        String where = "";
        for (Map.Entry<TopicPartition, Long> beginning : beginnings.entrySet()) {
            if (beginning.getValue() == 0) {
                continue;
            }
            Instant first = firstTime(beginning.getKey(), beginning.getValue());
            if (first == null) {
                throw new MissingRecordsException(beginning.getKey() + " holds nothing before offset "
                        + beginning.getValue() + " any more, and nothing after it yet");
            }
            if (first.isAfter(complete)) {
                complete = first;
                where = beginning.getKey().toString();
            }
        }
        if (from.isBefore(complete)) {
            throw new MissingRecordsException("the topic does not hold everything since " + IsoTimes.format(from)
                    + " any more; the earliest time it has is " + IsoTimes.format(complete) + " (" + where + ")");
        }
    }

    private String timeOf(TopicPartition partition, long offset) {
        Instant time = firstTime(partition, offset);
        return time == null ? "" : " of " + IsoTimes.format(time);
    }

    private @Nullable Instant firstTime(TopicPartition partition, long beginning) {
        long end = reader.ends(List.of(partition)).getOrDefault(partition, beginning);
        if (end <= beginning) {
            return null;
        }
        reader.start(Map.of(partition, beginning));
        Instant started = Instant.now();
        while (!reader.reached(Map.of(partition, end))) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.poll(POLL);
            if (!records.isEmpty()) {
                return Instant.ofEpochMilli(records.get(0).timestamp());
            }
            refuseToWaitLongerThan(started);
        }
        return null;
    }

    private long merge(
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        Map<TopicPartition, Deque<ConsumerRecord<byte[], byte[]>>> buffers = new HashMap<>();
        starts.keySet().forEach(partition -> buffers.put(partition, new ArrayDeque<>()));
        reader.start(starts);
        long count = 0;
        Instant progress = Instant.now();
        while (!buffers.isEmpty()) {
            // Only partitions whose next record is unknown are read on, besides those with little in store.
            reader.only(buffers.entrySet().stream()
                    .filter(buffer -> buffer.getValue().size() < BUFFER_LIMIT)
                    .map(Map.Entry::getKey)
                    .toList());
            List<ConsumerRecord<byte[], byte[]>> records = reader.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                Deque<ConsumerRecord<byte[], byte[]>> buffer = buffers.get(partition);
                if (buffer != null && record.offset() < ends.getOrDefault(partition, 0L)) {
                    buffer.add(record);
                }
            }
            long handed = drain(buffers, ends, consumer);
            count += handed;
            if (handed > 0 || !records.isEmpty()) {
                progress = Instant.now();
            } else if (!buffers.isEmpty()) {
                refuseToWaitLongerThan(progress);
            }
        }
        return count;
    }

    /** Hands over the earliest record as long as the next one of every partition that goes on is known. */
    private long drain(
            Map<TopicPartition, Deque<ConsumerRecord<byte[], byte[]>>> buffers,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        long count = 0;
        while (true) {
            buffers.entrySet()
                    .removeIf(buffer -> buffer.getValue().isEmpty()
                            && reader.reached(Map.of(buffer.getKey(), ends.getOrDefault(buffer.getKey(), 0L))));
            Deque<ConsumerRecord<byte[], byte[]>> earliest = null;
            for (Deque<ConsumerRecord<byte[], byte[]>> buffer : buffers.values()) {
                if (buffer.isEmpty()) {
                    return count;
                }
                if (earliest == null || isBefore(buffer.element(), earliest.element())) {
                    earliest = buffer;
                }
            }
            if (earliest == null) {
                return count;
            }
            consumer.accept(earliest.remove());
            count++;
        }
    }

    private static boolean isBefore(ConsumerRecord<byte[], byte[]> a, ConsumerRecord<byte[], byte[]> b) {
        return a.timestamp() != b.timestamp() ? a.timestamp() < b.timestamp() : a.partition() < b.partition();
    }

    private static void refuseToWaitLongerThan(Instant since) {
        if (Duration.between(since, Instant.now()).compareTo(STALLED) > 0) {
            throw new TimeoutException("nothing was read for " + STALLED.toSeconds() + " s");
        }
    }
}
