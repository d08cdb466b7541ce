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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    @Test
    void shouldSayThatItHasReadWhileWhatItReadIsStillBeingApplied() throws Exception {
        // Given
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch applied = new CountDownLatch(1);
        MockConsumer<String, byte[]> one = new MockConsumer<>("earliest");
        one.updatePartitions(
                PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, Node.noNode(), null, null)));
        one.updateBeginningOffsets(Map.of(PARTITION, 0L));
        one.updateEndOffsets(Map.of(PARTITION, 1L));
        one.schedulePollTask(() -> one.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, 0, "qa", null)));
        try (RoleReader slow = new RoleReader(one, Codecs.CODEC.role(), (role, definition) -> {
            applying.countDown();
            awaitQuietly(applied);
        })) {
            assertThat(slow.hasRead()).isFalse();

            // When
            slow.start();
            assertThat(applying.await(20, TimeUnit.SECONDS)).isTrue();

            // Then
            assertThat(slow.hasRead()).isTrue();
            assertThat(slow.awaitCaughtUp(Duration.ZERO)).isFalse();
            applied.countDown();
            assertThat(slow.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(long offset, String role, @Nullable RoleDefinition definition) {
        byte[] value = definition == null
                ? null
                : Codecs.serde(RoleDefinition.class).serializer().serialize(PARTITION.topic(), definition);
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, role, value));
    }
}
