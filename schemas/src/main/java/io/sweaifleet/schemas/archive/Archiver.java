package io.sweaifleet.schemas.archive;

import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.serde.WireFormat;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Copies the committed records of topics into an {@link Archive}, each partition from where the archive ends. What was copied is there
 * for good: a run that is cut short goes on with the next, and a run with nothing new changes nothing.
 */
public final class Archiver {

    /** Topics that an archive must have for a history to be replayed and verified, the journal first: what it names is there then. */
    public static final List<FleetTopic> TOPICS = topics();

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED = Duration.ofSeconds(30);

    /** A file has at most about so much: it is held in memory until it is written. */
    private static final int RECORDS_PER_FILE = 50_000;

    private static final long BYTES_PER_FILE = 16L * 1024 * 1024;

    private final Map<String, Object> kafka;
    private final SchemaRegistryClient registry;
    private final Path directory;

    /**
     * @param kafka settings of every Kafka client
     * @param registry knows the schemas of the values
     * @param directory the archive's; made when it is missing
     */
    public Archiver(Map<String, Object> kafka, SchemaRegistryClient registry, Path directory) {
        this.kafka = Map.copyOf(kafka);
        this.registry = registry;
        this.directory = directory;
    }

    private static List<FleetTopic> topics() {
        List<FleetTopic> topics = new ArrayList<>();
        for (TopicClass archived : List.of(TopicClass.JOURNAL, TopicClass.INPUT)) {
            Arrays.stream(FleetTopic.values())
                    .filter(topic -> topic.topicClass() == archived)
                    .forEach(topics::add);
        }
        topics.add(FleetTopic.RESULTS);
        topics.add(FleetTopic.WORKFLOW_RESULTS);
        return List.copyOf(topics);
    }

    /**
     * What was copied of a topic.
     *
     * @param records records that are new in the archive
     * @param files files that were written
     * @param bytes size of these files
     */
    public record Copied(FleetTopic topic, long records, int files, long bytes) {}

    /**
     * Copies what topics hold now.
     *
     * @throws ArchiveException when the archive cannot be written, is damaged, or ends before what a topic still holds
     * @throws KafkaException when the brokers cannot be asked
     */
    public List<Copied> run(Collection<FleetTopic> topics) {
        List<Copied> copied = new ArrayList<>();
        try (Admin admin = Admin.create(kafka);
                Consumer<byte[], byte[]> consumer = consumer()) {
            Map<String, String> ids = topicIds(admin, topics);
            Archive archive = archive();
            for (FleetTopic topic : topics) {
                copied.add(copy(topic, ids.getOrDefault(topic.topicName(), ""), archive, consumer));
            }
        }
        return copied;
    }

    /** What is archived by now. */
    public Archive archive() {
        return Archive.open(directory);
    }

    private Consumer<byte[], byte[]> consumer() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "none");
        config.put("allow.auto.create.topics", "false");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Ids that the brokers gave to topics, by name. */
    public static Map<String, String> topicIds(Admin admin, Collection<FleetTopic> topics) {
        try {
            Map<String, String> ids = new HashMap<>();
            for (TopicDescription topic : admin.describeTopics(
                            topics.stream().map(FleetTopic::topicName).toList())
                    .allTopicNames()
                    .get()
                    .values()) {
                ids.put(topic.name(), topic.topicId().toString());
            }
            return ids;
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }

    private Copied copy(FleetTopic topic, String topicId, Archive archive, Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic.topicName()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long records = 0;
        List<ArchiveFile> files = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            long archived = archive.next(partition, topicId);
            long begin = beginnings.getOrDefault(partition, 0L);
            if (archive.first(partition).isPresent() && archived < begin) {
                throw new ArchiveException(
                        "offsets " + archived + " to " + (begin - 1) + " of " + partition + " are lost: the archive in "
                                + directory + " ends before them and the topic begins after them",
                        "put missing files back from a copy, or archive into a new directory from here on");
            }
            long from = Math.max(archived, begin);
            long end = ends.getOrDefault(partition, 0L);
            if (from < end) {
                records += copy(partition, topicId, from, end, consumer, files);
            }
        }
        return new Copied(
                topic,
                records,
                files.size(),
                files.stream().mapToLong(Archiver::size).sum());
    }

    private long copy(
            TopicPartition partition,
            String topicId,
            long from,
            long end,
            Consumer<byte[], byte[]> consumer,
            List<ArchiveFile> files) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        List<ConsumerRecord<byte[], byte[]>> held = new ArrayList<>();
        long first = from;
        long bytes = 0;
        long copied = 0;
        long progressAt = System.nanoTime();
        while (consumer.position(partition) < end) {
            List<ConsumerRecord<byte[], byte[]>> polled = consumer.poll(POLL).records(partition);
            if (!polled.isEmpty()) {
                progressAt = System.nanoTime();
            } else if (System.nanoTime() - progressAt > STALLED.toNanos()) {
                throw new TimeoutException("nothing of " + partition + " was read for " + STALLED.toSeconds() + " s");
            }
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                held.add(record);
                bytes += Math.max(0, record.serializedValueSize()) + Math.max(0, record.serializedKeySize());
            }
            if (held.size() >= RECORDS_PER_FILE || bytes >= BYTES_PER_FILE) {
                long next = consumer.position(partition);
                files.add(write(partition, topicId, first, next, held));
                copied += held.size();
                held.clear();
                bytes = 0;
                first = next;
            }
        }
        if (!held.isEmpty()) {
            files.add(write(partition, topicId, first, consumer.position(partition), held));
            copied += held.size();
        }
        return copied;
    }

    private ArchiveFile write(
            TopicPartition partition,
            String topicId,
            long first,
            long next,
            List<ConsumerRecord<byte[], byte[]>> records) {
        Path folder = directory.resolve(partition.topic());
        try {
            Files.createDirectories(folder);
            return ArchiveFile.write(folder, partition, topicId, first, next, records, schemas(records));
        } catch (IOException e) {
            throw new ArchiveException(
                    "the archive in " + directory + " cannot be written: " + e,
                    "see that there is room and that it may be written; what was archived so far stays",
                    e);
        }
    }

    /** What cannot be decoded is archived all the same: it is what was written. */
    private Map<Integer, Schema> schemas(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<Integer, Schema> schemas = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            byte[] value = record.value();
            OptionalInt id = value == null ? OptionalInt.empty() : WireFormat.schemaId(value);
            if (id.isPresent() && !schemas.containsKey(id.getAsInt())) {
                try {
                    schemas.put(id.getAsInt(), registry.schemaById(id.getAsInt()));
                } catch (UnknownSchemaException | UndecodableException e) {
                    // Bytes that only look like the wire format, or a schema that never was: no reader gets further.
                    continue;
                }
            }
        }
        return schemas;
    }

    private static long size(ArchiveFile file) {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
