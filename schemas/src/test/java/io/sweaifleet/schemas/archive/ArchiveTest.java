package io.sweaifleet.schemas.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {

    private static final TopicPartition PARTITION = new TopicPartition("fleet.task-events", 3);
    private static final Schema SCHEMA = Schema.create(Schema.Type.STRING);

    @TempDir
    Path directory;

    @Test
    void shouldGiveBackRecordsAsTheyWereWritten() throws IOException {
        // Given
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", utf8("00-abc"));
        headers.add("empty", null);
        ConsumerRecord<byte[], byte[]> whole = record(7, 1_000, utf8("key"), utf8("value"), headers);
        ConsumerRecord<byte[], byte[]> tombstone = record(8, 1_001, null, null, new RecordHeaders());
        ArchiveFile.write(directory, PARTITION, "id", 5, 10, List.of(whole, tombstone), Map.of(4, SCHEMA));

        // When
        Archive archive = Archive.open(directory);
        List<ConsumerRecord<byte[], byte[]>> read = read(archive, 5, 100);

        // Then
        assertThat(archive.schemas()).containsExactly(Map.entry(4, SCHEMA));
        assertThat(archive.first(PARTITION)).hasValue(5);
        assertThat(archive.next(PARTITION)).isEqualTo(10);
        assertThat(read).hasSize(2);
        assertThat(read.get(0).offset()).isEqualTo(7);
        assertThat(read.get(0).timestamp()).isEqualTo(1_000);
        assertThat(read.get(0).key()).isEqualTo(utf8("key"));
        assertThat(read.get(0).value()).isEqualTo(utf8("value"));
        assertThat(read.get(0).headers()).isEqualTo(headers);
        assertThat(read.get(1).key()).isNull();
        assertThat(read.get(1).value()).isNull();
    }

    @Test
    void shouldReadRangesThatFollowOrOverlapOneAnotherOnce() throws IOException {
        // Given
        write(0, 10);
        write(10, 20);
        write(5, 25);

        // When
        List<Long> offsets = read(Archive.open(directory), 3, 22).stream()
                .map(ConsumerRecord::offset)
                .toList();

        // Then
        assertThat(offsets)
                .containsExactlyElementsOf(LongStream.range(3, 22).boxed().toList());
    }

    @Test
    void shouldNameTheOffsetsThatAreMissing() throws IOException {
        // Given
        write(0, 10);
        write(15, 20);

        // When
        Archive archive = Archive.open(directory);

        // Then
        assertThat(archive.next(PARTITION)).as("what is archived without a gap").isEqualTo(10);
        assertThatThrownBy(() -> read(archive, 0, 20))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("offsets 10 to 14 of fleet.task-events-3 are missing");
    }

    @Test
    void shouldFindTheFirstRecordOfATime() throws IOException {
        // Given
        write(0, 10);
        write(10, 20);

        // When
        Archive archive = Archive.open(directory);

        // Then
        assertThat(archive.offsetAt(PARTITION, 1_012, 100)).hasValue(12);
        assertThat(archive.offsetAt(PARTITION, 0, 100)).hasValue(0);
        assertThat(archive.offsetAt(PARTITION, 1_012, 11)).isEmpty();
        assertThat(archive.offsetAt(PARTITION, 2_000, 100)).isEmpty();
    }

    @Test
    void shouldRefuseAFileThatEndsEarlyByName() throws IOException {
        // Given
        Path file = write(0, 2_000).path();
        byte[] bytes = Files.readAllBytes(file);

        for (int length : new int[] {0, 2, bytes.length / 2, bytes.length - 20}) {
            // When
            Files.write(file, java.util.Arrays.copyOf(bytes, length));

            // Then
            assertThatThrownBy(() -> read(Archive.open(directory), 0, 2_000))
                    .as("of " + length + " of " + bytes.length + " bytes")
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageStartingWith("archive file " + file + " is damaged: ")
                    .satisfies(e -> assertThat(((ArchiveException) e).remedy()).contains("fleet archive"));
        }
    }

    @Test
    void shouldRefuseAFileThatLostItsLastBlock() throws IOException {
        // Given: a block ends where the sync marker is, so that what is left looks whole
        Path file = write(0, 20_000).path();
        byte[] bytes = Files.readAllBytes(file);
        byte[] marker = java.util.Arrays.copyOfRange(bytes, bytes.length - 16, bytes.length);
        int end = bytes.length - 17;
        while (!java.util.Arrays.equals(marker, java.util.Arrays.copyOfRange(bytes, end - 16, end))) {
            end--;
        }
        Files.write(file, java.util.Arrays.copyOf(bytes, end));

        // When / Then
        assertThatThrownBy(() -> read(Archive.open(directory), 0, 20_000))
                .isInstanceOf(ArchiveException.class)
                .hasMessageMatching("(?s).* is damaged: it has \\d+ of 20000 records");
    }

    @Test
    void shouldNoticeAChangedByte() throws IOException {
        // Given
        Path file = write(0, 100).path();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 40] ^= 1;
        Files.write(file, bytes);

        // When / Then
        assertThatThrownBy(() -> read(Archive.open(directory), 0, 100))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void shouldNotTakeAnUnfinishedFileForAWholeOne() throws IOException {
        // Given
        Path file = write(0, 10).path();
        Files.move(file, file.resolveSibling(file.getFileName() + ArchiveFile.UNFINISHED));

        // When / Then
        assertThat(Archive.open(directory).first(PARTITION)).isEmpty();
    }

    @Test
    void shouldRefuseToGoOnWithAnotherTopicOfTheSameName() throws IOException {
        // Given
        write(0, 10);
        Archive archive = Archive.open(directory);

        // When / Then
        assertThat(archive.next(PARTITION, "id")).isEqualTo(10);
        assertThatThrownBy(() -> archive.next(PARTITION, "other"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("is of another topic fleet.task-events (id id)")
                .hasMessageContaining("(id other)");
    }

    private ArchiveFile write(long first, long next) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = LongStream.range(first, next)
                .mapToObj(offset ->
                        record(offset, 1_000 + offset, utf8("key"), utf8("value " + offset), new RecordHeaders()))
                .toList();
        return ArchiveFile.write(directory, PARTITION, "id", first, next, records, Map.of(1, SCHEMA));
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Archive archive, long from, long to) {
        List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
        archive.records(PARTITION, from, to).forEachRemaining(read::add);
        return read;
    }

    private static ConsumerRecord<byte[], byte[]> record(
            long offset, long timestamp, byte[] key, byte[] value, RecordHeaders headers) {
        return new ConsumerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
