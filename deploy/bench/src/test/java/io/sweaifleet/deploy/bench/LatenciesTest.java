package io.sweaifleet.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void shouldTakeTheNearestRank() {
        // Given
        double[] hundred =
                IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray();

        // When
        Latencies latencies = Latencies.of(hundred);

        // Then
        assertThat(latencies).isEqualTo(new Latencies(50, 90, 99, 100, 100));
    }

    @Test
    void shouldGiveTheOnlyTimeAsEveryPercentile() {
        // When / Then
        assertThat(Latencies.of(new double[] {7})).isEqualTo(new Latencies(7, 7, 7, 7, 1));
    }

    @Test
    void shouldRefuseToSummariseNothing() {
        // When / Then
        assertThatThrownBy(() -> Latencies.of(new double[0])).hasMessageContaining("no times");
    }
}
