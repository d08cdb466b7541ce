package io.sweaifleet.agent.run;

import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.Leftovers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of running attempts: {@code <work>/<process>/<lease>}. Each process holds a lock on its own folder for as
 * long as it lives, so the next one can tell what a dead process left behind, and sweep it: its folders, and children
 * that outlived it.
 */
final class WorkDirectory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkDirectory.class);
    private static final String LOCK = ".lock";

    private final Path own;
    private final FileChannel channel;

    private WorkDirectory(Path own, FileChannel channel) {
        this.own = own;
        this.channel = channel;
    }

    /**
     * Sweeps what dead processes left and takes a folder for this one.
     *
     * @throws IOException when the folder cannot be created or written
     */
    static WorkDirectory open(Path work) throws IOException {
        Files.createDirectories(work);
        Path root = work.toRealPath();
        sweep(root);
        Path own =
                Files.createDirectory(root.resolve("w" + ProcessHandle.current().pid() + "-"
                        + UUID.randomUUID().toString().substring(0, 8)));
        FileChannel channel =
                FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            throw new IOException("the new folder " + own + " is locked by another process");
        }
        return new WorkDirectory(own, channel);
    }

    /** The folder that the host's workers share, resolved. */
    Path root() {
        return own.resolveSibling("").normalize();
    }

    /** This process's folder. */
    Path own() {
        return own;
    }

    /**
     * A new folder for an attempt.
     *
     * @throws IOException when it cannot be created
     */
    Path create(String leaseId) throws IOException {
        String name = leaseId.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}") ? leaseId : "lease";
        try {
            return Files.createDirectory(own.resolve(name));
        } catch (FileAlreadyExistsException e) {
            return Files.createDirectory(own.resolve(name + "-" + UUID.randomUUID()));
        }
    }

    private static void sweep(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (Files.isDirectory(entry) && isAbandoned(entry)) {
                    int ended = Leftovers.endProcessesOf(entry);
                    Folders.deleteQuietly(entry);
                    log.info("swept {} of a worker that is gone ({} processes ended)", entry.getFileName(), ended);
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        if (!Files.exists(lock)) {
            // Either half made (by a process that is starting now) or half deleted: tell them apart by what is in it.
            return !isEmpty(folder)
                    || Files.getLastModifiedTime(folder).toMillis() < System.currentTimeMillis() - 60_000;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            @Nullable FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false; // Held by this very process.
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("the lock of {} could not be released: {}", own, e.toString());
        }
        Folders.deleteQuietly(own);
    }
}
