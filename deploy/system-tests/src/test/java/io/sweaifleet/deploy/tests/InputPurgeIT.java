package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.archive.Archiver;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.InputPurge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real broker forgets of core's inputs. */
class InputPurgeIT {

    private static final String CORE = "core-of-this-test";
    private static final Duration KEEP = Duration.ofHours(1);
    private static final TopicPartition INPUT = new TopicPartition(FleetTopic.CORE_INPUTS.topicName(), 3);
    private static final TopicPartition UNREAD = new TopicPartition(FleetTopic.CORE_INPUTS.topicName(), 4);
    private static final TopicPartition RESULTS = new TopicPartition(FleetTopic.AGENT_RESULTS.topicName(), 3);
    private static final TopicPartition NO_INPUT = new TopicPartition(FleetTopic.TASKS.topicName(), 3);

    @TempDir
    Path directory;

    private TestBroker broker;
    private Admin admin;

    @BeforeEach
    void start() {
        broker = new TestBroker(directory);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void shouldDeleteOnlyWhatIsBothDoneWithAndOldEnough() throws Exception {
        // Given
        List<TopicPartition> all = List.of(INPUT, UNREAD, RESULTS, NO_INPUT);
        long old = append(5, all);
        Await.until(Duration.ofSeconds(10), () -> "later", () -> System.currentTimeMillis() > old);
        long young = append(5, all);
        committed(Map.of(INPUT, 8L, RESULTS, 2L, NO_INPUT, 8L));

        // When / Then
        purgeAt(young);
        assertThat(all).allSatisfy(partition -> assertThat(begin(partition)).isZero());
        purgeAt(old + KEEP.toMillis() + 1);
        assertThat(begin(INPUT)).as("kept as long as the setting says").isEqualTo(5);
        assertThat(begin(RESULTS)).as("not beyond what core committed").isEqualTo(2);
        purgeAt(young + 2 * KEEP.toMillis());
        assertThat(begin(INPUT)).as("kept until core is done with it").isEqualTo(8);
        assertThat(begin(RESULTS)).isEqualTo(2);
        assertThat(begin(UNREAD)).as("never read by core").isZero();
        assertThat(begin(NO_INPUT)).as("not an input of core").isZero();
    }

    @Test
    void shouldNotDeleteWhatIsNotArchived() throws Exception {
        // Given
        Path archive = directory.resolve("archive");
        Path inItsPlace = Files.createFile(archive);
        long last = append(5, List.of(INPUT, RESULTS));
        committed(Map.of(INPUT, 5L, RESULTS, 3L));

        // When / Then
        purgeAt(last + 2 * KEEP.toMillis(), archiver(archive));
        assertThat(begin(INPUT)).as("the archive cannot be written").isZero();
        Files.delete(inItsPlace);
        purgeAt(last + 2 * KEEP.toMillis(), archiver(archive));
        assertThat(begin(INPUT)).isEqualTo(5);
        assertThat(begin(RESULTS)).isEqualTo(3);
        assertThat(Archive.open(archive).next(INPUT)).isEqualTo(5);
        assertThat(Archive.open(archive).next(RESULTS)).isEqualTo(5);
    }

    private Archiver archiver(Path archive) {
        return new Archiver(
                Map.of("bootstrap.servers", broker.bootstrap()), InMemorySchemaRegistry.named("purge"), archive);
    }

    private void purgeAt(long nowMs) {
        purgeAt(nowMs, null);
    }

    private void purgeAt(long nowMs, Archiver archiver) {
        new InputPurge(
                        admin,
                        CORE,
                        List.of(FleetTopic.CORE_INPUTS, FleetTopic.AGENT_HEARTBEATS, FleetTopic.AGENT_RESULTS),
                        KEEP,
                        () -> Instant.ofEpochMilli(nowMs),
                        archiver)
                .run();
    }

    /** Appends so many records to each partition and returns the time that the broker gave the last one. */
    private long append(int records, List<TopicPartition> partitions) throws Exception {
        long last = 0;
        try (KafkaProducer<String, byte[]> producer = broker.producer()) {
            for (TopicPartition partition : partitions) {
                for (int i = 0; i < records; i++) {
                    last = Math.max(
                            last,
                            producer.send(new ProducerRecord<>(
                                            partition.topic(), partition.partition(), "key", new byte[] {1}))
                                    .get(30, TimeUnit.SECONDS)
                                    .timestamp());
                }
            }
        }
        return last;
    }

    private void committed(Map<TopicPartition, Long> offsets) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        offsets.forEach((partition, offset) -> positions.put(partition, new OffsetAndMetadata(offset)));
        admin.alterConsumerGroupOffsets(CORE, positions).all().get(30, TimeUnit.SECONDS);
    }

    private long begin(TopicPartition partition) {
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                    .all()
                    .get(30, TimeUnit.SECONDS)
                    .get(partition)
                    .offset();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
