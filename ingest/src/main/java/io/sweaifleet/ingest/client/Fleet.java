package io.sweaifleet.ingest.client;

import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A fleet that can be reached: what the commands read from and write to. */
public interface Fleet extends AutoCloseable {

    /** The settings in force. */
    Settings settings();

    /** A new reader of topics; the caller closes it. */
    TopicReader reader();

    /**
     * The value of a record.
     *
     * @throws org.apache.kafka.common.errors.SerializationException when the bytes are not in the wire format, the registry
     *     does not know the schema, or it is away
     */
    <T extends SpecificRecord> T decode(Class<T> type, ConsumerRecord<byte[], byte[]> record);

    /**
     * Appends a record and waits until the broker has it.
     *
     * @return where it was appended
     */
    Appended send(FleetTopic topic, String key, SpecificRecord value);

    /** The bytes of a value, as they stand in a topic. */
    byte[] encode(FleetTopic topic, SpecificRecord value);

    /**
     * Appends a record without a value: for a compacted topic, what removes the key.
     *
     * @return where it was appended
     */
    Appended sendTombstone(FleetTopic topic, String key);

    /**
     * Appends bytes as they are and waits until the broker has them.
     *
     * @return where they were appended
     */
    Appended sendRaw(ProducerRecord<byte[], byte[]> record);

    /**
     * Where a record was appended.
     *
     * @param partition partition
     * @param offset offset within it
     */
    record Appended(TopicPartition partition, long offset) {}

    /** Id that the brokers gave to a topic: another one is made when it is created anew. */
    String topicId(FleetTopic topic);

    /** Settings of every Kafka client, for administration. */
    Map<String, Object> clientConfig();

    @Override
    void close();

    /** The bytes of a key as text, or null. */
    static @Nullable String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? null : new String(record.key(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
