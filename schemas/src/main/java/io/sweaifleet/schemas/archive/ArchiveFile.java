package io.sweaifleet.schemas.archive;

import io.sweaifleet.schemas.core.RecordHeader;
import io.sweaifleet.schemas.record.ArchivedRecord;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * One file of an archive: a range of offsets of one partition. An Avro container file of {@link ArchivedRecord}s, Zstandard with
 * checksums; its metadata tell what is in it, how many records, and the schemas of the values by their ids.
 *
 * <p>A range has every committed record between its ends; offsets without a record are those of transaction markers and of what was
 * rolled back.
 *
 * @param first first offset of the range
 * @param next first offset after the range
 */
public record ArchiveFile(Path path, TopicPartition partition, long first, long next) {

    static final String SUFFIX = ".avro";
    /** What a name has until the file is whole. */
    static final String UNFINISHED = ".part";

    private static final Pattern NAME = Pattern.compile("(.+)-(\\d+)-(\\d{20})-(\\d{20})\\.avro");
    private static final String TOPIC_ID = "fleet.topic-id";
    private static final String RECORDS = "fleet.records";
    private static final String LATEST = "fleet.latest-timestamp";
    private static final String SCHEMA = "fleet.schema.";
    private static final int COMPRESSION = 3;

    /** The file that a path names, if it is the name of one. */
    static Optional<ArchiveFile> at(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        return Optional.of(new ArchiveFile(
                path,
                new TopicPartition(name.group(1), Integer.parseInt(name.group(2))),
                Long.parseLong(name.group(3)),
                Long.parseLong(name.group(4)) + 1));
    }

    /**
     * Writes a file, which has its name only once it is whole.
     *
     * @param directory where to; must exist
     * @param topicId id that the broker gave the topic
     * @param first first offset of the range
     * @param next first offset after the range
     * @param records every committed record of the range, in order; at least one
     * @param schemas schemas of the values, by id
     * @throws IOException when it cannot be written
     */
    public static ArchiveFile write(
            Path directory,
            TopicPartition partition,
            String topicId,
            long first,
            long next,
            List<ConsumerRecord<byte[], byte[]>> records,
            Map<Integer, Schema> schemas)
            throws IOException {
        String name = String.format(
                Locale.ROOT, "%s-%d-%020d-%020d%s", partition.topic(), partition.partition(), first, next - 1, SUFFIX);
        Path whole = directory.resolve(name);
        Path part = directory.resolve(name + UNFINISHED);
        try (DataFileWriter<ArchivedRecord> writer = new DataFileWriter<>(new SpecificDatumWriter<>(
                ArchivedRecord.getClassSchema(), SpecificData.getForClass(ArchivedRecord.class)))) {
            writer.setCodec(CodecFactory.zstandardCodec(COMPRESSION, true));
            writer.setMeta(TOPIC_ID, topicId);
            writer.setMeta(RECORDS, records.size());
            writer.setMeta(
                    LATEST,
                    records.stream().mapToLong(ConsumerRecord::timestamp).max().orElse(-1));
            schemas.forEach((id, schema) -> writer.setMeta(SCHEMA + id, schema.toString()));
            writer.create(ArchivedRecord.getClassSchema(), part.toFile());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                writer.append(archived(record));
            }
            writer.fSync();
        }
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new ArchiveFile(whole, partition, first, next);
    }

    private static ArchivedRecord archived(ConsumerRecord<byte[], byte[]> record) {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new RecordHeader(header.key(), wrapped(header.value())));
        }
        return new ArchivedRecord(
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                wrapped(record.key()),
                wrapped(record.value()),
                headers);
    }

    private static @Nullable ByteBuffer wrapped(byte @Nullable [] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    /** What the metadata say: id of the topic, latest timestamp (ms), schemas of the values by id. */
    record Metadata(String topicId, long latest, Map<Integer, Schema> schemas) {}

    /** @throws ArchiveException when the file is damaged */
    Metadata metadata() {
        try (DataFileReader<ArchivedRecord> reader = open()) {
            Map<Integer, Schema> schemas = new TreeMap<>();
            for (String key : reader.getMetaKeys()) {
                if (key.startsWith(SCHEMA)) {
                    schemas.put(
                            Integer.valueOf(key.substring(SCHEMA.length())),
                            new Schema.Parser().parse(reader.getMetaString(key)));
                }
            }
            return new Metadata(reader.getMetaString(TOPIC_ID), reader.getMetaLong(LATEST), schemas);
        } catch (IOException | AvroRuntimeException | NumberFormatException e) {
            throw damaged(why(e), e);
        }
    }

    /**
     * The records, in order. Every method of it throws {@link ArchiveException} when the file is damaged or ends early.
     */
    Records records() {
        try {
            return new Records(open());
        } catch (IOException | AvroRuntimeException e) {
            throw damaged(why(e), e);
        }
    }

    private DataFileReader<ArchivedRecord> open() throws IOException {
        Schema current = ArchivedRecord.getClassSchema();
        return new DataFileReader<>(
                path.toFile(),
                new SpecificDatumReader<>(current, current, SpecificData.getForClass(ArchivedRecord.class)));
    }

    private static String why(Exception problem) {
        boolean early = problem instanceof EOFException || problem.getCause() instanceof EOFException;
        return early ? "it ends early" : String.valueOf(problem.getMessage());
    }

    private ArchiveException damaged(String problem, @Nullable Exception cause) {
        String message = "archive file " + path + " is damaged: " + problem;
        String remedy =
                "put it back from a copy; or, if the topic still has its records, delete it and run `fleet archive`";
        return cause == null ? new ArchiveException(message, remedy) : new ArchiveException(message, remedy, cause);
    }

    /** Reads the file record by record; closes it at its end. */
    final class Records implements Iterator<ConsumerRecord<byte[], byte[]>>, AutoCloseable {
        private final DataFileReader<ArchivedRecord> reader;
        private final long expected;
        private long count;

        private Records(DataFileReader<ArchivedRecord> reader) {
            this.reader = reader;
            this.expected = reader.getMetaLong(RECORDS);
        }

        @Override
        public boolean hasNext() {
            try {
                if (reader.hasNext()) {
                    return true;
                }
            } catch (AvroRuntimeException e) {
                close();
                throw damaged("after " + count + " of " + expected + " records: " + why(e), e);
            }
            close();
            if (count != expected) {
                throw damaged("it has " + count + " of " + expected + " records", null);
            }
            return false;
        }

        @Override
        public ConsumerRecord<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                ArchivedRecord record = reader.next();
                count++;
                return asConsumed(record);
            } catch (AvroRuntimeException e) {
                close();
                throw damaged("after " + count + " of " + expected + " records: " + why(e), e);
            }
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw damaged(why(e), e);
            }
        }
    }

    private ConsumerRecord<byte[], byte[]> asConsumed(ArchivedRecord record) {
        byte[] key = bytes(record.getKey());
        byte[] value = bytes(record.getValue());
        RecordHeaders headers = new RecordHeaders();
        record.getHeaders().forEach(header -> headers.add(header.getName(), bytes(header.getValue())));
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                record.getOffset(),
                record.getTimestamp().toEpochMilli(),
                TimestampType.NO_TIMESTAMP_TYPE,
                key == null ? ConsumerRecord.NULL_SIZE : key.length,
                value == null ? ConsumerRecord.NULL_SIZE : value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
