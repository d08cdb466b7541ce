package io.sweaifleet.agent.playbook;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A playbook on a real git repository in a temporary directory, with commands as plain processes and no policy: what a
 * playbook does with what programs print, without the parts that confine it.
 */
public final class LocalPlaybookRun implements PlaybookContext, Toolbox {

    /** A reported skip. */
    public record Skipped(String what, String code, String reason, String remedy) {}

    /** A stated fact. */
    public record Stated(
            String subjectType,
            String subject,
            String predicate,
            @Nullable String value,
            Map<String, String> properties) {}

    public final List<Finding> findings = new ArrayList<>();
    public final List<Skipped> skips = new ArrayList<>();
    public final List<Stated> facts = new ArrayList<>();
    public final List<CommandRequest> commands = new ArrayList<>();
    public final Map<String, String> artifacts = new LinkedHashMap<>();
    public final Set<String> absentPrograms = new HashSet<>();
    public boolean sandbox = true;

    private final Path root;
    private final Path scratch;
    private final Map<String, String> inputs = new HashMap<>();
    private final Cancellation cancellation = new Cancellation();
    private Instant deadline = Instant.now().plus(Duration.ofMinutes(5));
    private String baseCommit = "";
    private int logs;

    public LocalPlaybookRun(Path directory) {
        try {
            root = Files.createDirectories(directory.resolve("repository")).toRealPath();
            scratch = Files.createDirectories(directory.resolve("scratch")).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public LocalPlaybookRun file(String path, String text) {
        write(path, text);
        return this;
    }

    public LocalPlaybookRun input(String name, String value) {
        inputs.put(name, value);
        return this;
    }

    public LocalPlaybookRun deadlineIn(Duration time) {
        deadline = Instant.now().plus(time);
        return this;
    }

    /** Commits what is there and runs the playbook on it. */
    public PlaybookResult run(Playbook playbook) throws PlaybookFailure, InterruptedException {
        git("init", "-q", "-b", "main");
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", "begin");
        baseCommit = git("rev-parse", "HEAD").output().strip();
        return playbook.run(this);
    }

    public List<String> findingsOf(String rule) {
        return findings.stream()
                .filter(finding -> finding.getRule().equals(rule))
                .map(finding -> finding.getPath() + ":" + finding.getLine() + " " + finding.getMessage())
                .toList();
    }

    @Override
    public Assignment assignment() {
        return Assignment.newBuilder()
                .setLeaseId("lease")
                .setTenant("default")
                .setWorkflowId("workflow")
                .setTaskId("task")
                .setAttempt(1)
                .setKind("test")
                .setRole("test")
                .setTimeoutMs(1)
                .setLeaseMs(1)
                .setInputs(inputs)
                .build();
    }

    @Override
    public Toolbox tools() {
        return this;
    }

    @Override
    public String repository() {
        return root.toString();
    }

    @Override
    public String baseCommit() {
        return baseCommit;
    }

    @Override
    public Instant baseCommitTime() {
        return Instant.EPOCH;
    }

    @Override
    public Path scratch() {
        return scratch;
    }

    @Override
    public Instant deadline() {
        return deadline;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public void step(String what) {}

    @Override
    public void decide(String chosen, String why, List<String> alternatives) {}

    @Override
    public void finding(Finding finding) {
        findings.add(finding);
    }

    @Override
    public void skip(String what, String code, String reason, String remedy) {
        skips.add(new Skipped(what, code, reason, remedy));
    }

    @Override
    public void artifact(String name, String kind, String mediaType, byte[] content) {
        artifacts.put(name, new String(content, StandardCharsets.UTF_8));
    }

    @Override
    public void fact(
            String subjectType,
            String subject,
            String predicate,
            @Nullable String objectType,
            @Nullable String object,
            @Nullable String value,
            Map<String, String> properties) {
        facts.add(new Stated(subjectType, subject, predicate, value, properties));
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public boolean canExecute() {
        return sandbox;
    }

    @Override
    public String noSandboxReason() {
        return sandbox ? "" : "no sandbox in this test";
    }

    @Override
    public List<String> files(String... globs) {
        List<PathMatcher> matchers = Arrays.stream(globs)
                .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                .toList();
        return git("ls-files", "--cached", "--others", "--exclude-standard")
                .output()
                .lines()
                .filter(path ->
                        matchers.isEmpty() || matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(path))))
                .filter(path -> Files.isRegularFile(root.resolve(path)))
                .sorted()
                .toList();
    }

    @Override
    public String read(String path) {
        try {
            return Files.readString(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void readAll(List<String> paths, long maxBytes, FileConsumer each) {
        for (String path : paths) {
            each.accept(path, read(path).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void write(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void delete(String path) {
        try {
            Files.delete(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CommandResult git(String... arguments) {
        List<String> argv = new ArrayList<>(List.of("git"));
        argv.addAll(List.of(arguments));
        return execute(new CommandRequest(
                argv,
                "",
                Map.of(
                        "GIT_AUTHOR_NAME",
                        "t",
                        "GIT_AUTHOR_EMAIL",
                        "t@localhost",
                        "GIT_COMMITTER_NAME",
                        "t",
                        "GIT_COMMITTER_EMAIL",
                        "t@localhost"),
                Duration.ofSeconds(60),
                List.of(),
                false));
    }

    @Override
    public CommandResult run(CommandRequest request) throws ToolDenied {
        return checked(request);
    }

    @Override
    public CommandResult test(CommandRequest request) throws ToolDenied {
        return checked(request);
    }

    private CommandResult checked(CommandRequest request) throws ToolDenied {
        commands.add(request);
        if (request.executesRepositoryCode() && !sandbox) {
            throw new ToolDenied("sandbox", "no sandbox in this test");
        }
        return execute(request);
    }

    private CommandResult execute(CommandRequest request) {
        try {
            Path log = scratch.resolve("log-" + ++logs);
            List<String> argv = new ArrayList<>(List.of("setsid"));
            argv.addAll(request.argv());
            ProcessBuilder builder = new ProcessBuilder(argv)
                    .directory(root.resolve(request.directory()).toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new java.io.File("/dev/null"))
                    .redirectOutput(log.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN") || name.equals("NODE_OPTIONS"));
            builder.environment().putAll(request.environment());
            builder.environment().put("FLEET_RUN", "default/test");
            long begun = System.nanoTime();
            Process process = builder.start();
            boolean ended = process.waitFor(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                // setsid made the child the leader of a group of its own.
                new ProcessBuilder("kill", "-9", "--", "-" + process.pid())
                        .start()
                        .waitFor();
                process.destroyForcibly().waitFor();
            }
            Duration wall = Duration.ofNanos(System.nanoTime() - begun);
            return new CommandResult(ended ? process.exitValue() : -1, !ended, Files.readString(log), log, wall);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean hasProgram(String name) {
        return !absentPrograms.contains(name)
                && Arrays.stream(System.getenv("PATH").split(":"))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }
}
