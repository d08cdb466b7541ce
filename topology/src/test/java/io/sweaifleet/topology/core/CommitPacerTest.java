package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPacerTest {

    private final CommitPacer pacer = new CommitPacer();
    private long now = 1_000;

    private void arrive(int records) {
        for (int i = 0; i < records; i++) {
            pacer.arrived(now);
        }
    }

    /** The thread looks every 5 ms while it has nothing to wait for. */
    private boolean allowedAfterWorking(int ms) {
        boolean allowed = pacer.mayCommit(now);
        for (int passed = 0; passed < ms; passed += 5) {
            now += Math.min(5, ms - passed);
            allowed = pacer.mayCommit(now);
        }
        return allowed;
    }

    private void commitTaking(int ms) {
        pacer.committed(now);
        now += ms;
        pacer.mayCommit(now);
    }

    @Test
    void shouldCommitAtOnceWhenLittleArrives() {
        // Given
        commitTaking(2);

        // When
        arrive(3);

        // Then
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldWaitLongerTheMoreArrives() {
        // Given
        arrive(28);

        // When
        pacer.committed(now);

        // Then
        assertThat(pacer.gapMs()).isEqualTo(10);
        assertThat(allowedAfterWorking(9)).isFalse();
        assertThat(allowedAfterWorking(1)).isTrue();
    }

    @Test
    void shouldWaitNoLongerThanFiftyMillisecondsWhenCommitsAreQuick() {
        // Given
        commitTaking(2);

        // When
        arrive(10_000);

        // Then
        assertThat(pacer.gapMs()).isEqualTo(50);
    }

    @Test
    void shouldForgetWhatArrivedMoreThanFiftyMillisecondsAgo() {
        // Given
        arrive(10_000);

        // When
        boolean allowed = allowedAfterWorking(50);

        // Then
        assertThat(allowed).isTrue();
        assertThat(pacer.gapMs()).isZero();
    }

    @Test
    void shouldWorkThreeTimesAsLongAsSlowCommitsTakeInABurst() {
        // Given
        arrive(10_000);

        // When
        commitTaking(60);

        // Then
        arrive(10_000);
        assertThat(pacer.gapMs()).isEqualTo(180);
    }

    @Test
    void shouldNotTakeABurstForAQuietTimeAfterASlowCommit() {
        // Given
        arrive(200);

        // When: nothing arrives while the thread waits
        commitTaking(200);
        arrive(1);

        // Then
        assertThat(pacer.mayCommit(now)).isFalse();
    }

    @Test
    void shouldServeAQuietTimeAtOnceAfterASlowCommit() {
        // Given
        arrive(2);
        commitTaking(200);

        // When
        arrive(3);

        // Then
        assertThat(pacer.mayCommit(now)).isTrue();
    }
}
