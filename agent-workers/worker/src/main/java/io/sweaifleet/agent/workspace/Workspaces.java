package io.sweaifleet.agent.workspace;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.sandbox.CommandExecutor;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.SkippedStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens workspaces. The source is only ever read: a path is cloned by copying its objects (no links, no alternates), and
 * its index is looked at as a copy.
 */
public final class Workspaces {

    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.+");
    private static final Pattern SCP_LIKE = Pattern.compile("(?!/)[^/:\\s]+@?[^/:\\s]*:(?!//)\\S+");
    private static final List<String> URL_SCHEMES = List.of("http", "https", "ssh", "git", "file");
    private static final Pattern REF = Pattern.compile("(?![-])[^\\x00-\\x20\\x7f~^:?*\\[\\\\]{1,250}");
    private static final Pattern PERMANENT_PROBLEM = Pattern.compile(
            "not found|does not exist|authentication failed|could not read (?:username|password)|permission denied"
                    + "|access denied|403|404|not appear to be a git repository|unsupported|not allowed|host key verification");

    private final HostEnvironment host;
    private final CommandExecutor executor;
    private final Duration cloneTimeout;

    /**
     * @param cloneTimeout longest time of cloning
     */
    public Workspaces(HostEnvironment host, CommandExecutor executor, Duration cloneTimeout) {
        this.host = host;
        this.executor = executor;
        this.cloneTimeout = cloneTimeout;
    }

    /**
     * Clones the repository and checks the base out on the attempt's branch.
     *
     * @param author name of author and committer of the attempt's commits
     * @throws IOException when the attempt's own folder cannot be written
     * @throws InterruptedException when the attempt was stopped
     */
    public Opening open(WorkspaceRequest request, String author, Cancellation cancellation)
            throws IOException, InterruptedException {
        Path lease = request.lease();
        Path outputs = Files.createDirectories(lease.resolve("git"));
        Path configuration = lease.resolve("gitconfig");
        Git git = new Git(host, executor, configuration, outputs, author);

        String repository = request.repository().strip();
        Opener opener = new Opener(request, repository, git, configuration, cancellation);
        if (host.find("git").isEmpty()) {
            return opener.refused(
                    FailureClass.ENVIRONMENT,
                    "GIT_MISSING",
                    "the program git is not on the worker's path",
                    "install git (Debian: apt install git) and start the worker again");
        }
        return opener.open();
    }

    /** One opening, with what its steps share. */
    private final class Opener {

        private final WorkspaceRequest request;
        private final String repository;
        private final Git git;
        private final Path configuration;
        private final Cancellation cancellation;
        private final Path clone;

        Opener(WorkspaceRequest request, String repository, Git git, Path configuration, Cancellation cancellation) {
            this.request = request;
            this.repository = repository;
            this.git = git;
            this.configuration = configuration;
            this.cancellation = cancellation;
            this.clone = request.lease().resolve("clone");
        }

        Opening open() throws IOException, InterruptedException {
            Optional<String> badRef = Optional.ofNullable(request.baseRef())
                    .filter(ref -> !REF.matcher(ref).matches());
            if (badRef.isPresent()) {
                return refNotFound(badRef.get(), "it is not a valid name of a branch, tag or commit");
            }
            if (URL.matcher(repository).matches()) {
                String scheme = repository.substring(0, repository.indexOf(':')).toLowerCase(Locale.ROOT);
                if (!URL_SCHEMES.contains(scheme)) {
                    return unreachable(
                            FailureClass.PERMANENT,
                            "the URL scheme " + scheme + " is not supported",
                            "use one of " + String.join(", ", URL_SCHEMES) + ", or an absolute path");
                }
                if (scheme.equals("file")) {
                    return openPath(repository.substring("file://".length()));
                }
                return openUrl();
            }
            if (!repository.startsWith("/") && SCP_LIKE.matcher(repository).matches()) {
                return openUrl();
            }
            return openPath(repository);
        }

