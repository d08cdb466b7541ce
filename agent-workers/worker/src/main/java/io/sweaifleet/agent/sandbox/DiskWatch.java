package io.sweaifleet.agent.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Notices when an attempt's folders have grown by more than they may, where nothing in the kernel limits them. Measuring
 * walks the folders, so it is done when the file system's free space has fallen by an eighth of the limit since the last
 * time, and every few seconds. Thread-confined.
 */
public final class DiskWatch {

    private static final long MEASURE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);

    private final long maxBytes;
    private final List<Path> folders;
    private long before = -1;
    private long freeAtMeasure;
    private long measuredAt;

    private DiskWatch(long maxBytes, List<Path> folders) {
        this.maxBytes = maxBytes;
        this.folders = List.copyOf(folders);
    }

    /** One that never notices anything. */
    public static DiskWatch none() {
        return new DiskWatch(0, List.of());
    }

    /**
     * @param maxBytes what the folders may grow by from the first look on, together; 0 is not limited
     * @param folders what is watched
     */
    public static DiskWatch of(long maxBytes, List<Path> folders) {
        return new DiskWatch(maxBytes, folders);
    }

    /** What the folders may grow by, in bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    /** Looks for the first time; later calls change nothing. */
    public void begin() throws IOException {
        if (maxBytes > 0 && before < 0) {
            before = measure();
        }
    }

    /** Whether the folders have grown by more than the limit. */
    public boolean exceeded() throws IOException {
        if (maxBytes == 0 || folders.isEmpty()) {
            return false;
        }
        begin();
        long fallen = freeAtMeasure - free();
        if (fallen < maxBytes / 8 && System.nanoTime() - measuredAt < MEASURE_EVERY_NS) {
            return false;
        }
        return measure() - before > maxBytes;
    }

    private long free() throws IOException {
        return Files.getFileStore(folders.get(0)).getUsableSpace();
    }

    private long measure() throws IOException {
        freeAtMeasure = free();
        long[] sum = {0};
        for (Path folder : folders) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sum[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE; // It went while this looked, or cannot be read: it is not counted.
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path directory, @org.jspecify.annotations.Nullable IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        measuredAt = System.nanoTime();
        return sum[0];
    }
}
