package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPacerTest {

    private final CommitPacer pacer = new CommitPacer();

    private void arrive(long at, int records) {
        for (int i = 0; i < records; i++) {
            pacer.arrived(at);
        }
    }

    @Test
    void shouldCommitAtOnceWhenLittleArrives() {
        // Given
        pacer.committed(1_000);

        // When
        arrive(1_001, 3);

        // Then
        assertThat(pacer.mayCommit(1_001)).isTrue();
    }

    @Test
    void shouldWaitLongerTheMoreArrives() {
        // Given
        arrive(1_000, 28);

        // When
        pacer.committed(1_000);

        // Then
        assertThat(pacer.gapMs()).isEqualTo(10);
        assertThat(pacer.mayCommit(1_009)).isFalse();
        assertThat(pacer.mayCommit(1_010)).isTrue();
    }

    @Test
    void shouldWaitNoLongerThanFiftyMillisecondsForArrivals() {
        // When
        arrive(1_000, 10_000);

        // Then
        assertThat(pacer.gapMs()).isEqualTo(50);
    }

    @Test
    void shouldForgetArrivalsOfMoreThanFiftyMillisecondsAgo() {
        // Given
        arrive(1_000, 10_000);

        // When
        boolean allowed = pacer.mayCommit(1_050);

        // Then
        assertThat(allowed).isTrue();
        assertThat(pacer.gapMs()).isLessThanOrEqualTo(0);
    }

    @Test
    void shouldWorkAsLongAsASlowCommitKeptItWaiting() {
        // Given: a commit that takes 120 ms, so that the window is empty when it has ended
        pacer.arrived(1_000);
        pacer.committed(1_000);
        pacer.arrived(1_120);

        // Then
        assertThat(pacer.mayCommit(1_121)).isFalse();
        pacer.arrived(1_140);
        pacer.arrived(1_160);
        pacer.arrived(1_180);
        pacer.arrived(1_200);
        assertThat(pacer.mayCommit(1_219)).isFalse();
        assertThat(pacer.mayCommit(1_220)).isTrue();
    }

    @Test
    void shouldForgetASlowCommitAfterAQuickOne() {
        // Given
        pacer.arrived(1_000);
        pacer.committed(1_000);
        pacer.arrived(1_120);
        pacer.committed(1_220);

        // When: ticks go on every 5 ms
        pacer.arrived(1_225);

        // Then
        assertThat(pacer.mayCommit(1_226)).isTrue();
    }
}