        private Opening openPath(String text) throws IOException, InterruptedException {
            Path source;
            try {
                source = Path.of(text);
            } catch (InvalidPathException e) {
                return unreachable(
                        FailureClass.PERMANENT, "it is not a path: " + e.getReason(), "give an absolute path");
            }
            if (!source.isAbsolute()) {
                return unreachable(
                        FailureClass.PERMANENT,
                        "the path is relative, and the worker has no directory to relate it to",
                        "give an absolute path or a URL");
            }
            if (!Files.exists(source)) {
                return unreachable(
                        FailureClass.PERMANENT,
                        "the path does not exist on the worker's host",
                        "check the path; a worker on another host needs a URL that it can reach");
            }
            Path real = source.toRealPath();
            writeConfiguration(real);
            Optional<Opening> problem = checkLayout(real);
            if (problem.isPresent()) {
                return problem.get();
            }
            // --local copies object files as they are; --no-hardlinks keeps them apart from the source's;
            // --dissociate does away with alternates that the source itself borrows from.
            Git.Result cloned = git.run(
                    request.lease(),
                    cloneTimeout,
                    cancellation,
                    List.of(
                            "clone",
                            "--quiet",
                            "--local",
                            "--no-hardlinks",
                            "--dissociate",
                            "--no-checkout",
                            "--template=",
                            "--",
                            real.toString(),
                            clone.toString()));
            if (!cloned.ok()) {
                return cloneFailed(cloned);
            }
            List<SkippedStep> notices = new ArrayList<>();
            return checkOut(real.toString(), git.environment(), notices, real);
        }

        private Opening openUrl() throws IOException, InterruptedException {
            writeConfiguration(null);
            Map<String, String> environment = git.networkEnvironment();
            Git.Result cloned = git.run(
                    request.lease(),
                    cloneTimeout,
                    cancellation,
                    List.of("clone", "--quiet", "--no-checkout", "--template=", "--", repository, clone.toString()),
                    environment);
            if (!cloned.ok()) {
                return cloneFailed(cloned);
            }
            return checkOut(SecretMasker.withoutCredentials(repository), environment, new ArrayList<>(), null);
        }

        /** A path has to be the top of a repository, so that no one works on more, or on less, than was meant. */
        private Optional<Opening> checkLayout(Path source) throws IOException, InterruptedException {
            if (!Files.isDirectory(source)) {
                return Optional.of(notARepository("it is a file", "give the folder that contains .git"));
            }
            Git.Result directory = run("-C", source.toString(), "rev-parse", "--absolute-git-dir");
            if (!directory.ok()) {
                return Optional.of(notARepository(
                        "there is no git repository at this path",
                        "give the folder that contains .git, or run 'git init' and commit there"));
            }
            Git.Result top = run("-C", source.toString(), "rev-parse", "--show-toplevel");
            if (top.ok() && !Path.of(top.text().strip()).equals(source)) {
                return Optional.of(notARepository(
                        "the path lies inside the repository " + top.text().strip(),
                        "give the repository's own folder: " + top.text().strip()));
            }
            return Optional.empty();
        }

        private Opening checkOut(
                String identity,
                Map<String, String> sourceEnvironment,
                List<SkippedStep> notices,
                @Nullable Path source)
                throws IOException, InterruptedException {
            String asked = request.baseRef();
            Optional<String> commit = resolve(asked);
            if (commit.isEmpty() && asked != null) {
                // A commit or reference that no branch or tag of the source leads to.
                Git.Result fetched = git.run(
                        clone,
                        cloneTimeout,
                        cancellation,
                        List.of("fetch", "--quiet", "--no-tags", "origin", "--", asked),
                        sourceEnvironment);
                if (fetched.ok()) {
                    commit = resolveOne("FETCH_HEAD");
                }
            }
            if (commit.isEmpty()) {
                boolean empty =
                        inClone("rev-list", "--all", "--max-count=1").text().isBlank();
                return empty
                        ? refused(
                                FailureClass.PERMANENT,
                                "REPOSITORY_EMPTY",
                                "the repository " + identity + " has no commits",
                                "commit something first; the fleet works on committed states")
                        : refNotFound(
                                asked == null ? "HEAD" : asked,
                                "no branch, tag or commit of " + identity + " has that name");
            }
            String base = commit.get();
            Optional<String> problem = settle(base);
            if (problem.isPresent()) {
                return unreachable(FailureClass.TRANSIENT, problem.get(), "check the repository with 'git fsck'");
            }
            String time =
                    inClone("show", "--no-patch", "--format=%ct", base).text().strip();
            if (source != null) {
                uncommitted(source).ifPresent(notices::add);
            }
            if (Files.exists(clone.resolve(".gitmodules"))) {
                notices.add(SkippedStep.newBuilder()
                        .setWhat("submodules")
                        .setCode("UNSUPPORTED")
                        .setReason("submodules are not cloned; their folders are empty in the workspace")
                        .setRemedy("submit a task for each submodule's own repository")
                        .build());
            }
            return new Opening.Opened(new Workspace(
                    clone.toRealPath(),
                    identity,
                    request.branch(),
                    base,
                    Instant.ofEpochSecond(Long.parseLong(time)),
                    notices,
                    git));
        }

