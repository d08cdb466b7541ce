package io.sweaifleet.schemas.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleRulesTest {

    private static TaskSubmitted.Builder task() {
        return TaskSubmitted.newBuilder().setId("tests").setKind("qa.run-tests").setRole("qa");
    }

    private static WorkflowSubmitted.Builder workflow(TaskSubmitted... tasks) {
        return WorkflowSubmitted.newBuilder().setTasks(List.of(tasks));
    }

    private static Schedule.Builder schedule() {
        return Schedule.newBuilder()
                .setId("nightly")
                .setCron("15 3 * * MON-FRI")
                .setTimeZone("Europe/Berlin")
                .setWorkflow(workflow(task().build()).build())
                .setUpdatedAt(Instant.EPOCH);
    }

    private static Arguments wrong(String field, String words, Consumer<Schedule.Builder> change) {
        return Arguments.of(field, words, change);
    }

    static Stream<Arguments> wrongSchedules() {
        return Stream.of(
                wrong("id", "at most 40 characters", s -> s.setId("n".repeat(41))),
                wrong("pool", "lower-case", s -> s.setPool("The Pool")),
                wrong("cron", "Give one of them", s -> s.setCron(null)),
                wrong("cron", "Give one of them", s -> s.setIntervalMs(60_000L)),
                wrong("cron", "Give five fields", s -> s.setCron("15 3 * *")),
                wrong("timeZone", "Europe/Berlin", s -> s.setTimeZone("Mars/Olympus")),
                wrong("intervalMs", "1000 to", s -> s.setCron(null).setIntervalMs(10L)),
                wrong("intervalMs", "multiple of 1,000", s -> s.setCron(null).setIntervalMs(1_500L)),
                wrong("jitterMs", "from 0 to 999", s -> s.setCron(null)
                        .setIntervalMs(1_000L)
                        .setJitterMs(1_000)),
                wrong("jitterMs", "3600000", s -> s.setJitterMs(3_600_001)),
                wrong("endAt", "later end", s -> s.setStartAt(Instant.ofEpochMilli(2_000))
                        .setEndAt(Instant.ofEpochMilli(1_000))),
                wrong("catchUpWindowMs", "604800000", s -> s.setCatchUpWindowMs(604_800_001L)),
                wrong("mostMissed", "1 to 100", s -> s.setMostMissed(0)),
                wrong(
                        "workflow.id",
                        "Leave it out",
                        s -> s.setWorkflow(
                                workflow(task().build()).setId("mine").build())),
                wrong(
                        "workflow.pool",
                        "Leave it out",
                        s -> s.setWorkflow(
                                workflow(task().build()).setPool("night").build())),
                wrong(
                        "workflow.deadline",
                        "startToFinishMs",
                        s -> s.setWorkflow(workflow(task().build())
                                .setDeadline(Instant.EPOCH)
                                .build())),
                wrong(
                        "workflow.tasks[0].id",
                        "at most 40",
                        s -> s.setWorkflow(
                                workflow(task().setId("t".repeat(41)).build()).build())),
                wrong(
                        "workflow.tasks[0].notBefore",
                        "delayMs",
                        s -> s.setWorkflow(
                                workflow(task().setNotBefore(Instant.EPOCH).build())
                                        .build())));
    }

    @ParameterizedTest
    @MethodSource("wrongSchedules")
    void shouldNameWhatIsWrong(String field, String words, Consumer<Schedule.Builder> change) {
        // Given
        Schedule.Builder schedule = schedule();
        change.accept(schedule);

        // When
        Failure problem = ScheduleRules.check(schedule.build());

        // Then
        assertThat(problem).isNotNull();
        assertThat(problem.getField()).isEqualTo(field);
        assertThat(problem.getRemedy()).contains(words);
    }

    @Test
    void shouldTakeWhatIsRight() {
        // When / Then
        assertThat(ScheduleRules.check(schedule().build())).isNull();
        assertThat(ScheduleRules.check(
                        schedule().setCron(null).setIntervalMs(900_000L).build()))
                .isNull();
    }
}
