package io.sweaifleet.agent.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;

/** Turns repository-relative paths into files of the clone, and refuses those that lead anywhere else. */
final class Confined {

    /** Rule name of a refusal because a path leads out of the clone. */
    static final String OUTSIDE = "tool:outside-workspace";

    /** Rule name of a refusal because a path is git's own. */
    static final String GIT_DIRECTORY = "tool:git-directory";

    /** Rule name of a refusal to write through a symbolic link. */
    static final String LINK = "tool:symbolic-link";

    private final Path root;

    /**
     * @param root the clone's root, resolved
     */
    Confined(Path root) {
        this.root = root;
    }

    /** A path that leads out, or into git's own directory. */
    static final class Escape extends Exception {
        private static final long serialVersionUID = 1L;

        private final String rule;
        private final String reason;

        Escape(String rule, String reason) {
            super(reason);
            this.rule = rule;
            this.reason = reason;
        }

        String reason() {
            return reason;
        }

        String rule() {
            return rule;
        }
    }

    /**
     * A file of the clone.
     *
     * @param relative normalised path relative to the root with {@code /}; empty for the root
     * @param file the file itself
     */
    record Place(String relative, Path file) {}

    /** The place of a path that is to be read, or worked in: every link on the way must stay inside. */
    Place forReading(String path) throws Escape {
        Place place = lexical(path);
        Path real = realOfExisting(place.file(), path);
        requireInside(real, path);
        return place;
    }

    /** The place of a path that is to be written or deleted: it must not be a link itself, and its folder must be inside. */
    Place forWriting(String path) throws Escape {
        Place place = lexical(path);
        if (place.relative().isEmpty()) {
            throw new Escape(OUTSIDE, "the path is the workspace itself; name a file in it");
        }
        Path parent = place.file().getParent();
        requireInside(realOfExisting(parent == null ? root : parent, path), path);
        if (Files.isSymbolicLink(place.file())) {
            throw new Escape(LINK, path + " is a symbolic link; name the file it points to");
        }
        return place;
    }

    private Place lexical(String path) throws Escape {
        Path relative;
        try {
            relative = Path.of(path);
        } catch (InvalidPathException e) {
            throw new Escape(OUTSIDE, "'" + path + "' is not a path: " + e.getReason());
        }
        if (relative.isAbsolute()) {
            throw new Escape(OUTSIDE, path + " is absolute; paths are relative to the workspace");
        }
        Path normal = relative.normalize();
        if (normal.startsWith("..")) {
            throw new Escape(OUTSIDE, path + " leads out of the workspace");
        }
        for (Path segment : normal) {
            requireNotGit(segment.toString(), path);
        }
        return new Place(normal.toString(), root.resolve(normal));
    }

    private void requireInside(Path real, String path) throws Escape {
        if (!real.startsWith(root)) {
            throw new Escape(OUTSIDE, path + " leads out of the workspace by a symbolic link");
        }
        for (Path segment : root.relativize(real)) {
            requireNotGit(segment.toString(), path);
        }
    }

    /** Also in other cases, as some file systems do not tell them apart. */
    private static void requireNotGit(String segment, String path) throws Escape {
        if (segment.toLowerCase(Locale.ROOT).equals(".git")) {
            throw new Escape(GIT_DIRECTORY, path + " is git's own; use the git tool");
        }
    }

    /** Resolves the longest part of the path that exists; the rest cannot contain a link. */
    private Path realOfExisting(Path file, String path) throws Escape {
        Path existing = file;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = existing.getParent();
            if (parent == null || !parent.startsWith(root)) {
                return root;
            }
            existing = parent;
        }
        try {
            return existing.toRealPath();
        } catch (IOException e) {
            throw new Escape(
                    OUTSIDE, path + " cannot be resolved (a dangling or circular symbolic link): " + e.getMessage());
        }
    }
}
