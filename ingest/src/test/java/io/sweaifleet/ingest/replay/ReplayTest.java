package io.sweaifleet.ingest.replay;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplayTest {

    private final FakeFleet fleet = new FakeFleet();

    @Test
    void shouldMergePartitionsByTimeAndKeepTheOrderOfEach() throws Exception {
        // Given
        for (int i = 0; i < 60; i++) {
            append(i, "w" + i % 7);
        }

        // When
        List<String> keys = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        long count = replay().run(new Position.Earliest(), null, record -> {
            keys.add(Fleet.keyOf(record));
            times.add(record.timestamp());
        });

        // Then
        assertThat(count).isEqualTo(60);
        assertThat(times).isSorted();
        assertThat(keys.subList(0, 3)).containsExactly("default/w0", "default/w1", "default/w2");
    }

    @Test
    void shouldReadFromATimeToATimeExclusive() throws Exception {
        // Given
        for (int i = 0; i < 20; i++) {
            append(i, "w" + i);
        }

        // When
        List<Long> times = new ArrayList<>();
        replay().run(
                        new Position.AtTime(START.plusSeconds(5)),
                        new Position.AtTime(START.plusSeconds(8)),
                        record -> times.add(record.timestamp()));

        // Then
        assertThat(times)
                .containsExactly(
                        START.plusSeconds(5).toEpochMilli(),
                        START.plusSeconds(6).toEpochMilli(),
                        START.plusSeconds(7).toEpochMilli());
    }

    @Test
    void shouldRefuseToStartLateAndNameTheEarliestTime() {
        // Given
        Fleet.Appended last = null;
        for (int i = 0; i < 5; i++) {
            last = append(i, "w");
        }
        TopicPartition partition = last.partition();
        fleet.deleteBefore(partition, 3);

        // When / Then
        assertThatExceptionOfType(MissingRecordsException.class)
                .isThrownBy(() -> replay().run(new Position.AtTime(START.plusSeconds(1)), null, record -> {}))
                .withMessageContaining("the earliest time it has is 2026-01-31T12:00:03.000Z");
        assertThatExceptionOfType(MissingRecordsException.class)
                .isThrownBy(() -> replay().run(new Position.AtOffset(0), null, record -> {}))
                .withMessageContaining(partition + " begins at offset 3 of 2026-01-31T12:00:03.000Z");
    }

    @Test
    void shouldReadWhatIsLeftWhenAskedForTheEarliestOrALaterTime() throws Exception {
        // Given
        Fleet.Appended last = null;
        for (int i = 0; i < 5; i++) {
            last = append(i, "w");
        }
        fleet.deleteBefore(last.partition(), 3);

        // When / Then
        assertThat(replay().run(new Position.Earliest(), null, record -> {})).isEqualTo(2);
        assertThat(replay().run(new Position.AtTime(START.plusSeconds(4)), null, record -> {}))
                .isEqualTo(1);
        assertThat(replay().run(new Position.AtTime(START.plusSeconds(99)), null, record -> {}))
                .isZero();
    }

    @Test
    void shouldTellTimesFromOffsets() {
        assertThat(Position.parse("17", START)).isEqualTo(Optional.of(new Position.AtOffset(17)));
        assertThat(Position.parse("1769860800000", START)).isEqualTo(Optional.of(new Position.AtTime(START)));
        assertThat(Position.parse("2026-01-31T12:00:00Z", START)).isEqualTo(Optional.of(new Position.AtTime(START)));
        assertThat(Position.parse("15m", START)).isEqualTo(Optional.of(new Position.AtTime(START.minusSeconds(900))));
        assertThat(Position.parse("earliest", START)).isEqualTo(Optional.of(new Position.Earliest()));
        assertThat(Position.parse("yesterday", START)).isEmpty();
    }

    @Test
    void shouldGiveAWorkflowNewIdsAndLetDependenciesFollow() {
        // Given
        WorkflowSubmitted workflow = WorkflowSubmitted.newBuilder()
                .setId("old")
                .setTasks(List.of(task("a", List.of()), task("b", List.of("a"))))
                .build();

        // When
        WorkflowSubmitted again = NewIds.of(workflow, new RunIds(Clock.fixed(START, ZoneOffset.UTC), new Random(1)));

        // Then
        assertThat(again.getId()).startsWith("replay-20260131-120000-");
        assertThat(again.getTasks())
                .extracting(TaskSubmitted::getId)
                .containsExactly(again.getId() + "-1", again.getId() + "-2");
        assertThat(again.getTasks().get(1).getDependsOn()).containsExactly(again.getId() + "-1");
    }

    private static TaskSubmitted task(String id, List<String> dependsOn) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setKind("k")
                .setRole("qa")
                .setDependsOn(dependsOn)
                .build();
    }

    private Fleet.Appended append(int second, String workflow) {
        fleet.at(START.plusSeconds(second));
        return fleet.send(
                FleetTopic.TASK_EVENTS,
                "default/" + workflow,
                event(workflow, null, TaskEventType.WORKFLOW_ACCEPTED, second));
    }

    private Replay replay() {
        var reader = fleet.reader();
        return new Replay(reader, reader.partitions("fleet.task-events"));
    }
}
