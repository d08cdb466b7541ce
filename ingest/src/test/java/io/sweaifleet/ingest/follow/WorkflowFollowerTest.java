package io.sweaifleet.ingest.follow;

import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.ingest.testing.Records;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class WorkflowFollowerTest {

    private final FakeFleet fleet = new FakeFleet();

    @Test
    void shouldEndWhenItsSubmissionRepeatsAnEarlierOne() {
        // Given
        try (WorkflowFollower follower = follower()) {

            // When
            happens(TaskEventType.DUPLICATE_IGNORED);
            follower.poll(Duration.ofSeconds(1));

            // Then
            assertThat(follower.isDuplicate()).isTrue();
            assertThat(follower.isComplete()).isTrue();
        }
    }

    @Test
    void shouldGoOnWhenItsAcceptedSubmissionIsReadTwice() {
        // Given
        try (WorkflowFollower follower = follower()) {

            // When
            happens(TaskEventType.WORKFLOW_ACCEPTED);
            happens(TaskEventType.DUPLICATE_IGNORED);
            follower.poll(Duration.ofSeconds(1));

            // Then
            assertThat(follower.isDuplicate()).isFalse();
            assertThat(follower.isComplete()).isFalse();
        }
    }

    @Test
    void shouldNotTakeTheOutcomeOfOtherWorkForItsOwn() {
        // Given
        WorkflowView submitted =
                WorkflowView.unknown("default", "w").plus(TaskView.submitted("w", "qa", "qa.run-tests", Records.START));
        try (WorkflowFollower follower = new WorkflowFollower(fleet, submitted)) {
            Fleet.Appended own = new Fleet.Appended(new TopicPartition(FleetTopic.TASKS.topicName(), 3), 8);
            follower.submittedAt(own);

            // When
            ends(7);
            follower.poll(Duration.ofSeconds(1));
            boolean ofOtherWork = follower.isComplete();
            ends(8);
            follower.poll(Duration.ofSeconds(1));

            // Then
            assertThat(ofOtherWork).isFalse();
            assertThat(follower.isComplete()).isTrue();
        }
    }

    @Test
    void shouldTakeTheOutcomeOfTheSameWorkForItsOwn() {
        // Given
        WorkflowView submitted =
                WorkflowView.unknown("default", "w").plus(TaskView.submitted("w", "qa", "qa.run-tests", Records.START));
        try (WorkflowFollower follower = new WorkflowFollower(fleet, submitted)) {
            follower.submittedAt(new Fleet.Appended(new TopicPartition(FleetTopic.TASKS.topicName(), 3), 8));

            // When
            happens(TaskEventType.WORKFLOW_ACCEPTED);
            happens(TaskEventType.DUPLICATE_IGNORED);
            ends(7);
            follower.poll(Duration.ofSeconds(1));

            // Then
            assertThat(follower.isComplete()).isTrue();
        }
    }

    /** The task ends that was submitted at an offset. */
    private void ends(long offset) {
        fleet.send(
                FleetTopic.RESULTS,
                "default/w",
                Records.outcome("w", "w", "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                        .setOrigin(Origin.newBuilder()
                                .setTopic(FleetTopic.TASKS.topicName())
                                .setPartition(3)
                                .setOffset(offset)
                                .setTimestamp(Records.START)
                                .build())
                        .build());
        fleet.send(
                FleetTopic.WORKFLOW_RESULTS, "default/w", Records.workflowOutcome("w", WorkflowStatus.SUCCEEDED, "w"));
    }

    private WorkflowFollower follower() {
        return new WorkflowFollower(fleet, WorkflowView.unknown("default", "w"));
    }

    private void happens(TaskEventType type) {
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", null, type, 1));
    }
}
