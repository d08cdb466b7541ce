package io.sweaifleet.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeStateTest {

    @Test
    void shouldNotTakeAProcessForAliveThatHasEndedAndWasNotAskedHow() throws Exception {
        // Given: a child whose parent, sleep, never asks
        assumeThat(Path.of("/proc/self/stat")).exists();
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0.1 & echo $!; exec sleep 60").start();
        try (BufferedReader printed = parent.inputReader()) {
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(printed.readLine())).orElseThrow();
            NodeState.Identity identity = NodeState.Identity.of(child);

            // When
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (identity.alive().isPresent() && System.nanoTime() < deadline) {
                parent.waitFor(20, TimeUnit.MILLISECONDS);
            }

            // Then
            assertThat(child.isAlive()).as("Java's own opinion").isTrue();
            assertThat(identity.alive()).isEmpty();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void shouldKnowARunningProcess() {
        // Given
        NodeState.Identity self = NodeState.Identity.of(ProcessHandle.current());

        // When
        var alive = self.alive();

        // Then
        assertThat(alive).isPresent();
    }
}
