package io.sweaifleet.topology;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Schedules on their way from their topic through intake to core, and their runs. */
class ScheduleIntakeTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");

    @AfterEach
    void close() {
        fleet.close();
    }

    private Schedule.Builder schedule() {
        return Schedule.newBuilder()
                .setId("beat")
                .setIntervalMs(60_000L)
                .setWorkflow(WorkflowSubmitted.newBuilder()
                        .setPriority(8)
                        .setRepository("/shop")
                        .setTasks(List.of(
                                task(null, "qa").build(),
                                task("second", "qa").setDependsOn(List.of()).build()))
                        .build())
                .setUpdatedAt(fleet.now());
    }

    private List<TaskEvent> events(TaskEventType type) {
        return fleet.events().stream().filter(event -> event.getType() == type).toList();
    }

    @Test
    void shouldFireWithWhatTheWorkflowLeavesOutFilledIn() {
        // Given
        fleet.send(FleetTopic.SCHEDULES, "default/beat", schedule().build());

        // When
        fleet.pass(Duration.ofSeconds(61));
        TestFleet.Worker worker = fleet.worker("worker-1", "qa", 5).hello();

        // Then
        assertThat(worker.take())
                .filteredOn(command -> command.getAssignment() != null)
                .extracting(command -> command.getAssignment())
                .satisfiesExactlyInAnyOrder(
                        first -> assertThat(first.getTaskId()).isEqualTo("beat-20260301t080100z-t1"),
                        second -> assertThat(second.getTaskId()).isEqualTo("beat-20260301t080100z-second"))
                .allSatisfy(assignment -> {
                    assertThat(assignment.getPriority()).isEqualTo(8);
                    assertThat(assignment.getRepository()).isEqualTo("/shop");
                });
        assertThat(fleet.deadLetters()).isEmpty();
    }

    @Test
    void shouldTakeARemovalFromTheTopic() {
        // Given
        fleet.send(FleetTopic.SCHEDULES, "default/beat", schedule().build());

        // When
        fleet.send(FleetTopic.SCHEDULES, "default/beat", null);
        fleet.pass(Duration.ofSeconds(130));

        // Then
        assertThat(fleet.events())
                .extracting(TaskEvent::getType)
                .containsExactly(TaskEventType.SCHEDULE_CHANGED, TaskEventType.SCHEDULE_CHANGED);
    }

    @Test
    void shouldIgnoreARecordThatIsReadAgain() {
        // Given
        fleet.send(FleetTopic.SCHEDULES, "default/beat", schedule().build());
        fleet.send(
                FleetTopic.SCHEDULES,
                "default/beat",
                schedule().setVersion(2).setPaused(true).build());
        var first = fleet.taken(FleetTopic.CORE_INPUTS).stream()
                .filter(record -> fleet.decodeCoreInput(record.value()).getSchedule() != null)
                .findFirst()
                .orElseThrow();

        // When
        fleet.send(FleetTopic.CORE_INPUTS, first.key(), first.value(), first.headers());
        fleet.pass(Duration.ofSeconds(130));

        // Then
        assertThat(events(TaskEventType.SCHEDULE_FIRED)).isEmpty();
    }

    @Test
    void shouldRefuseAScheduleUnderAnothersKey() {
        // When
        fleet.send(FleetTopic.SCHEDULES, "beat", schedule().build());
        fleet.send(FleetTopic.SCHEDULES, "night/beat", schedule().build());

        // Then
        assertThat(fleet.deadLetters())
                .allSatisfy(letter -> assertThat(letter.getCause()).isEqualTo(DeadLetterCause.INVALID))
                .extracting(letter -> letter.getFailure().getMessage())
                .containsExactly(
                        "The record's key is beat, which is not pool/id",
                        "The record's key is night/beat, but field pool and id is default/beat");
        assertThat(fleet.events()).isEmpty();
    }

    @Test
    void shouldRefuseAWorkflowThatCouldNotBeSubmitted() {
        // When
        fleet.send(
                FleetTopic.SCHEDULES,
                "default/beat",
                schedule()
                        .setWorkflow(WorkflowSubmitted.newBuilder()
                                .setTasks(List.of(task("a", "qa")
                                        .setDependsOn(List.of("b"))
                                        .build()))
                                .build())
                        .build());
        fleet.send(
                FleetTopic.SCHEDULES,
                "default/beat",
                schedule().setIntervalMs(null).setCron("hourly").build());

        // Then
        assertThat(fleet.deadLetters())
                .extracting(DeadLetter::getFailure)
                .satisfiesExactly(
                        first -> {
                            assertThat(first.getCode()).isEqualTo("UNKNOWN_DEPENDENCY");
                            assertThat(first.getField()).isEqualTo("workflow.tasks[0].dependsOn");
                        },
                        second -> assertThat(second.getField()).isEqualTo("cron"));
    }
}
