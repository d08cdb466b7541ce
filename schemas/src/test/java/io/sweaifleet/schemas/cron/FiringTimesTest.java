package io.sweaifleet.schemas.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiringTimesTest {

    private static final long NOON = Instant.parse("2026-11-25T12:00:00Z").toEpochMilli();

    private static Schedule.Builder schedule() {
        return Schedule.newBuilder()
                .setId("nightly")
                .setWorkflow(WorkflowSubmitted.newBuilder().setTasks(List.of()).build())
                .setUpdatedAt(Instant.EPOCH);
    }

    private static Instant time(String text) {
        return Instant.parse("2026-11-25T" + text + "Z");
    }

    @Test
    void shouldCountAnIntervalFromItsStart() {
        // Given
        FiringTimes times = FiringTimes.of(
                schedule().setIntervalMs(600_000L).setStartAt(time("11:55:00")).build());

        // When / Then
        assertThat(times.after(NOON)).isEqualTo(time("12:05:00").toEpochMilli());
        assertThat(times.upTo(NOON)).isEqualTo(time("11:55:00").toEpochMilli());
        assertThat(times.upTo(time("11:54:59").toEpochMilli())).isEqualTo(FiringTimes.NONE);
        assertThat(times.after(0)).isEqualTo(time("11:55:00").toEpochMilli());
    }

    @Test
    void shouldAlignAnIntervalWithoutAStart() {
        // Given
        FiringTimes times = FiringTimes.of(schedule().setIntervalMs(900_000L).build());

        // When / Then
        assertThat(times.after(NOON - 1)).isEqualTo(NOON);
        assertThat(times.after(NOON)).isEqualTo(NOON + 900_000);
    }

    @Test
    void shouldHaveNoTimesOutsideStartAndEnd() {
        // Given
        FiringTimes times = FiringTimes.of(schedule()
                .setCron("0 * * * *")
                .setStartAt(time("13:30:00"))
                .setEndAt(time("15:00:00"))
                .build());

        // When / Then
        assertThat(times.after(NOON)).isEqualTo(time("14:00:00").toEpochMilli());
        assertThat(times.after(time("14:00:00").toEpochMilli()))
                .isEqualTo(time("15:00:00").toEpochMilli());
        assertThat(times.after(time("15:00:00").toEpochMilli())).isEqualTo(FiringTimes.NONE);
        assertThat(times.upTo(time("23:00:00").toEpochMilli()))
                .isEqualTo(time("15:00:00").toEpochMilli());
        assertThat(times.upTo(time("13:59:00").toEpochMilli())).isEqualTo(FiringTimes.NONE);
    }

    @Test
    void shouldPutEachFiringOffByATimeOfItsOwn() {
        // Given
        Schedule jittery = schedule().setCron("* * * * *").setJitterMs(90_000).build();
        FiringTimes times = FiringTimes.of(jittery);

        // When
        List<Long> delays = new ArrayList<>();
        for (long at = times.after(NOON); delays.size() < 200; at = times.after(at)) {
            delays.add(times.dueAt(at) - at);
        }

        // Then
        assertThat(delays).allMatch(delay -> delay >= 0 && delay <= 90_000);
        assertThat(delays.stream().distinct().count()).isGreaterThan(150);
        assertThat(delays.stream().mapToLong(Long::longValue).average().orElseThrow())
                .isBetween(35_000.0, 55_000.0);
        assertThat(FiringTimes.of(jittery).dueAt(NOON)).isEqualTo(times.dueAt(NOON));
    }

    @Test
    void shouldFindTheLastThatIsDue() {
        // Given
        FiringTimes times = FiringTimes.of(
                schedule().setCron("* * * * *").setJitterMs(90_000).build());

        // When
        long last = times.dueUpTo(NOON);

        // Then
        assertThat(times.dueAt(last)).isLessThanOrEqualTo(NOON);
        for (long later = times.after(last); later <= NOON; later = times.after(later)) {
            assertThat(times.dueAt(later)).isGreaterThan(NOON);
        }
    }

    @Test
    void shouldRefuseAScheduleWithoutTimes() {
        // When / Then
        assertThatThrownBy(() -> FiringTimes.of(schedule().build()))
                .hasMessage("Schedule nightly has neither cron nor intervalMs");
    }
}
