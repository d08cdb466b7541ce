package io.sweaifleet.schemas.archive;

import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records of topics in a directory: a folder for each topic, in it one {@link ArchiveFile} for each range of a partition. A look
 * at what was there when it was opened. Every method throws {@link ArchiveException} when a file is damaged.
 */
public final class Archive {

    private final Path directory;
    private final Map<TopicPartition, List<ArchiveFile>> files = new HashMap<>();

    private Archive(Path directory) {
        this.directory = directory;
    }

    /**
     * The archive in a directory; empty when there is no such directory.
     *
     * @throws ArchiveException when the directory cannot be read
     */
    public static Archive open(Path directory) {
        Archive archive = new Archive(directory);
        if (Files.isDirectory(directory)) {
            try (Stream<Path> found = Files.walk(directory, 2)) {
                found.flatMap(path -> ArchiveFile.at(path).stream()).forEach(archive::add);
            } catch (IOException e) {
                throw new ArchiveException(
                        "the archive in " + directory + " cannot be read: " + e, "check its permissions", e);
            }
        }
        archive.files.values().forEach(list -> list.sort(Comparator.comparingLong(ArchiveFile::first)));
        return archive;
    }

    private void add(ArchiveFile file) {
        files.computeIfAbsent(file.partition(), none -> new ArrayList<>()).add(file);
    }

    /** An archive without anything in it. */
    public static Archive none() {
        return new Archive(Path.of(""));
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** Partitions of which there is something. */
    public List<TopicPartition> partitions() {
        return List.copyOf(files.keySet());
    }

    /** Topics of which there is something. */
    public Set<FleetTopic> topics() {
        return files.keySet().stream()
                .flatMap(partition -> FleetTopic.byName(partition.topic()).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Makes sure that the topics are those that were archived, and not others of the same names.
     *
     * @param topicIds ids that the brokers gave to topics, by name
     * @throws ArchiveException when one is another
     */
    public void refuseOtherTopics(Map<String, String> topicIds) {
        for (TopicPartition partition : files.keySet()) {
            next(partition, topicIds.getOrDefault(partition.topic(), ""));
        }
    }

    /** First offset of a partition that is archived; empty when nothing is. */
    public OptionalLong first(TopicPartition partition) {
        List<ArchiveFile> ranges = files.getOrDefault(partition, List.of());
        return ranges.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(ranges.get(0).first());
    }

    /** First offset of a partition after all that is archived without a gap; 0 when nothing is. */
    public long next(TopicPartition partition) {
        long next = -1;
        for (ArchiveFile file : files.getOrDefault(partition, List.of())) {
            if (next >= 0 && file.first() > next) {
                break;
            }
            next = Math.max(next, file.next());
        }
        return Math.max(next, 0);
    }

    /**
     * As {@link #next}, for a topic that must be the one that was archived.
     *
     * @param topicId id that the broker gave the topic
     * @throws ArchiveException when the archived records are of another topic of that name
     */
    public long next(TopicPartition partition, String topicId) {
        List<ArchiveFile> ranges = files.getOrDefault(partition, List.of());
        if (!ranges.isEmpty()) {
            ArchiveFile last = ranges.get(ranges.size() - 1);
            String archived = last.metadata().topicId();
            if (!topicId.equals(archived)) {
                throw new ArchiveException(
                        "archive file " + last.path() + " is of another topic " + partition.topic() + " (id " + archived
                                + ") than the brokers have now (id " + topicId + ")",
                        "archive into another directory: the topic was created anew");
            }
        }
        return next(partition);
    }

    /**
     * The records of a partition, in order.
     *
     * @param from first offset wanted
     * @param to first offset not wanted
     * @throws ArchiveException also from the iterator, when offsets between are not archived
     */
    public Iterator<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition, long from, long to) {
        return new Records(partition, from, to);
    }

    /** Offset of the first record at or after a time (ms since the epoch), before an offset; empty when there is none. */
    public OptionalLong offsetAt(TopicPartition partition, long time, long before) {
        for (ArchiveFile file : files.getOrDefault(partition, List.of())) {
            if (file.first() < before && file.metadata().latest() >= time) {
                try (ArchiveFile.Records records = file.records()) {
                    while (records.hasNext()) {
                        ConsumerRecord<byte[], byte[]> record = records.next();
                        if (record.timestamp() >= time) {
                            return record.offset() < before ? OptionalLong.of(record.offset()) : OptionalLong.empty();
                        }
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    /** Schemas of all values, by id. */
    public Map<Integer, Schema> schemas() {
        Map<Integer, Schema> all = new TreeMap<>();
        files.values()
                .forEach(list -> list.forEach(file -> file.metadata().schemas().forEach((id, schema) -> {
                    Schema other = all.putIfAbsent(id, schema);
                    if (other != null && !other.equals(schema)) {
                        throw new ArchiveException(
                                "archive file " + file.path() + " knows another schema under id " + id
                                        + " than other files",
                                "keep what came from different registries in different directories");
                    }
                })));
        return all;
    }

    private final class Records implements Iterator<ConsumerRecord<byte[], byte[]>> {
        private final TopicPartition partition;
        private final Iterator<ArchiveFile> ranges;
        private final long to;
        private long position;
        /** Everything before this offset was in files so far, or was not asked for. */
        private long reached;

        private ArchiveFile.@Nullable Records open;
        private @Nullable ConsumerRecord<byte[], byte[]> head;

        Records(TopicPartition partition, long from, long to) {
            this.partition = partition;
            this.ranges = files.getOrDefault(partition, List.of()).iterator();
            this.position = from;
            this.reached = from;
            this.to = to;
        }

        @Override
        public boolean hasNext() {
            while (head == null) {
                if (open == null && !openNext()) {
                    return false;
                }
                if (open != null && open.hasNext()) {
                    ConsumerRecord<byte[], byte[]> next = open.next();
                    // Ranges may overlap, when two archived at once.
                    if (next.offset() >= position && next.offset() < to) {
                        head = next;
                        position = next.offset() + 1;
                    }
                } else {
                    open = null;
                }
            }
            return true;
        }

        /** Opens the next file with something of the range. */
        private boolean openNext() {
            while (ranges.hasNext()) {
                ArchiveFile file = ranges.next();
                if (file.first() >= to) {
                    return false;
                }
                if (file.next() > position) {
                    if (file.first() > reached) {
                        throw new ArchiveException(
                                "offsets " + reached + " to " + (file.first() - 1) + " of " + partition
                                        + " are missing in the archive " + directory,
                                "put the missing file back from a copy");
                    }
                    reached = file.next();
                    open = file.records();
                    return true;
                }
            }
            return false;
        }

        @Override
        public ConsumerRecord<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ConsumerRecord<byte[], byte[]> next = Objects.requireNonNull(head);
            head = null;
            return next;
        }
    }
}
