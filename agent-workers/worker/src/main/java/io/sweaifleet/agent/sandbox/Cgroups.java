package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control groups that limit the memory and the processes of one attempt together, where this user may make them: as root,
 * in version 1 (a group in each of two hierarchies) or 2. Elsewhere there are none, and limits hold for each process.
 */
final class Cgroups {

    private static final Logger log = LoggerFactory.getLogger(Cgroups.class);
    private static final Path MOUNT = Path.of("/sys/fs/cgroup");
    private static final String PREFIX = "fleet-";
    private static final long REMOVE_NS = TimeUnit.SECONDS.toNanos(5);

    private final List<Path> parents;

    private Cgroups(List<Path> parents) {
        this.parents = parents;
    }

    /** Those of this machine, when a group can be made and limited. */
    static Optional<Cgroups> find() {
        List<Path> parents = Files.exists(MOUNT.resolve("cgroup.controllers"))
                ? List.of(MOUNT)
                : List.of(MOUNT.resolve("pids"), MOUNT.resolve("memory"));
        Cgroups found = new Cgroups(parents);
        String trial = "probe-" + UUID.randomUUID();
        try {
            List<Path> made = found.make(trial, SandboxLimits.DEFAULT);
            return made.isEmpty() ? Optional.empty() : Optional.of(found);
        } catch (IOException e) {
            log.debug("no control groups: {}", e.toString());
            return Optional.empty();
        } finally {
            found.remove(trial);
        }
    }

    /**
     * Makes the groups of an attempt, or finds them.
     *
     * @param name of the attempt
     * @return the folders whose {@code cgroup.procs} a process has to be written to
     * @throws IOException when they cannot be made or limited
     */
    List<Path> make(String name, SandboxLimits limits) throws IOException {
        List<Path> groups = new ArrayList<>();
        for (Path parent : parents) {
            Path group = parent.resolve(PREFIX + name);
            try {
                Files.createDirectory(group);
            } catch (FileAlreadyExistsException e) {
                groups.add(group);
                continue;
            }
            set(group, "pids.max", limits.pids());
            if (limits.memoryBytes() > 0) {
                set(group, "memory.max", limits.memoryBytes());
                set(group, "memory.swap.max", 0);
                set(group, "memory.limit_in_bytes", limits.memoryBytes());
                set(group, "memory.memsw.limit_in_bytes", limits.memoryBytes());
            }
            if (!Files.exists(group.resolve("pids.max")) && !Files.exists(group.resolve("memory.limit_in_bytes"))) {
                throw new IOException(group + " has no controllers");
            }
            groups.add(group);
        }
        return groups;
    }

    private static void set(Path group, String file, long value) throws IOException {
        if (Files.exists(group.resolve(file))) {
            Files.writeString(group.resolve(file), Long.toString(value));
        }
    }

    /** Ends what is in the groups of an attempt and removes them. */
    void remove(String name) {
        for (Path parent : parents) {
            remove(parent.resolve(PREFIX + name));
        }
    }

    private static void remove(Path group) {
        long deadline = System.nanoTime() + REMOVE_NS;
        while (Files.isDirectory(group)) {
            try {
                Files.delete(group);
                return;
            } catch (NoSuchFileException e) {
                return;
            } catch (IOException stillInUse) {
                if (System.nanoTime() > deadline) {
                    log.warn("control group {} could not be removed: {}", group, stillInUse.toString());
                    return;
                }
                killAll(group);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private static void killAll(Path group) {
        try {
            for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException e) {
            log.debug("{} cannot be read: {}", group, e.toString());
        }
    }

    /** Removes groups that dead workers left. One that is in use stays; one that is about to be is made again. */
    void sweep() {
        for (Path parent : parents) {
            try (Stream<Path> groups = Files.list(parent)) {
                for (Path group : (Iterable<Path>) groups::iterator) {
                    if (String.valueOf(group.getFileName()).startsWith(PREFIX)
                            && Files.readAllLines(group.resolve("cgroup.procs")).isEmpty()) {
                        Files.deleteIfExists(group);
                    }
                }
            } catch (IOException e) {
                log.debug("control groups in {} could not be swept: {}", parent, e.toString());
            }
        }
    }
}
