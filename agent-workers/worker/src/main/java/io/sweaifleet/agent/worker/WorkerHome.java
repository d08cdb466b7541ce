package io.sweaifleet.agent.worker;

import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.key.Keys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a worker keeps below the data directory: its id, and a lock that keeps a second process from being the same
 * worker, since the two would supersede each other for ever.
 */
final class WorkerHome implements AutoCloseable {

    private final Path directory;
    private final String workerId;
    private final FileChannel channel;
    private final FileLock lock;

    private WorkerHome(Path directory, String workerId, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.workerId = workerId;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes a worker's place.
     *
     * @param configuredId the worker's id, or {@link WorkerSettings#AUTO} for the one kept in the directory
     * @throws SettingException when the id is no id, or another process has it
     */
    static WorkerHome open(Path dataDirectory, String configuredId) throws IOException {
        Path directory = Files.createDirectories(dataDirectory.resolve("worker"));
        String id = configuredId.equals(WorkerSettings.AUTO) ? keptId(directory.resolve("worker.id")) : configuredId;
        if (!Keys.isId(id)) {
            throw new SettingException(
                    WorkerSettings.ID.name(),
                    "Setting " + WorkerSettings.ID.name() + " = '" + id + "' is not an id. Use 1 to 100 lower-case"
                            + " letters, digits and dashes.");
        }
        FileChannel channel =
                FileChannel.open(directory.resolve(id + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new SettingException(
                    WorkerSettings.ID.name(),
                    "Another process is already worker '" + id + "' with the data directory " + dataDirectory
                            + ". End it, or give this one its own " + WorkerSettings.ID.name() + ".");
        }
        return new WorkerHome(directory, id, channel, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String keptId(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[3];
            new SecureRandom().nextBytes(random);
            Path fresh = Files.writeString(
                    file.resolveSibling("worker.id.new"),
                    "worker-" + HexFormat.of().formatHex(random));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    String workerId() {
        return workerId;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
