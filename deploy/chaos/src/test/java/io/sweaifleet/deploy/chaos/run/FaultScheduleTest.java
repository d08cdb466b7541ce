package io.sweaifleet.deploy.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {

    private static final List<String> TARGETS =
            List.of("broker", "registry", "redis", "core-1", "core-2", "worker-north", "worker-south");

    @Test
    void shouldRepeatTheFaultsOfASeed() {
        // When
        List<PlannedFault> once = FaultSchedule.of(7, Duration.ofMinutes(5), TARGETS);

        // Then
        assertThat(FaultSchedule.of(7, Duration.ofMinutes(5), TARGETS)).isEqualTo(once);
        assertThat(FaultSchedule.of(8, Duration.ofMinutes(5), TARGETS)).isNotEqualTo(once);
    }

    @Test
    void shouldHitEveryTargetInEveryWayWithinHalfAnHour() {
        // When
        List<PlannedFault> faults = FaultSchedule.of(1, Duration.ofMinutes(30), TARGETS);

        // Then
        assertThat(faults)
                .extracting(PlannedFault::target)
                .contains(PlannedFault.CHILD)
                .containsAll(TARGETS);
        assertThat(faults).extracting(PlannedFault::kind).contains(PlannedFault.Kind.values());
        assertThat(faults).extracting(PlannedFault::afterMs).isSorted().allSatisfy(after -> assertThat(after)
                .isBetween(3_000L, 1_800_000L));
        assertThat(faults)
                .allSatisfy(fault -> assertThat(fault.forMs() > 0).isEqualTo(fault.kind() == PlannedFault.Kind.STOP));
    }
}
