package io.sweaifleet.agent.playbook.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.SkippedStep;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real git repository in a temporary directory, with tools that work on it and a context that keeps what a playbook reports. */
public final class TempRepository implements PlaybookContext, Toolbox {

    /** A fact as it was stated. */
    public record Fact(
            String subjectType,
            String subject,
            String predicate,
            String objectType,
            String object,
            String value,
            Map<String, String> properties) {}

    private final Path root;
    private final Path scratch;
    private final Map<String, String> inputs = new HashMap<>();
    private final Cancellation cancellation = new Cancellation();
    private Instant deadline = Instant.now().plus(Duration.ofMinutes(10));

    public final List<Finding> findings = new ArrayList<>();
    public final List<SkippedStep> skipped = new ArrayList<>();
    public final Map<String, byte[]> artifacts = new LinkedHashMap<>();
    public final List<Fact> facts = new ArrayList<>();

    public TempRepository(Path directory) {
        this(directory.resolve("clone"), directory.resolve("scratch"));
        execute("init", "-q", "-b", "main");
    }

    /** Works on a repository that exists. */
    public TempRepository(Path root, Path scratch) {
        try {
            this.root = Files.createDirectories(root);
            this.scratch = Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TempRepository file(String path, String... lines) {
        return bytes(path, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public TempRepository bytes(String path, byte[] content) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TempRepository commit(String message) {
        execute("add", "-A");
        execute("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", message);
        return this;
    }

    public TempRepository input(String name, String value) {
        inputs.put(name, value);
        return this;
    }

    public TempRepository deadline(Instant at) {
        deadline = at;
        return this;
    }

    public List<Finding> found(String rule) {
        return findings.stream()
                .filter(finding -> finding.getRule().equals(rule))
                .toList();
    }

    public List<Fact> stated(String predicate) {
        return facts.stream().filter(fact -> fact.predicate().equals(predicate)).toList();
    }

    public JsonNode json(String artifact) {
        try {
            return JsonMapper.builder().build().readTree(artifacts.get(artifact));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text(String artifact) {
        return new String(artifacts.get(artifact), StandardCharsets.UTF_8);
    }

    private CommandResult execute(String... arguments) {
        try {
            List<String> argv = new ArrayList<>(List.of("git"));
            argv.addAll(Arrays.asList(arguments));
            Path log = Files.createTempFile(scratch, "git", ".log");
            Instant start = Instant.now();
            Process process = new ProcessBuilder(argv)
                    .directory(root.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("git did not end: " + argv);
            }
            byte[] output = Files.readAllBytes(log);
            String text = new String(output, 0, Math.min(output.length, 10_000), StandardCharsets.UTF_8);
            return new CommandResult(process.exitValue(), false, text, log, Duration.between(start, Instant.now()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<String> files(String... globs) {
        try {
            CommandResult listed = execute("ls-files", "-z", "--cached", "--others", "--exclude-standard");
            List<PathMatcher> matchers = Arrays.stream(globs)
                    .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
                    .toList();
            return Arrays.stream(Files.readString(listed.log()).split("\0"))
                    .filter(path -> !path.isEmpty())
                    .filter(path -> matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(path))))
                    .sorted()
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String read(String path) {
        try {
            return new String(Files.readAllBytes(root.resolve(path)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void readAll(List<String> paths, long maxBytes, FileConsumer each) {
        for (String path : paths) {
            try {
                long size = Files.size(root.resolve(path));
                if (size > maxBytes) {
                    each.tooLarge(path, size);
                } else {
                    each.accept(path, Files.readAllBytes(root.resolve(path)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void write(String path, String text) {
        bytes(path, text.getBytes(StandardCharsets.UTF_8));
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
        return execute(arguments);
    }

    @Override
    public CommandResult run(CommandRequest request) {
        throw new UnsupportedOperationException("run " + request);
    }

    @Override
    public CommandResult test(CommandRequest request) {
        throw new UnsupportedOperationException("test " + request);
    }

    @Override
    public boolean hasProgram(String name) {
        return false;
    }

    @Override
    public boolean canExecute() {
        return false;
    }

    @Override
    public String noSandboxReason() {
        return "no sandbox in tests";
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public Assignment assignment() {
        return Assignment.newBuilder()
                .setLeaseId("lease")
                .setTenant("default")
                .setWorkflowId("task")
                .setTaskId("task")
                .setAttempt(1)
                .setKind("test")
                .setRole("test")
                .setInputs(inputs)
                .setTimeoutMs(60_000)
                .setLeaseMs(30_000)
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
        return "0123456789abcdef0123456789abcdef01234567";
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
        skipped.add(SkippedStep.newBuilder()
                .setWhat(what)
                .setCode(code)
                .setReason(reason)
                .setRemedy(remedy)
                .build());
    }

    @Override
    public void artifact(String name, String kind, String mediaType, byte[] content) {
        artifacts.put(name, content);
    }

    @Override
    public void fact(
            String subjectType,
            String subject,
            String predicate,
            String objectType,
            String object,
            String value,
            Map<String, String> properties) {
        facts.add(new Fact(subjectType, subject, predicate, objectType, object, value, properties));
    }
}
