package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.WireReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The journal of a pool in the order of its numbers, which are spread over the partitions of the topic. */
final class RecordedEvents {

    private final String pool;
    private final WireReader<TaskEvent> reader;
    private final PriorityQueue<Head> heads = new PriorityQueue<>(
            Comparator.comparingLong(head -> head.next.event().getSequence()));
    private long last;

    /**
     * @param partitions records of the pool, by partition
     */
    RecordedEvents(
            String pool, List<Iterator<ConsumerRecord<byte[], byte[]>>> partitions, WireReader<TaskEvent> reader) {
        this.pool = pool;
        this.reader = reader;
        partitions.stream().filter(Iterator::hasNext).forEach(records -> heads.add(new Head(records)));
    }

    /** An event with its bytes. */
    record Recorded(TaskEvent event, byte[] value) {}

    /**
     * The events of the next decision, or of several that cannot be told apart: one cause, one moment. Empty at the end.
     *
     * @throws UnverifiableException when an event is missing
     */
    List<Recorded> next() {
        List<Recorded> group = new ArrayList<>();
        for (Head head = heads.peek();
                head != null && (group.isEmpty() || belongs(group, head.next));
                head = heads.peek()) {
            group.add(take(heads.remove()));
        }
        return group;
    }

    private static boolean belongs(List<Recorded> group, Recorded next) {
        TaskEvent first = group.get(0).event();
        TaskEvent event = next.event();
        return event.getCause().equals(first.getCause())
                && event.getDecidedAt().equals(first.getDecidedAt())
                && event.getQuiet().stream().allMatch(quiet -> isOf(quiet, first));
    }

    /** Whether a quiet decision was taken for the same reason and at the same moment as an event. */
    static boolean isOf(QuietDecision quiet, TaskEvent event) {
        return quiet.getCause().equals(event.getCause()) && quiet.getDecidedAt().equals(event.getDecidedAt());
    }

    private Recorded take(Head head) {
        Recorded taken = head.next;
        long sequence = taken.event().getSequence();
        if (sequence != last + 1) {
            throw new UnverifiableException(
                    "Event " + (last + 1) + " of pool " + pool + " is missing: the next one recorded is " + sequence);
        }
        if (taken.event().getResumedAt() == null) {
            throw new UnverifiableException("Event " + sequence + " of pool " + pool
                    + " was recorded by a release that did not note everything that a replay needs");
        }
        last = sequence;
        if (head.advance()) {
            heads.add(head);
        }
        return taken;
    }

    private final class Head {
        private final Iterator<ConsumerRecord<byte[], byte[]>> records;
        private Recorded next;

        Head(Iterator<ConsumerRecord<byte[], byte[]>> records) {
            this.records = records;
            this.next = read(records.next());
        }

        boolean advance() {
            if (!records.hasNext()) {
                return false;
            }
            next = read(records.next());
            return true;
        }

        private Recorded read(ConsumerRecord<byte[], byte[]> record) {
            Received received = PoolReplay.received(record);
            WireReader.Reading<TaskEvent> reading = reader.read(received);
            @Nullable TaskEvent event = reading.value();
            if (event == null) {
                throw new UnverifiableException("The event at " + received.place() + " cannot be read: "
                        + (reading.refusal() == null
                                ? ""
                                : reading.refusal().failure().getMessage()));
            }
            return new Recorded(event, record.value());
        }
    }
}
