package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.OptionalLong;

/** Memory that processes hold in RAM, as the system counts it. */
final class Residency {
    private Residency() {}

    /** Resident bytes of these processes, of what they started and of this one, for people. */
    static String of(Collection<Long> pids) {
        long total = bytes(ProcessHandle.current().pid()).orElse(0);
        for (long pid : pids) {
            total += tree(pid);
        }
        return total == 0 ? "unknown memory" : String.format(Locale.ROOT, "%.2f GB", total / 1e9);
    }

    /** Resident bytes of a process and of all that it started. */
    static long tree(long pid) {
        long total = bytes(pid).orElse(0);
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process != null) {
            total += process.descendants()
                    .mapToLong(child -> bytes(child.pid()).orElse(0))
                    .sum();
        }
        return total;
    }

    /** Resident bytes of one process; empty when the system does not tell. */
    static OptionalLong bytes(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmRSS:")) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
                }
            }
        } catch (IOException endedOrNotLinux) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
