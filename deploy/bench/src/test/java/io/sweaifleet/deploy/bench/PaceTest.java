package io.sweaifleet.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void shouldWaitForTheNextRecordWhenPaced() {
        // When
        Pace pace = new Pace(System.nanoTime(), Duration.ofHours(1).toNanos(), 3);

        // Then
        assertThat(pace.isDue(0)).isTrue();
        assertThat(pace.isDue(1)).isFalse();
        assertThat(pace.untilNext(1)).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    }

    @Test
    void shouldSubmitAllAtOnceInABurst() {
        // When
        Pace pace = Pace.from(3, 0);

        // Then
        assertThat(pace.isDue(2)).isTrue();
        assertThat(pace.untilNext(2)).isZero();
        assertThat(pace.isDue(3)).isFalse();
        assertThat(pace.untilNext(3)).isPositive();
    }
}