        /** Leaves one branch, the attempt's own, and nothing that leads back to the source. */
        private Optional<String> settle(String base) throws IOException, InterruptedException {
            List<List<String>> steps =
                    List.of(List.of("update-ref", "--no-deref", "HEAD", base), List.of("remote", "remove", "origin"));
            for (List<String> step : steps) {
                Git.Result result = git.run(clone, cloneTimeout, cancellation, step);
                if (!result.ok()) {
                    return Optional.of("git " + step.get(0) + " failed: " + shortened(result.text()));
                }
            }
            for (String local : inClone("for-each-ref", "--format=%(refname)", "refs/heads")
                    .text()
                    .lines()
                    .toList()) {
                inClone("update-ref", "-d", local);
            }
            Git.Result checkedOut = git.run(
                    clone,
                    cloneTimeout,
                    cancellation,
                    List.of("checkout", "--quiet", "--no-track", "-b", request.branch(), base));
            return checkedOut.ok()
                    ? Optional.empty()
                    : Optional.of("the files of commit " + base + " could not be checked out: "
                            + shortened(checkedOut.text()));
        }

        private Optional<String> resolve(@Nullable String ref) throws IOException, InterruptedException {
            if (ref == null) {
                return resolveOne("HEAD");
            }
            for (String candidate : List.of("refs/remotes/origin/" + ref, "refs/tags/" + ref, ref)) {
                Optional<String> commit = resolveOne(candidate);
                if (commit.isPresent()) {
                    return commit;
                }
            }
            return Optional.empty();
        }

        private Optional<String> resolveOne(String name) throws IOException, InterruptedException {
            Git.Result result = inClone("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}");
            // --end-of-options is echoed by some versions of git.
            return result.ok()
                    ? result.text()
                            .lines()
                            .filter(line -> line.matches("[0-9a-f]{40,64}"))
                            .findFirst()
                    : Optional.empty();
        }

