package io.sweaifleet.deploy.chaos.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

    @TempDir
    Path directory;

    @AfterEach
    void forget() {
        System.clearProperty(ChaosAgent.RUNS);
    }

    @Test
    void shouldGoOnAfterAnAttemptWasStoppedWhileItWrote() throws IOException {
        // Given
        System.setProperty(ChaosAgent.RUNS, directory.toString());
        RunLog log = RunLog.ofThisProcess();
        Assignment assignment = Assignment.newBuilder()
                .setLeaseId("lease")
                .setTenant("default")
                .setWorkflowId("task")
                .setTaskId("task")
                .setAttempt(1)
                .setKind(ChaosPlaybook.KIND)
                .setRole("chaos")
                .setTimeoutMs(1)
                .setLeaseMs(1)
                .build();

        // When
        Thread.currentThread().interrupt();
        log.write(RunLog.START, assignment, "");
        boolean interrupted = Thread.interrupted();
        log.write(RunLog.END, assignment, "stopped");

        // Then
        assertThat(interrupted).isTrue();
        try (Stream<Path> files = Files.list(directory)) {
            List<String> lines = Files.readAllLines(files.toList().get(0));
            assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(line.split("\t", -1))
                    .hasSize(9));
        }
    }
}
