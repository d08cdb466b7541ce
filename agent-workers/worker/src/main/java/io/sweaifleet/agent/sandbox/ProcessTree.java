package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process with all it started: its descendants, its process group, and what left both but still carries the attempt's
 * mark in its environment.
 */
final class ProcessTree {

    private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
    private static final Path PROC = Path.of("/proc");

    private final ProcessHandle leader;
    private final String mark;

    ProcessTree(ProcessHandle leader, Map<String, String> environment) {
        this.leader = leader;
        String lease = environment.get(Environments.LEASE_VARIABLE);
        this.mark = lease == null ? "" : Environments.LEASE_VARIABLE + "=" + lease;
    }

    /** Ends all of it, at once. Repeating it does no harm. */
    void kill() {
        List<ProcessHandle> descendants = leader.descendants().toList();
        if (leader.isAlive()) {
            killGroup(leader.pid());
        }
        leader.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        if (!mark.isEmpty()) {
            killMarked(mark, true);
        }
    }

    /**
     * Ends every process whose environment has this entry (or one that begins with it).
     *
     * @return how many there were
     */
    static int killMarked(String entry, boolean whole) {
        int killed = 0;
        for (ProcessHandle marked : marked(entry, whole)) {
            if (marked.destroyForcibly()) {
                killed++;
            }
        }
        return killed;
    }

    private static List<ProcessHandle> marked(String entry, boolean whole) {
        List<ProcessHandle> found = new ArrayList<>();
        long self = ProcessHandle.current().pid();
        try (Stream<Path> processes = Files.list(PROC)) {
            for (Path process : (Iterable<Path>) processes::iterator) {
                String name = process.getFileName().toString();
                if (!name.chars().allMatch(Character::isDigit) || Long.parseLong(name) == self) {
                    continue;
                }
                if (hasEntry(process.resolve("environ"), entry, whole)) {
                    ProcessHandle.of(Long.parseLong(name)).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            log.debug("processes cannot be listed: {}", e.toString());
        }
        return found;
    }

    private static boolean hasEntry(Path environ, String entry, boolean whole) {
        try {
            String text = new String(Files.readAllBytes(environ), StandardCharsets.UTF_8);
            for (String one : text.split("\0")) {
                if (whole ? one.equals(entry) : one.startsWith(entry)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // Ended meanwhile, or another user's: neither is a child of ours.
        }
    }

    /** Java has no call for it; the shell's own {@code kill} has. */
    private static void killGroup(long group) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -KILL -- -" + group)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(5, TimeUnit.SECONDS)) {
                kill.destroyForcibly();
            }
        } catch (IOException e) {
            log.warn(
                    "the process group {} could not be ended ({}); its processes are ended one by one",
                    group,
                    e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
