package io.sweaifleet.ingest.client;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sweaifleet.ingest.replay.MissingRecordsException;
import io.sweaifleet.ingest.replay.Position;
import io.sweaifleet.ingest.replay.Replay;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.archive.ArchiveException;
import io.sweaifleet.schemas.archive.ArchiveFile;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replay of 20 events of one partition, a second apart, of which the topic has lost the first ones. */
@Timeout(30)
class ArchivedTopicReaderTest {

    private static final int ALL = 20;

    @TempDir
    Path directory;

    private final FakeFleet fleet = new FakeFleet();
    private TopicPartition partition;

    @BeforeEach
    void fill() {
        for (int i = 0; i < ALL; i++) {
            fleet.at(START.plusSeconds(i));
            partition = fleet.send(
                            FleetTopic.TASK_EVENTS,
                            "default/w",
                            event("w", null, TaskEventType.WORKFLOW_ACCEPTED, i, more -> {}))
                    .partition();
        }
    }

    @Test
    void shouldReadArchiveAndTopicAsOneWhereverTheRangeBeginsAndEnds() throws Exception {
        // Given
        archive(0, 8);
        archive(8, 15);
        fleet.deleteBefore(partition, 12);

        // When / Then
        assertThat(replayed(new Position.Earliest(), null)).isEqualTo(offsets(0, ALL));
        assertThat(replayed(new Position.AtOffset(3), null)).isEqualTo(offsets(3, ALL));
        assertThat(replayed(new Position.AtTime(START.plusSeconds(9)), new Position.AtTime(START.plusSeconds(14))))
                .isEqualTo(offsets(9, 14));
        assertThat(replayed(new Position.AtOffset(2), new Position.AtOffset(6))).isEqualTo(offsets(2, 6));
        assertThat(replayed(new Position.AtOffset(16), null)).isEqualTo(offsets(16, ALL));
    }

    @Test
    void shouldNameTheOffsetsThatNeitherHas() throws Exception {
        // Given
        archive(0, 8);
        fleet.deleteBefore(partition, 12);

        // When / Then
        assertThatExceptionOfType(ArchiveException.class)
                .isThrownBy(() -> replayed(new Position.Earliest(), null))
                .withMessageContaining("offsets 8 to 11 of " + partition + " are missing");
    }

    @Test
    void shouldStillRefuseWhatIsOlderThanTheArchive() throws Exception {
        // Given
        archive(5, 15);
        fleet.deleteBefore(partition, 12);

        // When / Then
        assertThatExceptionOfType(MissingRecordsException.class)
                .isThrownBy(() -> replayed(new Position.AtOffset(0), null))
                .withMessageContaining(partition + " begins at offset 5");
    }

    private void archive(int first, int next) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = fleet.records(FleetTopic.TASK_EVENTS).stream()
                .filter(record -> record.offset() >= first && record.offset() < next)
                .toList();
        ArchiveFile file = ArchiveFile.write(directory, partition, "id", first, next, records, Map.of());
        assertThat(file.path()).exists();
    }

    private List<Long> replayed(Position from, Position to) throws MissingRecordsException {
        List<Long> offsets = new ArrayList<>();
        try (TopicReader reader = new ArchivedTopicReader(fleet.reader(), Archive.open(directory))) {
            long count = new Replay(reader, List.of(partition)).run(from, to, record -> offsets.add(record.offset()));
            assertThat(count).isEqualTo(offsets.size());
        }
        return offsets;
    }

    private static List<Long> offsets(long first, long next) {
        return java.util.stream.LongStream.range(first, next).boxed().toList();
    }
}
