package io.sweaifleet.deploy.bench;

import io.sweaifleet.ingest.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this machine. */
final class Memory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private Memory() {}

    /** What could still be given to processes, in bytes: Linux's {@code MemAvailable}. */
    static long availableBytes() {
        try {
            return Files.readAllLines(MEMINFO).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IOException(MEMINFO + " has no line MemAvailable"));
        } catch (IOException e) {
            throw CliException.environment(
                    "the memory of this machine cannot be read: " + e.getMessage(), "Measure agents on Linux.");
        }
    }
}
