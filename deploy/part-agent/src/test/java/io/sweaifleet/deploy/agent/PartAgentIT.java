package io.sweaifleet.deploy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartAgentIT {
    @TempDir
    Path directory;

    @Test
    void shouldRunShutdownHooksAndEndWhenTheLauncherClosesItsEndOfThePipe() throws Exception {
        // Given
        Path trace = directory.resolve("hook-ran");
        Process part = startPart(trace, "patient");
        assertThat(part.inputReader().readLine()).isEqualTo("up");

        // When
        part.getOutputStream().close();

        // Then
        assertThat(part.waitFor(8, TimeUnit.SECONDS)).isTrue();
        assertThat(part.exitValue()).isEqualTo(PartAgent.LAUNCHER_GONE);
        assertThat(trace).exists();
    }

    @Test
    void shouldHaltAPartWhoseShutdownHookNeverReturns() throws Exception {
        // Given
        Process part = startPart(directory.resolve("hook-ran"), "stuck");
        assertThat(part.inputReader().readLine()).isEqualTo("up");

        // When
        part.getOutputStream().close();

        // Then
        long limit = PartAgent.GRACE.plusSeconds(5).toSeconds();
        assertThat(part.waitFor(limit, TimeUnit.SECONDS)).isTrue();
        assertThat(part.exitValue()).isEqualTo(PartAgent.LAUNCHER_GONE);
    }

    private Process startPart(Path trace, String hook) throws Exception {
        Path jar;
        try (var files = Files.list(Path.of("target"))) {
            jar = files.filter(file -> file.getFileName().toString().matches("fleet-part-agent-.*SNAPSHOT\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-javaagent:" + jar,
                        "-cp",
                        "target/test-classes",
                        Part.class.getName(),
                        trace.toString(),
                        hook)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** A program that never ends by itself. */
    static final class Part {
        public static void main(String[] args) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Files.createFile(Path.of(args[0]));
                    while (args[1].equals("stuck")) {
                        Thread.sleep(1_000);
                    }
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }));
            System.out.println("up");
            Thread.currentThread().join();
        }
    }
}
