package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.attempt.Freeze;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process with all it started: its descendants, its process group, and what left both but still carries the attempt's
 * mark in its environment.
 */
final class ProcessTree implements Freeze.Child {

    private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
    private static final Path PROC = Path.of("/proc");

    /** Rounds after which a tree that grows faster than it is stopped is left to the end of its attempt. */
    private static final int STOP_ROUNDS = 20;

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

    /** Stops all of it where it is. What a process starts before it is stopped itself is found in the next round. */
    @Override
    public void stop() {
        Set<Long> stopped = new LinkedHashSet<>();
        for (int round = 0; round < STOP_ROUNDS && leader.isAlive(); round++) {
            Set<Long> found = all();
            if (!stopped.addAll(found)) {
                return;
            }
            signal("STOP", found);
        }
    }

    @Override
    public void goOn() {
        signal("CONT", all());
    }

    private Set<Long> all() {
        Set<Long> all = new LinkedHashSet<>();
        all.add(leader.pid());
        leader.descendants().map(ProcessHandle::pid).forEach(all::add);
        if (!mark.isEmpty()) {
            marked(mark, true).stream().map(ProcessHandle::pid).forEach(all::add);
        }
        return all;
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

    private static void killGroup(long group) {
        signal("KILL", Set.of(-group));
    }

    /**
     * Sends a signal other than Java has calls for: the shell's own {@code kill} has, in the form that every shell knows.
     *
     * @param processes processes, and groups as negative numbers; those that have ended meanwhile do not matter
     */
    private static void signal(String signal, Collection<Long> processes) {
        String numbers = processes.stream().map(String::valueOf).collect(Collectors.joining(" "));
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -s " + signal + " -- " + numbers)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(5, TimeUnit.SECONDS)) {
                kill.destroyForcibly();
            }
        } catch (IOException e) {
            log.warn("signal {} could not be sent to {} ({})", signal, numbers, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
