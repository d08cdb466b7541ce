package io.sweaifleet.ingest.follow;

import static io.sweaifleet.ingest.testing.Records.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
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

    private WorkflowFollower follower() {
        return new WorkflowFollower(fleet, WorkflowView.unknown("default", "w"));
    }

    private void happens(TaskEventType type) {
        fleet.send(FleetTopic.TASK_EVENTS, "default/w", event("w", null, type, 1));
    }
}
