package io.sweaifleet.agent.playbook.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Repository-relative paths, with {@code /} as separator; the root's directory is the empty string. */
public final class RepositoryPaths {

    /** Directories whose build files belong to somebody else's project, or are data of a test. */
    private static final Set<String> NOT_OURS = Set.of(
            "node_modules",
            "vendor",
            "third_party",
            "third-party",
            "target",
            "testdata",
            "test-data",
            "fixtures",
            "__fixtures__",
            "archetype-resources",
            "site-packages",
            "venv",
            ".venv",
            ".tox");

    private RepositoryPaths() {}

    /** Globs that match a name at the root and in every directory, whether or not {@code **}{@code /} matches nothing. */
    public static String[] anywhere(String... names) {
        List<String> globs = new ArrayList<>();
        for (String name : names) {
            globs.add(name);
            globs.add("**/" + name);
        }
        return globs.toArray(String[]::new);
    }

    /** The directory a file is in. */
    public static String directory(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** The last part of a path. */
    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A path within a directory, without {@code .} and {@code ..}; null-safe for the root. A path that leads out keeps its {@code ..}. */
    public static String resolve(String directory, String relative) {
        List<String> parts = new ArrayList<>();
        for (String part : (directory + "/" + relative).split("/")) {
            if (part.equals("..")
                    && !parts.isEmpty()
                    && !parts.get(parts.size() - 1).equals("..")) {
                parts.remove(parts.size() - 1);
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    /** Whether a path is the directory itself or below it. */
    public static boolean isWithin(String path, String directory) {
        return directory.isEmpty() || path.equals(directory) || path.startsWith(directory + "/");
    }

    /** Whether a build file is somebody else's (vendored), a product, or data of a test, and so no build of this repository. */
    public static boolean isForeign(String path) {
        String directory = "/" + directory(path) + "/";
        if (directory.contains("/src/test/resources/")
                || directory.contains("/src/main/resources/")
                || directory.contains("/src/it/")) {
            return true;
        }
        for (String part : directory.split("/")) {
            if (NOT_OURS.contains(part)) {
                return true;
            }
        }
        return false;
    }

    /** A directory as people name it: the root is "." . */
    public static String shown(String directory) {
        return directory.isEmpty() ? "." : directory;
    }
}
