package io.sweaifleet.topology.generation;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.Generation;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicClass;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Moves what core had not read yet to the partitions where the pools live from now on, tells each pool of its move, and sets the
 * offsets of the new generation: all of it in one transaction, so that it happens once.
 */
final class InputMove implements AutoCloseable {

    /** The most that brokers allow by default. */
    private static final int TRANSACTION_MS = 900_000;

    private final Map<String, Object> client;
    private final SharedSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;

    /** Opens a producer; whoever else is at the same move cannot complete it from now on. */
    InputMove(Map<String, Object> client, Map<String, ?> serdes, String suffix) {
        this.client = client;
        this.serdes = new SharedSerdes(serdes);
        Map<String, Object> config = new HashMap<>(client);
        config.put("transactional.id", "fleet-enlargement" + suffix);
        config.put("transaction.timeout.ms", TRANSACTION_MS);
        config.put("linger.ms", "20");
        config.put("max.request.size", Integer.toString(FleetTopic.largestMessageBytes()));
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
    }

    /**
     * Moves the inputs.
     *
     * @param begins first offsets that the former generation had not taken
     * @param ends offsets after the last ones, which the new generation begins with
     * @return number of records moved
     */
    long move(
            CoreGeneration from,
            CoreGeneration to,
            StateMove state,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends) {
        producer.beginTransaction();
        try {
            state.pools().forEach((pool, oldPartition) -> tell(to, pool, oldPartition, state, begins));
            long moved = moveRest(from, to, begins, ends);
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            ends.forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
            producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(to.applicationId()));
            producer.commitTransaction();
            return moved;
        } catch (RuntimeException e) {
            producer.abortTransaction();
            throw e;
        }
    }

    private void tell(
            CoreGeneration to, String pool, int oldPartition, StateMove state, Map<TopicPartition, Long> begins) {
        Map<String, Long> consumed = new HashMap<>();
        for (FleetTopic input : CoreTopology.INPUTS) {
            consumed.put(
                    input.topicName(), begins.getOrDefault(new TopicPartition(input.topicName(), oldPartition), 0L));
        }
        CoreInput begun = CoreInput.newBuilder()
                .setPool(pool)
                .setType(CoreInputType.GENERATION)
                .setOrigin(Origin.newBuilder()
                        .setTopic(FleetTopic.CORE_INPUTS.topicName())
                        .setPartition(oldPartition)
                        .setOffset(consumed.getOrDefault(FleetTopic.CORE_INPUTS.topicName(), 0L))
                        .setTimestamp(Instant.now())
                        .build())
                .setGeneration(new Generation(to.number(), to.partitions(), oldPartition, consumed))
                .build();
        String topic = FleetTopic.CORE_INPUTS.topicName();
        send(new ProducerRecord<>(
                topic,
                state.partitionOf(pool),
                pool.getBytes(StandardCharsets.UTF_8),
                serdes.writer(CoreInput.class).serialize(topic, begun)));
    }

    private long moveRest(
            CoreGeneration from, CoreGeneration to, Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> unread = new HashMap<>();
        ends.forEach((partition, end) -> {
            long begin = begins.getOrDefault(partition, 0L);
            if (partition.partition() < from.partitions() && begin < end) {
                unread.put(partition, begin);
            }
        });
        if (unread.isEmpty()) {
            return 0;
        }
        long[] count = {0};
        try (CommittedRecords records = new CommittedRecords(client)) {
            records.read(unread, ends, record -> {
                if (!isDefinition(record)) {
                    send(new ProducerRecord<>(
                            record.topic(), target(record, from, to), record.key(), record.value(), record.headers()));
                    count[0]++;
                }
            });
        }
        return count[0];
    }

    /** Intake gave one to each partition, and gives all of them again. */
    private boolean isDefinition(ConsumerRecord<byte[], byte[]> record) {
        if (!record.topic().equals(FleetTopic.CORE_INPUTS.topicName())) {
            return false;
        }
        CoreInput input = serdes.reader(CoreInput.class)
                .read(new Received(
                        record.topic(),
                        "",
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        record.key(),
                        record.value(),
                        record.headers()))
                .value();
        return input != null
                && FleetTopic.byName(input.getOrigin().getTopic())
                        .filter(topic -> topic.topicClass() == TopicClass.COMPACTED)
                        .isPresent();
    }

    /** The partition of the key; one that its key does not lead to if it was in such a one before: core refuses it there too. */
    private static int target(ConsumerRecord<byte[], byte[]> record, CoreGeneration from, CoreGeneration to) {
        if (record.key() == null) {
            return record.partition();
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        int right = Keys.partition(key, to.partitions());
        if (Keys.partition(key, from.partitions()) == record.partition()) {
            return right;
        }
        return record.partition() == right ? (right + 1) % to.partitions() : record.partition();
    }

    /** A failure is told by the commit. */
    private void send(ProducerRecord<byte[], byte[]> record) {
        var unused = producer.send(record);
    }

    @Override
    public void close() {
        producer.close();
    }
}
