package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.Iterator;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What was recorded of a fleet: core's inputs, its journal and the outcomes. */
public interface CoreHistory extends AutoCloseable {

    /**
     * The committed records of a partition in their order, from its very first one. Asked for once for each pool.
     *
     * @throws UnverifiableException when the first records are not there any more, or one between is missing
     */
    Iterator<ConsumerRecord<byte[], byte[]>> records(FleetTopic topic, int partition);

    /** Number of partitions that a topic has by now. */
    default int partitions(FleetTopic topic) {
        return topic.partitions();
    }

    /** Configuration of serdes that can read the records, as {@code FleetSerdes} takes it. */
    Map<String, ?> serdes();

    /** Closes what was opened to read; nothing by default. */
    @Override
    default void close() {}
}
