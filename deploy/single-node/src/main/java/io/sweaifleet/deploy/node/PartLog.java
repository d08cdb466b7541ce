package io.sweaifleet.deploy.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a part prints, kept with a bound: the last {@value #KEPT_LINES} lines in memory, for messages, and at most two
 * files of {@value #MAX_BYTES} bytes ({@code PART.log}, {@code PART.log.1}). A disk that is full never holds a part up:
 * what cannot be written is dropped, the lines in memory stay.
 */
final class PartLog implements AutoCloseable {
    private static final int KEPT_LINES = 200;
    private static final long MAX_BYTES = 8L * 1024 * 1024;

    private static final Pattern FRAME = Pattern.compile("\\s+(at .*|\\.\\.\\. \\d+ more)|\\s*");

    private final Path file;
    private final Deque<String> lines = new ArrayDeque<>();
    private @Nullable Writer out;
    private long written;

    PartLog(Path file) {
        this.file = file;
        rotate();
    }

    Path file() {
        return file;
    }

    /** Reads a part's output until it ends, on a thread of its own. */
    Thread pump(String name, InputStream output, Consumer<String> onLine) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
                        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                            add(line);
                            onLine.accept(line);
                        }
                    } catch (IOException ended) {
                        add("(output of " + name + " ended: " + ended.getMessage() + ")");
                    }
                },
                "log-of-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    synchronized void add(String line) {
        lines.addLast(line);
        if (lines.size() > KEPT_LINES) {
            lines.removeFirst();
        }
        if (written > MAX_BYTES) {
            rotate();
        }
        if (out == null) {
            return;
        }
        try {
            out.write(line);
            out.write('\n');
            out.flush();
            written += line.length() + 1L;
        } catch (IOException diskFull) {
            // Tried again with the next line; the part must not wait for its log.
            written += line.length() + 1L;
        }
    }

    /** The newest lines that tell something, oldest first: the frames of stack traces are left out. */
    synchronized List<String> last(int count) {
        List<String> telling =
                lines.stream().filter(line -> !FRAME.matcher(line).matches()).toList();
        return telling.subList(Math.max(0, telling.size() - count), telling.size());
    }

    /** Every line that is still in memory, oldest first. */
    synchronized List<String> kept() {
        return List.copyOf(lines);
    }

    @Override
    public synchronized void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException diskFull) {
            lines.addLast("(log not written: " + diskFull.getMessage() + ")");
        } finally {
            out = null;
        }
    }

    private synchronized void rotate() {
        close();
        written = 0;
        try {
            if (Files.exists(file)) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            out = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException notWritable) {
            lines.addLast("(" + file + " cannot be written: " + notWritable.getMessage() + ")");
        }
    }
}
