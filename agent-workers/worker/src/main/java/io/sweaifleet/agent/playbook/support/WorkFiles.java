package io.sweaifleet.agent.playbook.support;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which files of a clone are its own. */
public final class WorkFiles {

    private static final Set<String> FOREIGN_DIRECTORIES = Set.of(
            "node_modules",
            "bower_components",
            "jspm_packages",
            "vendor",
            "third_party",
            "third-party",
            "thirdparty",
            "site-packages",
            ".venv",
            "venv",
            ".yarn",
            ".pnp",
            "pods");
    private static final Set<String> LOCK_FILES = Set.of(
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lockb",
            "bun.lock",
            "poetry.lock",
            "pipfile.lock",
            "pdm.lock",
            "uv.lock",
            "cargo.lock",
            "composer.lock",
            "gemfile.lock",
            "go.sum",
            "go.work.sum",
            "flake.lock",
            "packages.lock.json",
            "gradle.lockfile",
            "mix.lock",
            "pubspec.lock");

    private WorkFiles() {}

    /**
     * Every regular file that git tracks or would track, sorted. Symbolic links (which may be cyclic or lead out of the clone),
     * submodules and files deleted in the workspace are left out.
     */
    public static List<String> regular(Toolbox tools) throws ToolDenied {
        List<String> regular = new ArrayList<>();
        for (String path : tools.files("**")) {
            if (isRegular(tools.root(), path)) {
                regular.add(path);
            }
        }
        return regular;
    }

    private static boolean isRegular(Path root, String path) {
        try {
            return Files.isRegularFile(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            // A name that this platform's encoding cannot express cannot be opened either.
            return false;
        }
    }

    /** Whether a path lies in a directory that by custom holds copies of other projects. */
    public static boolean isForeign(String path) {
        int from = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            if (FOREIGN_DIRECTORIES.contains(path.substring(from, slash).toLowerCase(Locale.ROOT))) {
                return true;
            }
            from = slash + 1;
        }
        return false;
    }

    /** Whether a file pins dependencies and is written by a package manager. */
    public static boolean isLock(String path) {
        return LOCK_FILES.contains(Texts.name(path).toLowerCase(Locale.ROOT));
    }
}
