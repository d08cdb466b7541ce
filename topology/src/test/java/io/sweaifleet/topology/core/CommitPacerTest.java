package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CommitPacerTest {

    private final CommitPacer pacer = new CommitPacer();
    private long now = 1_000;

    private void pass(int ms) {
        now += Duration.ofMillis(ms).toNanos();
    }

    private void commitTaking(int ms) {
        pacer.commitBegan(now);
        pass(ms);
        pacer.commitEnded(now);
    }

    @Test
    void shouldCommitAtOnceWhenNothingWaits() {
        // Given
        commitTaking(200);

        // When
        pacer.fetched(1);
        pacer.taken();

        // Then
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldTakeEverythingThatWaitsIntoOneCommit() {
        // Given
        commitTaking(2);
        pacer.fetched(3);

        // When
        pacer.taken();
        pacer.taken();

        // Then
        assertThat(pacer.mayCommit(now)).isFalse();
        pacer.taken();
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldCommitAfterFiftyMillisecondsWhenRecordsWaitWithoutEnd() {
        // Given
        commitTaking(2);

        // When
        pacer.fetched(10_000);

        // Then
        pass(49);
        assertThat(pacer.mayCommit(now)).isFalse();
        pass(1);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldWorkFourTimesAsLongAsSlowCommitsTakeWhenRecordsWaitWithoutEnd() {
        // Given
        commitTaking(30);

        // When
        pacer.fetched(10_000);

        // Then
        pass(119);
        assertThat(pacer.mayCommit(now)).isFalse();
        pass(1);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldNotPutOffACommitForLongBecauseOneWasVerySlow() {
        // Given
        commitTaking(10_000);

        // When
        pacer.fetched(10_000);

        // Then
        pass(250);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldForgetRecordsThatWentToAnotherThread() {
        // Given
        commitTaking(2);
        pacer.fetched(10);
        pacer.taken();

        // When
        pacer.ticked();
        boolean afterATickWithARecord = pacer.mayCommit(now);
        pacer.ticked();

        // Then
        assertThat(afterATickWithARecord).isFalse();
        assertThat(pacer.mayCommit(now)).isTrue();
    }
}
