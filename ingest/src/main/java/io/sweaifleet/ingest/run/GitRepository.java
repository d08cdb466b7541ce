package io.sweaifleet.ingest.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A repository on this machine. Only asks git; changes nothing.
 *
 * @param path its top folder, or the repository itself when it is bare
 * @param commit commit that HEAD is at, hexadecimal
 * @param branch branch that is checked out; empty when none is
 * @param changedFiles files that differ from the commit or are not in it
 */
public record GitRepository(Path path, String commit, String branch, int changedFiles) {

    private static final int TIMEOUT_SECONDS = 60;
    private static final Pattern URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*|[^/]+@[^/]+:.*");

    /** True when the text names a repository elsewhere: a URL, or git's user@host:path. */
    public static boolean isUrl(String text) {
        return URL.matcher(text).matches();
    }

    /** True when it has changes that agents will not see: they work on the commit. */
    public boolean isDirty() {
        return changedFiles > 0;
    }

    /**
     * The repository that a folder belongs to.
     *
     * @throws RepositoryException when it belongs to none, or it has no commits, or there is no git
     * @throws InterruptedException when the thread was interrupted
     */
    public static GitRepository at(Path folder) throws RepositoryException, InterruptedException {
        if (!Files.isDirectory(folder)) {
            throw new RepositoryException(
                    "there is no folder " + folder, "give --repo the path of a git repository, or a URL");
        }
        Answer bare = git(folder, "rev-parse", "--is-bare-repository");
        if (bare.exitCode() != 0) {
            throw bare.text().contains("not a git repository")
                    ? new RepositoryException(
                            folder + " is not in a git repository",
                            "go to one, or name one with --repo PATH or --repo URL")
                    : new RepositoryException("git refuses " + folder + ": " + bare.firstLine(), "");
        }
        boolean isBare = bare.text().strip().equals("true");
        Answer top = git(folder, "rev-parse", isBare ? "--absolute-git-dir" : "--show-toplevel");
        if (top.exitCode() != 0) {
            throw new RepositoryException("git refuses " + folder + ": " + top.firstLine(), "");
        }
        Path path = Path.of(top.text().strip());
        Answer head = git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        if (head.exitCode() != 0) {
            throw new RepositoryException(
                    "the repository " + path + " has no commits",
                    "agents work on a commit: make one with `git add -A` and `git commit`");
        }
        Answer branch = git(folder, "symbolic-ref", "--quiet", "--short", "HEAD");
        Answer status = isBare ? new Answer(0, "") : git(folder, "status", "--porcelain");
        return new GitRepository(
                path,
                head.text().strip(),
                branch.exitCode() == 0 ? branch.text().strip() : "",
                (int) status.text().lines().filter(line -> !line.isBlank()).count());
    }

    /** The commit a branch is at, if there is such a branch. */
    public static Optional<String> commitOf(Path repository, String branch) throws InterruptedException {
        try {
            Answer answer = git(repository, "rev-parse", "--verify", "--quiet", "refs/heads/" + branch + "^{commit}");
            return answer.exitCode() == 0 ? Optional.of(answer.text().strip()) : Optional.empty();
        } catch (RepositoryException e) {
            return Optional.empty();
        }
    }

    private record Answer(int exitCode, String text) {

        String firstLine() {
            return text.lines().findFirst().orElse("no answer");
        }
    }

    private static Answer git(Path folder, String... arguments) throws RepositoryException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        // The question is about this folder, not about one that a hook or an editor has set.
        builder.environment().keySet().removeIf(name -> name.equals("GIT_DIR") || name.equals("GIT_WORK_TREE"));
        builder.environment().put("GIT_OPTIONAL_LOCKS", "0");
        Process process;
        try {
            process = builder.redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
        } catch (IOException e) {
            throw new RepositoryException("git cannot be started: " + e.getMessage(), "install git");
        }
        try {
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new RepositoryException("git does not answer in " + folder, "see what holds it up");
            }
            return new Answer(process.exitValue(), text);
        } catch (IOException e) {
            throw new RepositoryException("git cannot be read: " + e.getMessage(), "");
        } finally {
            process.destroyForcibly();
        }
    }
}
