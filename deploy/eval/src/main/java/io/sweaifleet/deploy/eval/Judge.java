package io.sweaifleet.deploy.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the repositories of tasks, and judges what became of them by tests that the agent never saw. */
public final class Judge {

    private static final Duration GIT = Duration.ofMinutes(1);
    private static final Duration TESTS = Duration.ofMinutes(5);
    private static final String BEGIN = "2026-01-01T00:00:00Z";

    private final boolean confined;
    private final @Nullable Path goCache;

    private Judge(boolean confined, @Nullable Path goCache) {
        this.confined = confined;
        this.goCache = goCache;
    }

    /** One that runs tests in bubblewrap where that works, and plainly where it does not. */
    public static Judge onThisMachine(Path scratch) throws IOException, InterruptedException {
        boolean works = Programs.isThere("bwrap")
                && Programs.run(scratch, bubblewrap(List.of(scratch), List.of("true")), Map.of(), GIT)
                        .well();
        return new Judge(works, null);
    }

    /**
     * The same with a cache of Go's compiler that all runs share: only where all code is trusted, since code under test could
     * put anything into it. Without one, each run compiles the library that it uses.
     */
    Judge sharing(Path cache) {
        return new Judge(confined, cache);
    }

    /** Whether tests are kept from the network and from writing elsewhere. */
    boolean isConfined() {
        return confined;
    }

    /** Makes the repository that a task starts from, the same commit each time. */
    public static void repository(EvalTask task, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Folders.copy(task.repository(), folder);
        // What runs leave behind is no part of a fix.
        Files.writeString(folder.resolve(".gitignore"), "__pycache__/\nnode_modules/\n");
        git(folder, "init", "-q", "-b", "main");
        git(folder, "add", "-A");
        git(folder, "commit", "-q", "-m", "start");
    }

    /** Applies a diff to a repository's files. */
    static void apply(Path repository, Path patch) throws IOException, InterruptedException {
        git(repository, "apply", patch.toAbsolutePath().toString());
    }

    /** Runs the tests that a folder has. */
    Programs.Ended test(EvalTask task, Path folder) throws IOException, InterruptedException {
        Path home = Files.createDirectories(folder.resolve(".git/fleet-eval-home"));
        Path cache = goCache == null ? home.resolve("go") : goCache;
        List<Path> writable = goCache == null ? List.of(folder) : List.of(goCache, folder);
        List<String> argv = confined ? bubblewrap(writable, task.test()) : task.test();
        return Programs.run(
                folder,
                argv,
                Map.of(
                        "HOME", home.toString(),
                        "GOCACHE", cache.toAbsolutePath().toString(),
                        "GOFLAGS", "-mod=mod",
                        "GOTOOLCHAIN", "local",
                        "PYTHONDONTWRITEBYTECODE", "1"),
                TESTS);
    }

    /**
     * Whether a branch solves a task: with the tests as they were and the hidden ones put into it, all pass.
     *
     * @param folder where to, must not exist
     */
    public Programs.Ended judge(EvalTask task, Path repository, String branch, Path folder)
            throws IOException, InterruptedException {
        git(repository, "clone", "-q", "--branch", branch, repository.toString(), folder.toString());
        restore(task, folder);
        Folders.copy(task.hidden(), folder);
        return test(task, folder);
    }

    /** Puts back what the known fix leaves alone: whoever changes the tests instead of the code has not solved it. */
    private static void restore(EvalTask task, Path folder) throws IOException {
        String fix = Files.readString(task.fix());
        Path kept = Files.createTempDirectory("fleet-eval-kept");
        try {
            Folders.copy(task.repository(), kept);
            for (Path file : Folders.files(kept)) {
                if (fix.contains("+++ b/" + kept.relativize(file) + "\n")) {
                    Files.delete(file);
                }
            }
            Folders.copy(kept, folder);
        } finally {
            Folders.delete(kept);
        }
    }

    /** In the last of the folders, of which each may be written to. */
    private static List<String> bubblewrap(List<Path> writable, List<String> argv) {
        List<String> command = new ArrayList<>(List.of(
                "bwrap",
                "--unshare-all",
                "--die-with-parent",
                "--new-session",
                "--ro-bind",
                "/",
                "/",
                "--dev",
                "/dev",
                "--proc",
                "/proc",
                "--tmpfs",
                "/tmp"));
        for (Path folder : writable) {
            String path = folder.toAbsolutePath().toString();
            command.addAll(List.of("--bind", path, path, "--chdir", path));
        }
        command.addAll(argv);
        return command;
    }

    private static void git(Path folder, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git",
                "-c",
                "user.name=fleet eval",
                "-c",
                "user.email=eval@localhost",
                "-c",
                "core.hooksPath=/dev/null"));
        command.addAll(List.of(words));
        Programs.Ended ended = Programs.run(
                folder,
                command,
                Map.of(
                        "GIT_AUTHOR_DATE",
                        BEGIN,
                        "GIT_COMMITTER_DATE",
                        BEGIN,
                        "GIT_CONFIG_GLOBAL",
                        "/dev/null",
                        "GIT_CONFIG_NOSYSTEM",
                        "1"),
                GIT);
        if (!ended.well()) {
            throw new IOException("git " + String.join(" ", words) + " failed in " + folder + ": " + ended.output());
        }
    }
}
