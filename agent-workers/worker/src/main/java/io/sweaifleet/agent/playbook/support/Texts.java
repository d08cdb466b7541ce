package io.sweaifleet.agent.playbook.support;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of a file into text. */
public final class Texts {

    private static final int PROBED_BYTES = 8192;

    private Texts() {}

    /**
     * The text of a source file: a byte order mark decides between UTF-8 and UTF-16, everything else is read as UTF-8 with
     * malformed bytes replaced, which loses nothing that matters in sources of another encoding (only comments and strings differ).
     *
     * @return the text without byte order mark, or empty for a file that is not text (it has zero bytes)
     */
    public static Optional<String> source(byte[] content) {
        Charset marked = byteOrderMark(content);
        if (marked == null) {
            return isBinary(content) ? Optional.empty() : Optional.of(new String(content, StandardCharsets.UTF_8));
        }
        int skipped = marked.equals(StandardCharsets.UTF_8) ? 3 : 2;
        return Optional.of(new String(content, skipped, content.length - skipped, marked));
    }

    /** Whether the start of a file has a zero byte, as git decides it. */
    public static boolean isBinary(byte[] content) {
        for (int i = 0; i < Math.min(content.length, PROBED_BYTES); i++) {
            if (content[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** The encoding that a byte order mark names, or null when there is none. */
    public static @Nullable Charset byteOrderMark(byte[] content) {
        if (startsWith(content, 0xEF, 0xBB, 0xBF)) {
            return StandardCharsets.UTF_8;
        }
        if (startsWith(content, 0xFF, 0xFE)) {
            return StandardCharsets.UTF_16LE;
        }
        if (startsWith(content, 0xFE, 0xFF)) {
            return StandardCharsets.UTF_16BE;
        }
        return null;
    }

    private static boolean startsWith(byte[] content, int... prefix) {
        if (content.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((content[i] & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** The last part of a path: the file's name. */
    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The directory of a path, without trailing slash; empty for the root. */
    public static String directory(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** Joins a directory (empty for the root) and a name. */
    public static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** What follows the last dot of the file's name, in lower case; empty when there is none. */
    public static String extension(String path) {
        String name = name(path);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
