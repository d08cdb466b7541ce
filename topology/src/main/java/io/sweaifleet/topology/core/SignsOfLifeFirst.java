package io.sweaifleet.topology.core;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Puts heartbeats and results of agents before submissions: Streams takes the record with the lowest timestamp first, and
 * a burst of submissions must not keep workers idle or make their leases look lost.
 */
final class SignsOfLifeFirst implements TimestampExtractor {

    /** About 35 years: before any submission, and still positive. */
    private static final long EARLIER_MS = 1L << 40;

    /** When the broker took a record whose extracted timestamp this is, ms since the epoch. */
    static long appendedAt(long extracted) {
        return extracted + EARLIER_MS;
    }

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(0, record.timestamp() - EARLIER_MS);
    }
}
