package io.sweaifleet.topology.core;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records of one partition with a look at the next one. */
final class RecordedInput {

    private final Iterator<ConsumerRecord<byte[], byte[]>> records;
    private @Nullable ConsumerRecord<byte[], byte[]> head;

    RecordedInput(Iterator<ConsumerRecord<byte[], byte[]>> records) {
        this.records = records;
    }

    /** Whether there is a record before this offset. */
    boolean hasBefore(long offset) {
        if (head == null && records.hasNext()) {
            head = records.next();
        }
        return head != null && head.offset() < offset;
    }

    ConsumerRecord<byte[], byte[]> next() {
        ConsumerRecord<byte[], byte[]> next = head;
        if (next == null) {
            throw new NoSuchElementException();
        }
        head = null;
        return next;
    }
}
