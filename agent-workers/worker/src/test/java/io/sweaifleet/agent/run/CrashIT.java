package io.sweaifleet.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.agent.sandbox.HostEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrashIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"process", "bubblewrap"})
    void shouldSweepWhatAKilledWorkerLeft(String sandbox) throws Exception {
        // Given
        assumeTrue(
                sandbox.equals("process")
                        || HostEnvironment.detect().find("bwrap").isPresent(),
                "bwrap is not installed (Debian: apt install bubblewrap)");
        TestRepository repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "a");
        repository.commit("first");
        Path work = folder.resolve("data/work");
        String mark = "34" + ProcessHandle.current().pid();
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingWorker.class.getName(),
                        folder.resolve("data").toString(),
                        repository.root().toString(),
                        sandbox,
                        mark)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("worker.log").toFile())
                .start();
        await(() -> !worker.isAlive() || (!found(work, "started").isEmpty() && sleepers(mark) >= 2));
        assertThat(worker.isAlive() && sleepers(mark) >= 2)
                .as(Files.readString(folder.resolve("worker.log")))
                .isTrue();

        // When
        worker.destroyForcibly().waitFor();
        try (WorkDirectory next = WorkDirectory.open(work)) {

            // Then
            await(() -> sleepers(mark) == 0);
            assertThat(sleepers(mark)).isZero();
            try (Stream<Path> left = Files.list(work)) {
                assertThat(left.toList()).containsExactly(next.own());
            }
        }
    }

    @Test
    void shouldLeaveTheFoldersOfALivingWorkerAlone() throws Exception {
        // Given
        Path work = folder.resolve("work");
        try (WorkDirectory living = WorkDirectory.open(work)) {
            Path lease = living.create("lease-1");

            // When
            try (WorkDirectory other = WorkDirectory.open(work)) {

                // Then
                assertThat(lease).isDirectory();
                assertThat(other.own()).isNotEqualTo(living.own());
            }
        }
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left.toList()).isEmpty();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static List<Path> found(Path root, String name) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.find(root, 5, (path, attributes) -> path.endsWith(name))) {
            return files.toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of(); // Folders come and go while the worker works.
        }
    }

    private static long sleepers(String mark) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + mark))
                .count();
    }
}
