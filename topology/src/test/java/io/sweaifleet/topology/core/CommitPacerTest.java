package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class CommitPacerTest {

    private static final TopicPartition ONE = new TopicPartition("fleet.core-inputs", 1);
    private static final TopicPartition OTHER = new TopicPartition("fleet.core-inputs", 2);

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
        pacer.fetched(ONE, 1);
        pacer.taken(ONE);

        // Then
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldTakeEverythingThatWaitsIntoOneCommit() {
        // Given
        commitTaking(2);
        pacer.fetched(ONE, 3);

        // When
        pacer.taken(ONE);
        pacer.taken(ONE);

        // Then
        assertThat(pacer.mayCommit(now)).isFalse();
        pacer.taken(ONE);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldCommitAfterFiftyMillisecondsWhenRecordsWaitWithoutEnd() {
        // Given
        commitTaking(2);

        // When
        pacer.fetched(ONE, 10_000);

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
        pacer.fetched(ONE, 10_000);

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
        pacer.fetched(ONE, 10_000);

        // Then
        pass(250);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldWaitForTheRecordsOfEveryPartition() {
        // Given
        commitTaking(2);
        pacer.fetched(ONE, 1);
        pacer.fetched(OTHER, 1);

        // When
        pacer.taken(ONE);

        // Then
        assertThat(pacer.mayCommit(now)).isFalse();
        pacer.taken(OTHER);
        assertThat(pacer.mayCommit(now)).isTrue();
    }

    @Test
    void shouldForgetRecordsThatWentToAnotherThread() {
        // Given
        commitTaking(2);
        pacer.fetched(ONE, 10);

        // When
        pacer.assigned(Set.of(OTHER));

        // Then
        assertThat(pacer.mayCommit(now)).isTrue();
    }
}
