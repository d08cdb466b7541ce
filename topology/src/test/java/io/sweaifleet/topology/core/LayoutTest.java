package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Quiet;
import io.sweaifleet.topology.core.domain.TaskEntry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries that earlier versions wrote are read by this one. */
class LayoutTest {

    private static final Key.OfTask KEY = new Key.OfTask("default", "t1");

    /** A queued task as version 1 of the layout wrote it: recorded, never to be changed. */
    private static final String VERSION_1 =
            """
            010104773101047431010e64656661756c74010861636d65010477311871612e72756e2d74657374730471610a546573
            7473000000020c6d6f64756c6508636f726502047430010e01c0bab084ce67000104d00fc000000000000000c0a907bf
            c999999999999a0e554e4b4e4f574e02087465616d02610000020474320e80a0a484ce67d0afa484ce6700000254
            """;

    private static byte[] version1() {
        return HexFormat.of().parseHex(VERSION_1.replaceAll("\\s", ""));
    }

    @Test
    void shouldReadATaskThatVersion1Wrote() {
        // When
        TaskEntry entry = Layout.value(KEY, version1());

        // Then
        assertThat(entry).isInstanceOfSatisfying(TaskEntry.Live.class, live -> {
            TaskSubmitted spec = live.spec();
            assertThat(spec.getTitle()).isEqualTo("Tests");
            assertThat(spec.getDeadline()).isEqualTo(Instant.ofEpochMilli(1_780_000_100_000L));
            assertThat(spec.getNotBefore()).isNull();
            assertThat(spec.getConcurrencyKey()).isNull();
            assertThat(spec.getConcurrencyLimit()).isEqualTo(1);
            assertThat(live.phase()).isEqualTo(new TaskEntry.Phase.Ready(42));
        });
    }

    @Test
    void shouldKeepWhatItReadWhenItWritesItAnew() {
        // Given
        TaskEntry entry = Layout.value(KEY, version1());

        // When
        TaskEntry again = Layout.value(KEY, Layout.value(entry));

        // Then
        assertThat(again).isEqualTo(entry);
    }

    @Test
    void shouldKeepQuietDecisionsAsTheyWereTaken() {
        // Given
        Instant at = Instant.ofEpochMilli(1_780_000_000_123L);
        Cause record = new Cause(CauseType.RECORD, "fleet.agent-heartbeats", 7, 42L, "");
        Cause timer = new Cause(CauseType.TIMER, "", -1, -1L, "WORKER_SILENT:worker-1@1780000000100");
        Quiet quiet = new Quiet(
                List.of(new QuietDecision(record, at, at.minusMillis(5), 3L), new QuietDecision(timer, at, at, 4L)));

        // When
        Quiet again = Layout.value(new Key.OfQuiet("default"), Layout.value(quiet));

        // Then
        assertThat(again).isEqualTo(quiet);
    }

    @Test
    void shouldRefuseAVersionOfTheFuture() {
        // Given
        byte[] bytes = version1();
        bytes[0] = 99;

        // When / Then
        assertThatThrownBy(() -> Layout.value(KEY, bytes))
                .isInstanceOf(DamagedEntryException.class)
                .rootCause()
                .hasMessageContaining("Version 99");
    }
}
