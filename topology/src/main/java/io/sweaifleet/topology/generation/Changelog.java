package io.sweaifleet.topology.generation;

import static io.sweaifleet.topology.generation.CoreGeneration.get;

import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicSettings;
import io.sweaifleet.topology.core.CoreTopology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The topic of core's state: that of one generation is copied into that of the next. */
final class Changelog {

    private final Map<String, Object> client;
    private final Admin admin;
    private final TopicSettings settings;

    Changelog(Map<String, Object> client, Admin admin, TopicSettings settings) {
        this.client = client;
        this.admin = admin;
        this.settings = settings;
    }

    /**
     * Copies everything, as it was written and in that order, into a changelog that is made for it; one that an enlargement which
     * was cut short has left is thrown away.
     *
     * @param inputs next offsets of core's inputs in the new partitions
     * @return number of entries written
     */
    long copy(CoreGeneration from, CoreGeneration to, StateMove move, Map<TopicPartition, Long> inputs) {
        create(from, to);
        long[] count = {0};
        try (Writer writer = new Writer(to.changelog())) {
            try (CommittedRecords records = new CommittedRecords(client)) {
                records.read(partitions(from, 0L), ends(from), record -> move.take(
                                record.partition(), record.key(), record.value())
                        .forEach(moved -> {
                            writer.write(moved, record.timestamp());
                            count[0]++;
                        }));
            }
            long now = System.currentTimeMillis();
            move.rest(nextByPartition(to, inputs)).forEach(moved -> {
                writer.write(moved, now);
                count[0]++;
            });
        }
        return count[0];
    }

    private static Map<TopicPartition, Long> partitions(CoreGeneration generation, long offset) {
        Map<TopicPartition, Long> partitions = new HashMap<>();
        for (int partition = 0; partition < generation.partitions(); partition++) {
            partitions.put(new TopicPartition(generation.changelog(), partition), offset);
        }
        return partitions;
    }

    private Map<TopicPartition, Long> ends(CoreGeneration generation) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions(generation, 0L).keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(latest).all()).forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    private static List<Map<String, Long>> nextByPartition(CoreGeneration to, Map<TopicPartition, Long> inputs) {
        List<Map<String, Long>> next = new ArrayList<>();
        for (int partition = 0; partition < to.partitions(); partition++) {
            Map<String, Long> byTopic = new HashMap<>();
            for (FleetTopic input : CoreTopology.INPUTS) {
                byTopic.put(
                        input.topicName(), inputs.getOrDefault(new TopicPartition(input.topicName(), partition), 0L));
            }
            next.add(byTopic);
        }
        return next;
    }

    private void create(CoreGeneration from, CoreGeneration to) {
        if (get(admin.listTopics().names()).contains(to.changelog())) {
            get(admin.deleteTopics(List.of(to.changelog())).all());
        }
        Map<String, String> config = new HashMap<>(chosen(from));
        config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        config.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
        config.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        NewTopic topic = new NewTopic(
                        to.changelog(),
                        Optional.of(to.partitions()),
                        settings.replication() == TopicSettings.BROKER_DEFAULT
                                ? Optional.empty()
                                : Optional.of((short) settings.replication()))
                .configs(config);
        // A topic that is being deleted is in the way for a moment.
        Waiting.until("topic " + to.changelog() + " can be created", () -> created(topic));
        Waiting.until("the brokers know of topic " + to.changelog(), () -> isKnown(to));
    }

    private boolean created(NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get();
            return true;
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    private boolean isKnown(CoreGeneration generation) {
        return get(admin.listTopics().names()).contains(generation.changelog());
    }

    /** What was set for the topic itself. */
    private Map<String, String> chosen(CoreGeneration generation) {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, generation.changelog());
        Config config = get(admin.describeConfigs(List.of(topic)).values().get(topic));
        Map<String, String> chosen = new HashMap<>();
        config.entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .forEach(entry -> chosen.put(entry.name(), entry.value()));
        return chosen;
    }

    /** Makes the new changelog what Streams makes them, which says that it is whole. */
    void finish(CoreGeneration from, CoreGeneration to) {
        Map<String, String> chosen = chosen(from);
        List<AlterConfigOp> changes = new ArrayList<>();
        for (String name : List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG)) {
            changes.add(set(name, chosen.get(name)));
        }
        changes.add(set(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                chosen.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
        get(admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, to.changelog()), changes))
                .all());
    }

    private static AlterConfigOp set(String name, @Nullable String value) {
        return new AlterConfigOp(
                new ConfigEntry(name, value), value == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET);
    }

    /** Writes entries; the first failure is told when it is closed. */
    private final class Writer implements AutoCloseable {
        private final String topic;
        private final KafkaProducer<byte[], byte[]> producer;
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        Writer(String topic) {
            this.topic = topic;
            Map<String, Object> config = new HashMap<>(client);
            config.put("acks", "all");
            config.put("linger.ms", "20");
            config.put("max.request.size", Integer.toString(FleetTopic.largestMessageBytes()));
            producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        }

        void write(StateMove.Moved moved, long timestamp) {
            Exception before = failure.get();
            if (before != null) {
                throw new KafkaException("an entry of core's state was not written", before);
            }
            var unused = producer.send(
                    new ProducerRecord<>(topic, moved.partition(), timestamp, moved.key(), moved.value()),
                    (metadata, exception) -> {
                        if (exception != null) {
                            failure.compareAndSet(null, exception);
                        }
                    });
        }

        @Override
        public void close() {
            producer.flush();
            producer.close();
            Exception wrong = failure.get();
            if (wrong != null) {
                throw new KafkaException("an entry of core's state was not written", wrong);
            }
        }
    }
}
