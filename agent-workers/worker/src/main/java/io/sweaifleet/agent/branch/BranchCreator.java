package io.sweaifleet.agent.branch;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates finished branches in the user's repositories, and nothing else: objects come in from the bundle, then one
 * reference is created. The checkout, the index, other references and the configuration stay as they are; no hook runs
 * and nothing is collected. A branch that exists is never moved.
 */
public final class BranchCreator {

    private static final Logger LOG = LoggerFactory.getLogger(BranchCreator.class);

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern BRANCH = Pattern.compile("fleet/[a-z0-9][a-z0-9-]{0,99}/[a-z0-9][a-z0-9-]{0,99}");

    private final Duration timeout;

    /** @param timeout longest time of one git command */
    public BranchCreator(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Brings a branch into its repository.
     *
     * @throws IOException when git cannot be started or does not end in time; trying again later may help
     */
    public BranchArrival bringBack(FinishedBranch finished) throws IOException, InterruptedException {
        Optional<Path> repository = localRepository(finished.repository());
        if (repository.isEmpty()) {
            return new BranchArrival.NotLocal();
        }
        // Both come from a record that anybody who may write the topic can make; they end up in a command line.
        if (!BRANCH.matcher(finished.branch()).matches()
                || !COMMIT.matcher(finished.commit()).matches()) {
            return new BranchArrival.Refused(
                    "branch '" + finished.branch() + "' at '" + finished.commit() + "' is not one that the fleet makes",
                    "Check who writes to fleet.results.");
        }
        return create(repository.get(), finished);
    }

    private BranchArrival create(Path repository, FinishedBranch finished) throws IOException, InterruptedException {
        String reference = "refs/heads/" + finished.branch();
        GitEnd there = git(repository, "rev-parse", "--git-dir");
        if (!there.ok()) {
            return new BranchArrival.Refused(
                    repository + " is not a git repository that can be used: " + there.output(),
                    "Take the branch from the bundle with git fetch.");
        }
        Optional<BranchArrival> existing = existing(repository, finished, reference);
        if (existing.isPresent()) {
            return existing.get();
        }
        GitEnd head = git(repository, "symbolic-ref", "-q", "HEAD");
        if (head.ok() && head.output().equals(reference)) {
            return new BranchArrival.Refused(
                    "the checkout of " + repository + " stands on the branch " + finished.branch()
                            + ", which has no commit yet",
                    "Switch to another branch, then fetch the bundle.");
        }
        if (!git(repository, "cat-file", "-e", finished.commit() + "^{commit}").ok()) {
            Optional<BranchArrival> refused = unbundle(repository, finished);
            if (refused.isPresent()) {
                return refused.get();
            }
        }
        // The old value of zeros makes git refuse when the reference exists by now.
        GitEnd created = git(
                repository,
                "update-ref",
                "--no-deref",
                "-m",
                "fleet: finished branch",
                reference,
                finished.commit(),
                "0".repeat(finished.commit().length()));
        if (created.ok()) {
            LOG.info("created branch {} at {} in {}", finished.branch(), finished.commit(), repository);
            return new BranchArrival.Created();
        }
        return existing(repository, finished, reference)
                .orElseGet(() -> new BranchArrival.Refused(
                        "git refused to create " + finished.branch() + ": " + created.output(),
                        "Remove what stands in the way, then fetch the bundle."));
    }

    private Optional<BranchArrival> existing(Path repository, FinishedBranch finished, String reference)
            throws IOException, InterruptedException {
        GitEnd current = git(repository, "rev-parse", "--verify", "--quiet", reference);
        if (!current.ok()) {
            return Optional.empty();
        }
        return Optional.of(
                current.output().equals(finished.commit())
                        ? new BranchArrival.Created()
                        : new BranchArrival.Refused(
                                "branch " + finished.branch() + " exists in " + repository + " at " + current.output()
                                        + ", not at " + finished.commit(),
                                "Rename or delete that branch, then fetch the bundle."));
    }

    private Optional<BranchArrival> unbundle(Path repository, FinishedBranch finished)
            throws IOException, InterruptedException {
        ArtifactRef bundle = finished.bundle();
        if (bundle == null) {
            return refused("the outcome names no bundle", "Run the task again.");
        }
        Path file;
        try {
            file = Path.of(URI.create(bundle.getUri()));
        } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
            return refused("the bundle " + bundle.getUri() + " is not a file of this host", "Fetch it by hand.");
        }
        if (!Files.isRegularFile(file)) {
            return refused("the bundle " + file + " is not there any more", "Run the task again.");
        }
        if (!sha256(file).equals(bundle.getSha256())) {
            return refused(
                    "the bundle " + file + " does not have the SHA-256 " + bundle.getSha256() + " of the outcome",
                    "Run the task again, and check who can write to the artifact store.");
        }
        GitEnd unbundled = git(repository, "bundle", "unbundle", file.toString());
        if (!unbundled.ok()) {
            return refused(
                    "the bundle does not fit " + repository + ": " + unbundled.output(),
                    "The commit that the task started from is gone from the repository; restore it and fetch the bundle.");
        }
        GitEnd complete = git(repository, "rev-list", "--objects", "--quiet", finished.commit(), "--not", "--all");
        if (!complete.ok()) {
            return refused(
                    "the bundle does not hold all of " + finished.commit() + ": " + complete.output(),
                    "Run the task again.");
        }
        return Optional.empty();
    }

    private static Optional<BranchArrival> refused(String reason, String remedy) {
        return Optional.of(new BranchArrival.Refused(reason, remedy));
    }

    /** The directory that a repository's path or file URL names, if it is on this host. */
    static Optional<Path> localRepository(String repository) {
        try {
            Path path = repository.startsWith("file:") ? Path.of(URI.create(repository)) : Path.of(repository);
            return path.isAbsolute() && Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private record GitEnd(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    private GitEnd git(Path repository, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git",
                "-C",
                repository.toString(),
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "gc.auto=0",
                "-c",
                "maintenance.auto=false"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // A GIT_DIR of the worker's own surroundings must not lead elsewhere.
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        builder.environment().put("LC_ALL", "C");
        Path output = Files.createTempFile("fleet-branch", ".log");
        try {
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectOutput(output.toFile());
            Process process = builder.start();
            try {
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("git " + arguments[0] + " in " + repository + " did not end within "
                            + timeout.toSeconds() + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return new GitEnd(
                    process.exitValue(),
                    Files.readString(output, StandardCharsets.UTF_8).strip());
        } finally {
            delete(output);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
