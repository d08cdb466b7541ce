package io.sweaifleet.topology.stream;

import io.sweaifleet.schemas.common.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as received.
 *
 * @param topicId id that the broker gave the topic, empty when unknown
 * @param timestamp of the record in its topic, ms since the epoch
 */
public record Received(
        String topic,
        String topicId,
        int partition,
        long offset,
        long timestamp,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Headers headers) {

    /** Name of the header that carries W3C trace context. */
    public static final String TRACEPARENT = "traceparent";

    /** Where it was read. */
    public Origin origin() {
        return new Origin(topic, topicId, partition, offset, Instant.ofEpochMilli(Math.max(0, timestamp)));
    }

    /** The key as text, or null when there is none. */
    public @Nullable String keyText() {
        return key == null ? null : new String(key, StandardCharsets.UTF_8);
    }

    /** W3C trace context, or null when there is none of a sensible length. */
    public @Nullable String traceparent() {
        Header header = headers.lastHeader(TRACEPARENT);
        if (header == null || header.value() == null || header.value().length > 200) {
            return null;
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Topic, partition and offset for people. */
    public String place() {
        return topic + "/" + partition + "@" + offset;
    }
}