        /**
         * Whether the source's work tree differs from its HEAD: compared with our own clone's configuration and a copy of
         * the source's index, so that neither is the source written nor a filter of its configuration run.
         */
        private Optional<SkippedStep> uncommitted(Path source) throws IOException, InterruptedException {
            Git.Result top = run("-C", source.toString(), "rev-parse", "--show-toplevel");
            Git.Result index =
                    run("-C", source.toString(), "rev-parse", "--path-format=absolute", "--git-path", "index");
            Git.Result head = run("-C", source.toString(), "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
            if (!top.ok()
                    || !index.ok()
                    || !head.ok()
                    || !Files.exists(Path.of(index.text().strip()))) {
                return Optional.empty(); // Bare, or nothing was ever checked out.
            }
            Path copy = request.lease().resolve("source-index");
            Files.copy(Path.of(index.text().strip()), copy, StandardCopyOption.REPLACE_EXISTING);
            Map<String, String> environment = new TreeMap<>(git.environment());
            environment.put("GIT_INDEX_FILE", copy.toString());
            environment.put("GIT_DIR", clone.resolve(".git").toString());
            environment.put("GIT_WORK_TREE", source.toString());
            Path exclude = source.resolve(".git/info/exclude");
            List<String> others = new ArrayList<>(List.of("ls-files", "--others", "--exclude-standard", "--directory"));
            for (Path file : List.of(
                    exclude,
                    host.home().resolve(".config/git/ignore"),
                    host.home().resolve(".gitignore"))) {
                if (Files.isReadable(file)) {
                    others.add("--exclude-from=" + file);
                }
            }
            // Copied by other means than git, every file has another inode and time: only its content tells whether it
            // changed. The refresh writes our copy of the index; its exit code says just that something did change.
            git.run(
                    source,
                    Workspace.GIT_TIMEOUT,
                    cancellation,
                    List.of("update-index", "-q", "--refresh"),
                    environment);
            List<String> found = new ArrayList<>();
            for (List<String> question : List.of(
                    List.of("diff-index", "--cached", "--name-only", head.text().strip()),
                    List.of("diff-files", "--name-only"),
                    others)) {
                Git.Result answer = git.run(source, Workspace.GIT_TIMEOUT, cancellation, question, environment);
                if (answer.ok()) {
                    answer.text()
                            .lines()
                            .filter(path -> !found.contains(path))
                            .limit(1_000)
                            .forEach(found::add);
                }
            }
            Files.deleteIfExists(copy);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            String names = String.join(", ", found.subList(0, Math.min(3, found.size())));
            return Optional.of(SkippedStep.newBuilder()
                    .setWhat("uncommitted changes")
                    .setCode("UNCOMMITTED_CHANGES")
                    .setReason("uncommitted changes were not looked at: " + found.size() + " path(s), such as " + names)
                    .setRemedy("commit them, and run again")
                    .build());
        }

        /** The attempt's configuration: it trusts this one source although another user may own it. */
        private void writeConfiguration(@Nullable Path source) throws IOException {
            StringBuilder text = new StringBuilder();
            if (source != null) {
                text.append("[safe]\n");
                for (Path trusted : List.of(source, source.resolve(".git"))) {
                    text.append("\tdirectory = \"")
                            .append(trusted.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                            .append("\"\n");
                }
            }
            Files.writeString(configuration, text);
        }

        private Opening cloneFailed(Git.Result cloned) throws IOException {
            cancellation.check();
            if (cloned.end() == CommandExecutor.End.TIMED_OUT) {
                return unreachable(
                        FailureClass.TRANSIENT,
                        "cloning took longer than " + cloneTimeout.toSeconds() + " s",
                        "raise fleet.worker.clone-timeout, or give a path on the worker's host");
            }
            String said = shortened(cloned.text());
            if (said.isEmpty()) {
                // It always says why, into a file beside the clone; having failed, it has given the room back.
                throw new IOException("No space left on device: git clone ended with exit code " + cloned.exitCode()
                        + " and could not write why");
            }
            boolean permanent =
                    PERMANENT_PROBLEM.matcher(said.toLowerCase(Locale.ROOT)).find();
            return unreachable(
                    permanent ? FailureClass.PERMANENT : FailureClass.TRANSIENT,
                    "git could not clone it: " + said,
                    permanent
                            ? "check the address and the worker user's access to it"
                            : "check that the worker's host reaches it; it is tried again");
        }

        private Git.Result run(String... arguments) throws IOException, InterruptedException {
            return git.run(request.lease(), Workspace.GIT_TIMEOUT, cancellation, List.of(arguments));
        }

        private Git.Result inClone(String... arguments) throws IOException, InterruptedException {
            return git.run(clone, Workspace.GIT_TIMEOUT, cancellation, List.of(arguments));
        }

        private Opening notARepository(String why, String remedy) {
            return refused(
                    FailureClass.PERMANENT,
                    "NOT_A_REPOSITORY",
                    "not a git repository: " + repository + ": " + why,
                    remedy);
        }

        private Opening refNotFound(String ref, String why) {
            return new Opening.Refused(Failure.newBuilder(failure(
                            FailureClass.PERMANENT,
                            "REF_NOT_FOUND",
                            "cannot start from '" + ref + "': " + why,
                            "name an existing branch, tag or commit as baseRef, or leave it out for HEAD"))
                    .setField("baseRef")
                    .setValue(ref.length() > 200 ? ref.substring(0, 200) : ref)
                    .build());
        }

        private Opening unreachable(FailureClass failureClass, String why, String remedy) {
            return refused(
                    failureClass,
                    "REPOSITORY_UNREACHABLE",
                    "the repository " + SecretMasker.withoutCredentials(repository) + " cannot be cloned: " + why,
                    remedy);
        }

        Opening refused(FailureClass failureClass, String code, String message, String remedy) {
            return new Opening.Refused(Failure.newBuilder(failure(failureClass, code, message, remedy))
                    .setField("repository")
                    .setValue(shortened(SecretMasker.withoutCredentials(repository), 200))
                    .build());
        }

        private Failure failure(FailureClass failureClass, String code, String message, String remedy) {
            return Failure.newBuilder()
                    .setFailureClass(failureClass)
                    .setCode(code)
                    .setMessage(SecretMasker.mask(message))
                    .setRemedy(remedy)
                    .build();
        }

        private String shortened(String text) {
            return shortened(SecretMasker.mask(text.strip()).replaceAll("\\s*\\n\\s*", "; "), 500);
        }

        private String shortened(String text, int length) {
            return text.length() <= length ? text : text.substring(0, length) + "…";
        }
    }
}
