package io.sweaifleet.topology.stream;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a value that is to be written, and where to.
 *
 * @param bytes as they go to the topic; null removes the key from a compacted one
 * @param partition partition to write to, {@link #BY_KEY} or {@link #ALL}
 */
public record Payload(byte @Nullable [] bytes, int partition) {

    /** To the partition of the record's key. */
    public static final int BY_KEY = -1;

    /** To every partition of the topic. */
    public static final int ALL = -2;

    /** For the partition of its key. */
    public static Payload of(byte @Nullable [] bytes) {
        return new Payload(bytes, BY_KEY);
    }

    /** Passes the bytes on. */
    public static Serializer<Payload> serializer() {
        return (topic, payload) -> payload == null ? null : payload.bytes();
    }

    /** Chooses the partition that the payload names. */
    public static StreamPartitioner<byte[], Payload> partitioner() {
        return (topic, key, payload, count) -> {
            if (payload == null || payload.partition() == BY_KEY) {
                return Optional.empty();
            }
            return Optional.of(
                    payload.partition() == ALL
                            ? IntStream.range(0, count).boxed().collect(Collectors.toUnmodifiableSet())
                            : Set.of(payload.partition()));
        };
    }
}
