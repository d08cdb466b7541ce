package io.sweaifleet.agent.workspace;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.SkippedStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An independent clone in which one attempt works. It shares no object, reference or configuration with its source. */
public final class Workspace {

    /** Longest time of one git command on the clone. */
    static final Duration GIT_TIMEOUT = Duration.ofMinutes(10);

    /** Longest patch that is carried inline, in bytes. */
    public static final int MAX_INLINE_PATCH_BYTES = 64 * 1024;

    private final Path root;
    private final String repository;
    private final String branch;
    private final String baseCommit;
    private final Instant baseCommitTime;
    private final List<SkippedStep> notices;
    private final Git git;

    Workspace(
            Path root,
            String repository,
            String branch,
            String baseCommit,
            Instant baseCommitTime,
            List<SkippedStep> notices,
            Git git) {
        this.root = root;
        this.repository = repository;
        this.branch = branch;
        this.baseCommit = baseCommit;
        this.baseCommitTime = baseCommitTime;
        this.notices = List.copyOf(notices);
        this.git = git;
    }

    /** Root of the clone, resolved. */
    public Path root() {
        return root;
    }

    /** Identity of the repository in facts: URL without credentials, or real path. */
    public String repository() {
        return repository;
    }

    /** Branch that is checked out, {@code fleet/<pool>/<task-id>}. */
    public String branch() {
        return branch;
    }

    /** Commit the clone started at. */
    public String baseCommit() {
        return baseCommit;
    }

    /** Commit time of {@link #baseCommit()}. */
    public Instant baseCommitTime() {
        return baseCommitTime;
    }

    /** What of the source was not looked at, such as uncommitted changes. */
    public List<SkippedStep> notices() {
        return notices;
    }

    /** Git, hardened, for this clone. */
    public Git git() {
        return git;
    }

    /**
     * The finished branch.
     *
     * @param commit its last commit
     * @param patch file with the unified diff against the base
     * @param inlinePatch the diff when it is valid UTF-8 of at most 64 KB, else null
     * @param bundle file with the commits since the base, as a git bundle of the branch
     */
    public record Changes(
            String commit, Path patch, @Nullable String inlinePatch, Path bundle) {}

    /**
     * Commits what the tools edited and no step committed, and packs the branch. Files that commands left behind (build
     * output) are not committed: only edits made through tools, and what a step itself staged.
     *
     * @param edited repository-relative paths that the edit tool wrote or deleted
     * @param message commit message for what is left
     * @param output folder for patch and bundle
     * @return the branch, or empty when it does not differ from the base
     * @throws IOException when git fails on the clone
     */
    public Optional<Changes> finish(Collection<String> edited, String message, Path output, Cancellation cancellation)
            throws IOException, InterruptedException {
        if (!edited.isEmpty()) {
            stage(edited, output, cancellation);
        }
        Git.Result staged = git(cancellation, "diff", "--cached", "--quiet", "HEAD");
        if (staged.exitCode() == 1) {
            require(git(cancellation, "commit", "--quiet", "--no-verify", "-m", message), "commit");
        } else if (!staged.ok()) {
            require(staged, "diff --cached");
        }
        String head = require(git(cancellation, "rev-parse", "--verify", "HEAD^{commit}"), "rev-parse")
                .text()
                .strip();
        if (head.equals(baseCommit)
                || git(cancellation, "diff", "--quiet", baseCommit, head).ok()) {
            return Optional.empty();
        }
        require(git(cancellation, "update-ref", "refs/heads/" + branch, head), "update-ref");
        Path patch = output.resolve("changes.patch");
        require(
                git(
                        cancellation,
                        "diff",
                        "--binary",
                        "--full-index",
                        "--no-color",
                        "--no-ext-diff",
                        "--no-textconv",
                        "--output=" + patch,
                        baseCommit,
                        head),
                "diff");
        Path bundle = output.resolve("branch.bundle");
        require(
                git(
                        cancellation,
                        "bundle",
                        "create",
                        "--quiet",
                        bundle.toString(),
                        "refs/heads/" + branch,
                        "^" + baseCommit),
                "bundle create");
        return Optional.of(new Changes(head, patch, inline(patch), bundle));
    }

    private void stage(Collection<String> edited, Path output, Cancellation cancellation)
            throws IOException, InterruptedException {
        // Through a file: there may be more paths than a command line holds. NUL is the one byte no path has.
        Path list = output.resolve("edited-paths");
        Files.writeString(list, String.join("\0", edited) + "\0");
        Map<String, String> environment = new TreeMap<>(git.environment());
        environment.put("GIT_LITERAL_PATHSPECS", "1");
        List<String> present = new ArrayList<>(List.of("add", "--all", "--force", "--ignore-errors"));
        present.addAll(List.of("--pathspec-from-file=" + onlyKnown(edited, list, cancellation), "--pathspec-file-nul"));
        require(git.run(root, GIT_TIMEOUT, cancellation, present, environment), "add");
    }

    /** Of the edited paths those that exist or are tracked: git add refuses a path that is neither. */
    private Path onlyKnown(Collection<String> edited, Path list, Cancellation cancellation)
            throws IOException, InterruptedException {
        List<String> tracked = List.of(
                require(git(cancellation, "ls-files", "-z"), "ls-files").text().split("\0"));
        java.util.Set<String> index = new java.util.HashSet<>(tracked);
        List<String> known = edited.stream()
                .filter(path -> index.contains(path)
                        || Files.exists(root.resolve(path), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .toList();
        Files.writeString(list, known.isEmpty() ? "" : String.join("\0", known) + "\0");
        return list;
    }

    private static @Nullable String inline(Path patch) throws IOException {
        if (Files.size(patch) > MAX_INLINE_PATCH_BYTES) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(patch)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private Git.Result git(Cancellation cancellation, String... arguments) throws IOException, InterruptedException {
        return git.run(root, GIT_TIMEOUT, cancellation, List.of(arguments));
    }

    private static Git.Result require(Git.Result result, String what) throws IOException {
        if (!result.ok()) {
            throw new IOException("git " + what + " failed on the clone (" + result.end() + ", exit code "
                    + result.exitCode() + "): " + result.text().strip());
        }
        return result;
    }
}
