package io.sweaifleet.ingest.follow;

import io.sweaifleet.ingest.client.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads what is in some partitions now, and ends. */
public final class Scan {

    private static final Duration POLL = Duration.ofMillis(200);
    /** Without any progress for so long the broker counts as away. */
    private static final Duration STALLED = Duration.ofSeconds(20);

    private Scan() {}

    /**
     * Hands every committed record from the offsets to the present ends to the consumer.
     *
     * @throws TimeoutException when nothing arrives for 20 s although the end is not reached
     */
    public static void read(
            TopicReader reader, Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
        Map<TopicPartition, Long> ends = reader.ends(List.copyOf(from.keySet()));
        reader.start(from);
        Instant progress = Instant.now();
        while (!reader.reached(ends)) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.offset() < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                    consumer.accept(record);
                }
            }
            if (!records.isEmpty()) {
                progress = Instant.now();
            } else if (Duration.between(progress, Instant.now()).compareTo(STALLED) > 0) {
                throw new TimeoutException("nothing was read for " + STALLED.toSeconds() + " s");
            }
        }
    }
}
