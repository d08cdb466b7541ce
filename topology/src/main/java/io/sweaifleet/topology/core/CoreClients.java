package io.sweaifleet.topology.core;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's own clients for core's stream threads, which also tell the {@link CommitPacer} of the thread that uses them what was
 * fetched and what a commit took. Streams shows a processor neither.
 */
public final class CoreClients implements KafkaClientSupplier {

    private final LongSupplier nanos;
    private final ThreadLocal<CommitPacer> pacers = ThreadLocal.withInitial(CommitPacer::new);

    /**
     * @param nanos any clock in ns that does not go back
     */
    public CoreClients(LongSupplier nanos) {
        this.nanos = nanos;
    }

    CommitPacer pacerOfThread() {
        return pacers.get();
    }

    long nanos() {
        return nanos.getAsLong();
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public void flush() {
                // Streams flushes as the first step of a commit, and only then.
                pacerOfThread().commitBegan(nanos());
                super.flush();
            }

            @Override
            public void commitTransaction() {
                super.commitTransaction();
                pacerOfThread().commitEnded(nanos());
            }
        };
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
            @Override
            public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
                CommitPacer pacer = pacerOfThread();
                for (TopicPartition partition : records.partitions()) {
                    pacer.fetched(partition, records.records(partition).size());
                }
                pacer.assigned(assignment());
                return records;
            }
        };
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getRestoreConsumer(config);
    }
}
