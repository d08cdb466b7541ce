package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitPacerTest {

    private final CommitPacer pacer = new CommitPacer();

    @ParameterizedTest
    @CsvSource({"0,0", "8,0", "10,1", "28,10", "108,50", "5000,50"})
    void shouldLeaveAGapThatGrowsWithWhatArrivedInTheLast50Ms(int records, long gap) {
        // When
        for (int i = 0; i < records; i++) {
            pacer.arrived(1_000 + i % 50);
        }

        // Then
        assertThat(pacer.gapMs()).isEqualTo(gap);
    }

    @Test
    void shouldForgetWhatArrivedLongerAgo() {
        // Given
        for (int i = 0; i < 100; i++) {
            pacer.arrived(1_000);
        }
        pacer.arrived(1_049);
        assertThat(pacer.gapMs()).isEqualTo(46);

        // When
        boolean allowed = pacer.mayCommit(1_050);

        // Then
        assertThat(allowed).isTrue();
        assertThat(pacer.gapMs()).isZero();
    }

    @Test
    void shouldHoldBackACommitUntilTheGapHasPassed() {
        // Given
        for (int i = 0; i < 28; i++) {
            pacer.arrived(1_000);
        }
        pacer.committed(1_000);

        // When
        boolean tooSoon = pacer.mayCommit(1_009);
        boolean later = pacer.mayCommit(1_010);

        // Then
        assertThat(tooSoon).isFalse();
        assertThat(later).isTrue();
    }
}
