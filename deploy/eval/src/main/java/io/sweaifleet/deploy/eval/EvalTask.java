package io.sweaifleet.deploy.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A task of the set.
 *
 * @param name its folder
 * @param language language of its repository
 * @param instructions what the agent is told
 * @param test argv of its tests, run in the repository; exit code 0 when all pass
 * @param needs programs without which it is skipped
 * @param folder where its files are: repository, hidden, fix.patch and perhaps attempt.patch
 */
public record EvalTask(
        String name, String language, String instructions, List<String> test, List<String> needs, Path folder) {

    public EvalTask {
        test = List.copyOf(test);
        needs = List.copyOf(needs);
    }

    /** The files that the agent is given. */
    public Path repository() {
        return folder.resolve("repository");
    }

    /** Tests that the agent never sees. */
    public Path hidden() {
        return folder.resolve("hidden");
    }

    /** The known fix, as git writes a diff. */
    public Path fix() {
        return folder.resolve("fix.patch");
    }

    /** What the recording submits: the fix, or an attempt that does not solve it. */
    public Path recorded() {
        Path attempt = folder.resolve("attempt.patch");
        return Files.exists(attempt) ? attempt : fix();
    }

    /** True when the recording is meant to solve it. */
    public boolean isRecordedSolved() {
        return recorded().equals(fix());
    }

    /** A program that it needs and this machine lacks. */
    public Optional<String> missing() {
        return needs.stream().filter(program -> !Programs.isThere(program)).findFirst();
    }
}
