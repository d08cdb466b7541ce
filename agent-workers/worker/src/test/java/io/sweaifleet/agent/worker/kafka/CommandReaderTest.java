package io.sweaifleet.agent.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NetworkException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandReaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(FleetTopic.WORKER_COMMANDS.topicName(), 3);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
    private final List<WorkerCommand> commands = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private final CommandReader reader =
            new CommandReader(consumer, 3, "default/w1", Codecs.CODEC.command(), commands::add, lost::add);

    @BeforeEach
    void openAtTheEnd() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 40L));
        reader.open();
    }

    @Test
    void shouldReadOnlyWhatComesAfterItOpened() throws Exception {
        // Given
        add(39, "default/w1", bytes(Samples.command(1, 1, CommandType.WELCOME)));
        add(40, "default/w1", bytes(Samples.command(1, 2, CommandType.ASSIGN)));

        // When
        reader.pollOnce();

        // Then
        assertThat(commands).extracting(WorkerCommand::getSequence).containsExactly(2L);
        assertThat(consumer.assignment()).containsExactly(PARTITION);
        assertThat(consumer.subscription()).isEmpty();
    }

    @Test
    void shouldNotEvenDecodeWhatIsForOthers() throws Exception {
        // Given
        add(40, "default/w2", "not Avro".getBytes(StandardCharsets.UTF_8));
        add(41, "default/w1", bytes(Samples.command(1, 1, CommandType.WELCOME)));

        // When
        reader.pollOnce();

        // Then
        assertThat(commands).hasSize(1);
        assertThat(lost).isEmpty();
    }

    @Test
    void shouldTellThatACommandWasLostWhenItCannotBeRead() throws Exception {
        // Given
        add(40, "default/w1", "not Avro".getBytes(StandardCharsets.UTF_8));

        // When
        reader.pollOnce();

        // Then
        assertThat(commands).isEmpty();
        assertThat(lost).singleElement().asString().contains("offset 40");
    }

    @Test
    void shouldTellThatCommandsWereLostWhenItsPlaceIsGone() throws Exception {
        // Given
        consumer.updateEndOffsets(Map.of(PARTITION, 90L));
        consumer.setPollException(new OffsetOutOfRangeException(Map.of(PARTITION, 40L)));

        // When
        reader.pollOnce();

        // Then
        assertThat(lost).hasSize(1);
        assertThat(consumer.position(PARTITION)).isEqualTo(90);
    }

    @Test
    void shouldGoOnAfterTheBrokerWasAway() throws Exception {
        // Given
        consumer.setPollException(new NetworkException("away"));

        // When
        reader.pollOnce();
        add(40, "default/w1", bytes(Samples.command(1, 1, CommandType.WELCOME)));
        reader.pollOnce();

        // Then
        assertThat(commands).hasSize(1);
        assertThat(lost).isEmpty();
    }

    private void add(long offset, String key, byte[] value) {
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), offset, key, value));
    }

    private static byte[] bytes(WorkerCommand command) {
        return Codecs.serde(WorkerCommand.class).serializer().serialize(PARTITION.topic(), command);
    }
}
