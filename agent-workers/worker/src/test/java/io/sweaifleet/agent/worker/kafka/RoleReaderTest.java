package io.sweaifleet.agent.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoleReaderTest {

    private static final TopicPartition PARTITION = new TopicPartition(FleetTopic.ROLES.topicName(), 0);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final RoleReader reader = new RoleReader(
            consumer,
            Codecs.CODEC.role(),
            (role, definition) -> seen.add(role + " " + (definition == null ? "removed" : definition.getVersion())));

    @AfterEach
    void closeReader() {
        reader.close();
    }

    @Test
    void shouldGiveTheLatestDefinitionOfEachRoleAndThenEveryChange() throws Exception {
        // Given
        consumer.updatePartitions(
                PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, Node.noNode(), null, null)));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 4L));
        consumer.schedulePollTask(() -> {
            add(0, "qa", Samples.role("qa", 1, 1, 1));
            add(1, "dev", Samples.role("dev", 1, 1, 1));
            add(2, "qa", Samples.role("qa", 2, 1, 1));
            add(3, "dev", null);
        });

        // When
        reader.start();
        assertThat(reader.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        List<String> atFirst = List.copyOf(seen);
        consumer.schedulePollTask(() -> {
            consumer.addRecord(
                    new ConsumerRecord<>(PARTITION.topic(), 0, 4, "qa", "not Avro".getBytes(StandardCharsets.UTF_8)));
            add(5, "qa", Samples.role("qa", 3, 1, 1));
        });

        // Then
        assertThat(atFirst).containsExactly("qa 2", "dev removed");
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (seen.size() < 3 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(seen).containsExactly("qa 2", "dev removed", "qa 3");
    }

    private void add(long offset, String role, @Nullable RoleDefinition definition) {
        byte[] value = definition == null
                ? null
                : Codecs.serde(RoleDefinition.class).serializer().serialize(PARTITION.topic(), definition);
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, role, value));
    }
}
