package io.sweaifleet.agent.branch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BranchFollowerTest {

    private static final TopicPartition PARTITION = new TopicPartition(FleetTopic.RESULTS.topicName(), 0);
    private static final String COMMIT = "a".repeat(40);
    private static final Serde<TaskOutcome> SERDE = FleetSerdes.value(
            TaskOutcome.class,
            Settings.of(Map.of(
                    FleetSettings.REGISTRY_URL.name(),
                    "mock://branch-tests",
                    "fleet.registry.client.auto.register.schemas",
                    "true",
                    "fleet.registry.client.use.latest.version",
                    "false")));

    /** What the broker kept from an earlier process; Kafka's mock forgets it when it is assigned partitions. */
    private final Map<TopicPartition, OffsetAndMetadata> kept = new HashMap<>();

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest") {
        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
            return kept.isEmpty() ? super.committed(partitions) : kept;
        }
    };
    private final List<KnowledgeFact> sent = new ArrayList<>();
    private int flushed;
    private final BranchFollower follower = new BranchFollower(
            consumer,
            SERDE.deserializer(),
            new BranchCreator(Duration.ofSeconds(5)),
            new BranchFollower.Facts() {
                @Override
                public void send(KnowledgeFact fact) {
                    sent.add(fact);
                }

                @Override
                public void flush() {
                    assertThat(stored()).as("stored before the facts arrived").isEqualTo(5);
                    flushed++;
                }
            },
            () -> Instant.ofEpochMilli(99));

    @BeforeEach
    void openTopic() {
        consumer.updatePartitions(
                PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, Node.noNode(), null, null)));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
    }

    @Test
    void shouldBeginAtTheEndTheFirstTimeAndStoreThatPlace() {
        // When
        follower.open();

        // Then
        assertThat(consumer.position(PARTITION)).isEqualTo(5);
        assertThat(stored()).isEqualTo(5);
    }

    @Test
    void shouldGoOnWhereItStoppedLast() {
        // Given
        kept.put(PARTITION, new OffsetAndMetadata(2));

        // When
        follower.open();

        // Then
        assertThat(consumer.position(PARTITION)).isEqualTo(2);
    }

    @Test
    void shouldTellWhatBecameOfABranchAndStoreItsPlaceAfterwards() throws Exception {
        // Given
        follower.open();
        add(5, outcome(TaskStatus.SUCCEEDED, COMMIT));

        // When
        follower.followOnce();

        // Then
        assertThat(sent).singleElement().satisfies(fact -> {
            assertThat(fact.getPredicate()).isEqualTo(BranchFacts.NOT_LOCAL);
            assertThat(fact.getSubjectType()).isEqualTo("Task");
            assertThat(fact.getSubjectId()).isEqualTo("default/t1");
            assertThat(fact.getValue()).isEqualTo("fleet/default/t1");
            assertThat(fact.getProperties()).containsEntry("commit", COMMIT);
        });
        assertThat(flushed).isEqualTo(1);
        assertThat(stored()).isEqualTo(6);
    }

    @Test
    void shouldPassByOutcomesWithoutABranchAndRecordsItCannotRead() throws Exception {
        // Given
        follower.open();
        add(5, outcome(TaskStatus.SUCCEEDED, null));
        add(6, outcome(TaskStatus.FAILED, COMMIT));
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, 7, "x", new byte[] {9, 9, 9}));

        // When
        follower.followOnce();

        // Then
        assertThat(sent).isEmpty();
        assertThat(stored()).isEqualTo(8);
    }

    @Test
    void shouldStateTheSameFactWhenAnOutcomeIsReadTwice() {
        // Given
        TaskOutcome outcome = outcome(TaskStatus.SUCCEEDED, COMMIT);
        FinishedBranch branch = FinishedBranch.of(outcome).orElseThrow();

        // When
        KnowledgeFact once = BranchFacts.of(outcome, branch, new BranchArrival.Created(), Instant.ofEpochMilli(1));
        KnowledgeFact twice = BranchFacts.of(outcome, branch, new BranchArrival.Created(), Instant.ofEpochMilli(2));

        // Then
        assertThat(once.getFactId()).isEqualTo(twice.getFactId());
        assertThat(once.getPredicate()).isEqualTo("BRANCH_CREATED");
    }

    private long stored() {
        OffsetAndMetadata place = consumer.committed(Set.of(PARTITION)).get(PARTITION);
        return place == null ? -1 : place.offset();
    }

    private void add(long offset, TaskOutcome outcome) {
        consumer.addRecord(new ConsumerRecord<>(
                PARTITION.topic(), 0, offset, "default/t1", SERDE.serializer().serialize(PARTITION.topic(), outcome)));
    }

    private static TaskOutcome outcome(TaskStatus status, @org.jspecify.annotations.Nullable String commit) {
        return TaskOutcome.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("t1")
                .setStatus(status)
                .setRepository("https://example.org/a.git")
                .setSubmittedAt(Instant.EPOCH)
                .setAcceptedAt(Instant.EPOCH)
                .setFinishedAt(Instant.ofEpochMilli(7))
                .setResult(TaskResult.newBuilder()
                        .setCommit(commit)
                        .setBranch(commit == null ? null : "fleet/default/t1")
                        .setArtifacts(List.of(ArtifactRef.newBuilder()
                                .setName("branch.bundle")
                                .setKind("bundle")
                                .setSha256("0".repeat(64))
                                .setSizeBytes(1)
                                .setMediaType("application/x-git-bundle")
                                .setUri("file:///nowhere")
                                .build()))
                        .build())
                .build();
    }
}
