package io.sweaifleet.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FreezeTest {

    private static final Instant BEGIN = Instant.ofEpochMilli(1_000_000);

    private volatile Instant now = BEGIN;
    private final Freeze freeze = new Freeze(() -> now);
    private final Cancellation cancellation = new Cancellation(freeze);

    @Test
    void shouldHoldWhoComesToACheckpointAfterTheTimeThoughNobodyNoticed() throws Exception {
        // Given
        freeze.extend(BEGIN.plusSeconds(30));
        cancellation.check();
        now = BEGIN.plusSeconds(30);

        // When
        CompletableFuture<Void> checking = checking();

        // Then
        freeze.hold(BEGIN.plusSeconds(30));
        assertThat(checking).isNotDone();
        now = BEGIN.plusSeconds(90);
        freeze.release(BEGIN.plusSeconds(120));
        checking.get(10, TimeUnit.SECONDS);
        assertThat(freeze.frozen()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void shouldLetACancelledAttemptGoToItsEnd() throws Exception {
        // Given
        freeze.hold(now);
        CompletableFuture<Void> checking = checking();

        // When
        cancellation.cancel("not wanted", now);

        // Then
        assertThatThrownBy(checking::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Cancellation.CancelledException.class)
                .hasMessageContaining("not wanted");
        assertThat(freeze.isFrozen()).isTrue();
    }

    @Test
    void shouldStopChildrenAndLetThemGoOn() {
        // Given
        Noted first = new Noted();
        freeze.register(first);
        freeze.hold(now);

        // When
        freeze.settle();
        freeze.settle();
        Noted second = new Noted();
        Cancellation.Registration registration = freeze.register(second);
        freeze.release(BEGIN.plusSeconds(30));
        freeze.settle();

        // Then
        assertThat(first.said).containsExactly("stop", "go on");
        assertThat(second.said).containsExactly("stop", "go on");
        registration.close();
        freeze.hold(now);
        freeze.settle();
        assertThat(first.said).hasSize(3);
        assertThat(second.said).hasSize(2);
    }

    @Test
    void shouldMoveTheEndOfAnAttemptButNotTheDeadlineOfItsTask() {
        // Given
        AttemptTime alone = new AttemptTime(freeze, now, Duration.ofSeconds(60), null);
        AttemptTime bounded = new AttemptTime(freeze, now, Duration.ofSeconds(60), BEGIN.plusSeconds(70));

        // When
        freeze.hold(now);
        now = BEGIN.plusSeconds(600);

        // Then
        assertThat(alone.end()).isEqualTo(BEGIN.plusSeconds(660));
        assertThat(bounded.end()).isEqualTo(BEGIN.plusSeconds(70));
    }

    /** A thread that has come to the checkpoint. */
    private CompletableFuture<Void> checking() throws InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                cancellation.check();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return done;
    }

    private static final class Noted implements Freeze.Child {
        private final List<String> said = new ArrayList<>();

        @Override
        public void stop() {
            said.add("stop");
        }

        @Override
        public void goOn() {
            said.add("go on");
        }
    }
}
