package io.sweaifleet.agent.tool;

import io.sweaifleet.agent.attempt.AttemptTime;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.policy.Approvals;
import io.sweaifleet.agent.policy.CommandSecrets;
import io.sweaifleet.agent.policy.SecretException;
import io.sweaifleet.agent.policy.SecretLiterals;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import io.sweaifleet.agent.tool.Auditor.Effect;
import io.sweaifleet.agent.tool.Confined.Escape;
import io.sweaifleet.agent.tool.Confined.Place;
import io.sweaifleet.agent.workspace.Git;
import io.sweaifleet.agent.workspace.Workspace;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.policy.Call;
import io.sweaifleet.schemas.policy.Glob;
import io.sweaifleet.schemas.policy.Judgement;
import io.sweaifleet.schemas.policy.Policy;
import io.sweaifleet.schemas.record.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tools of one role on one workspace. What keeps an attempt inside its workspace ({@link Confined},
 * {@link GitArguments}, the sandbox) holds whatever the role's rules say; the rules can only forbid more.
 */
public final class WorkspaceToolbox implements Toolbox {

    /** Longest file that {@code read} returns, in bytes. */
    static final long MAX_READ_BYTES = 16L << 20;

    private static final OpenOption[] READ = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};
    private static final OpenOption[] WRITE = {
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING,
        LinkOption.NOFOLLOW_LINKS
    };

    private final Workspace workspace;
    private final Confinement confinement;
    private final Confined confined;
    private final Policy policy;
    private final Sandbox sandbox;
    private final SandboxSession session;
    private final Auditor auditor;
    private final Cancellation cancellation;
    private final AttemptTime time;
    private final Clock clock;
    private final Path logs;

    /** Layers over a cache can be mounted by one command at a time. */
    private final ReentrantLock cacheLock = new ReentrantLock();

    private CommandSecrets secrets = CommandSecrets.NONE;
    private Approvals approvals = Approvals.NOBODY;
    private final Set<String> edited = Collections.synchronizedSet(new TreeSet<>());
    private final AtomicLong commands = new AtomicLong();

    /**
     * @param logs folder for the output of commands, which exists
     * @param time time of the attempt; no command runs longer
     */
    public WorkspaceToolbox(
            Workspace workspace,
            Confinement confinement,
            Policy policy,
            Sandbox sandbox,
            SandboxSession session,
            Auditor auditor,
            Cancellation cancellation,
            AttemptTime time,
            Clock clock,
            Path logs) {
        this.workspace = workspace;
        this.confinement = confinement;
        this.confined = new Confined(workspace.root());
        this.policy = policy;
        this.sandbox = sandbox;
        this.session = session;
        this.auditor = auditor;
        this.cancellation = cancellation;
        this.time = time;
        this.clock = clock;
        this.logs = logs;
    }

    /** Gives secrets to the commands that they are for. */
    public WorkspaceToolbox with(CommandSecrets granted) {
        secrets = granted;
        return this;
    }

    /** Asks these about calls that the rules ask about. */
    public WorkspaceToolbox with(Approvals asked) {
        approvals = asked;
        return this;
    }

    /** Repository-relative paths that the edit tool wrote or deleted so far, sorted. */
    public Collection<String> edited() {
        synchronized (edited) {
            return List.copyOf(edited);
        }
    }

    @Override
    public Path root() {
        return workspace.root();
    }

    @Override
    public boolean canExecute() {
        return sandbox.executesRepositoryCode();
    }

    @Override
    public String noSandboxReason() {
        return sandbox.refusal();
    }

    @Override
    public boolean hasProgram(String name) {
        return session.hasProgram(name);
    }

    @Override
    public List<String> files(String... globs) throws ToolDenied {
        ToolCall call = begin("search", Map.of("globs", String.join(" ", globs)));
        call.require(policy.judge(Call.ofTool("search")));
        return call.run(() -> {
            List<Glob> patterns = Arrays.stream(globs).map(Glob::path).toList();
            Git.Result listed;
            try {
                listed = workspace
                        .git()
                        .run(
                                root(),
                                remaining(Duration.ofMinutes(5)),
                                cancellation,
                                List.of(
                                        "ls-files",
                                        "-z",
                                        "--cached",
                                        "--others",
                                        "--exclude-standard",
                                        "--deduplicate"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancellation.CancelledException("interrupted");
            }
            cancellation.check();
            if (!listed.ok()) {
                throw new IOException("git ls-files failed: " + listed.text().strip());
            }
            List<String> found = new ArrayList<>();
            for (String path : new LinkedHashSet<>(List.of(listed.text().split("\0")))) {
                boolean wanted = !path.isEmpty()
                        && (patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(path)));
                if (wanted && isPlainFile(path)) {
                    found.add(path);
                }
            }
            Collections.sort(found);
            call.arguments.put("found", Integer.toString(found.size()));
            return found;
        });
    }

    /** A regular file that is reached without a link. */
    private boolean isPlainFile(String path) {
        try {
            return Files.isRegularFile(root().resolve(path), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            return false; // A name that Java cannot express cannot be read by a playbook either.
        }
    }

    @Override
    public String read(String path) throws ToolDenied {
        ToolCall call = begin("read", Map.of("path", path));
        Place place = call.place(path, false);
        call.require(policy.judge(Call.onPath("read", place.relative())));
        return call.run(() -> {
            byte[] content = readFile(place, MAX_READ_BYTES);
            call.read(place.relative());
            call.output(content);
            return SecretMasker.maskRegistered(new String(content, StandardCharsets.UTF_8));
        });
    }

    @Override
    public void readAll(List<String> paths, long maxBytes, FileConsumer each) throws ToolDenied, InterruptedException {
        ToolCall call =
                begin("read", Map.of("paths", Integer.toString(paths.size()), "maxBytes", Long.toString(maxBytes)));
        List<Place> places = new ArrayList<>(paths.size());
        Map<String, String> refused = new LinkedHashMap<>();
        Judgement denial = null;
        for (String path : paths) {
            Judgement judged;
            try {
                Place place = confined.forReading(path);
                judged = policy.judge(Call.onPath("read", place.relative()));
                if (judged.allowed()) {
                    places.add(place);
                    call.judgement = judged;
                    continue;
                }
            } catch (Escape e) {
                judged = new Judgement(Verdict.DENY, e.rule(), e.reason());
            }
            refused.put(path, judged.reason());
            denial = judged;
        }
        if (places.isEmpty()) {
            call.require(denial == null ? policy.judge(Call.onPath("read", "")) : denial);
        }
        if (!refused.isEmpty()) {
            call.arguments.put("denied", String.join(", ", refused.keySet()));
        }
        refused.forEach(each::denied);
        call.act(() -> {
            for (Place place : places) {
                cancellation.check();
                readOne(call, place, maxBytes, each);
            }
        });
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped while reading files");
        }
    }

    private void readOne(ToolCall call, Place place, long maxBytes, FileConsumer each) throws IOException {
        if (!Files.isRegularFile(place.file())) {
            each.denied(place.relative(), "there is no regular file of this name any more");
            return;
        }
        long size = Files.size(place.file());
        if (size > maxBytes) {
            each.tooLarge(place.relative(), size);
            return;
        }
        byte[] content = readFile(place, maxBytes);
        call.read(place.relative());
        call.output(content);
        each.accept(place.relative(), content);
    }

    private byte[] readFile(Place place, long maxBytes) throws IOException {
        if (!Files.isRegularFile(place.file())) {
            throw new NoSuchFileException(
                    place.relative(), null, "there is no regular file of this name in the workspace");
        }
        long size = Files.size(place.file());
        if (size > maxBytes) {
            throw new IOException(
                    place.relative() + " has " + size + " bytes, more than the " + maxBytes + " that can be read");
        }
        // A link that stays inside was resolved before; opening refuses one that was put there since.
        Path real = place.file().toRealPath();
        try (var in = Files.newInputStream(real, READ)) {
            return in.readAllBytes();
        }
    }

    @Override
    public void write(String path, String text) throws ToolDenied {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        ToolCall call = begin("edit", Map.of("path", path, "bytes", Integer.toString(content.length)));
        Place place = call.place(path, true);
        call.preview = () -> Preview.ofEdit(place.relative(), place.file(), text);
        call.require(policy.judge(Call.onPath("edit", place.relative())));
        call.act(() -> {
            Path parent = place.file().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.write(place.file(), content, WRITE);
            edited.add(place.relative());
            call.written(place.relative());
            call.output(content);
        });
    }

    @Override
    public void delete(String path) throws ToolDenied {
        ToolCall call = begin("edit", Map.of("path", path, "delete", "true"));
        Place place = call.place(path, true);
        call.preview = () -> Preview.ofEdit(place.relative(), place.file(), "");
        call.require(policy.judge(Call.onPath("edit", place.relative())));
        call.act(() -> {
            if (Files.isDirectory(place.file(), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(place.relative() + " is a directory; delete its files");
            }
            if (Files.deleteIfExists(place.file())) {
                edited.add(place.relative());
                call.written(place.relative());
            }
        });
    }

    @Override
    public CommandResult git(String... arguments) throws ToolDenied, InterruptedException {
        List<String> words = List.of(arguments);
        ToolCall call = begin("git", Map.of("argv", "git " + String.join(" ", SecretMasker.maskWords(words))));
        Optional<String> problem = GitArguments.problem(words, List.of(root(), confinement.scratch()));
        if (problem.isPresent()) {
            call.require(new Judgement(Verdict.DENY, GitArguments.RULE, problem.get()));
        }
        call.require(policy.judge(Call.ofCommand("git", words)));
        return call.runCommand(() -> {
            Git.Result result = workspace.git().run(root(), remaining(Duration.ofMinutes(10)), cancellation, words);
            return result(call, result.end(), result.exitCode(), result.log(), result.wall());
        });
    }

    @Override
    public CommandResult run(CommandRequest request) throws ToolDenied, InterruptedException {
        return command("run", request);
    }

    @Override
    public CommandResult test(CommandRequest request) throws ToolDenied, InterruptedException {
        return command("test", request);
    }

    @Override
    public Set<String> offered() {
        return policy.tools();
    }

    @Override
    public String outside(
            String tool, @Nullable String host, List<String> words, Map<String, String> arguments, OutsideCall body)
            throws ToolDenied, InterruptedException {
        ToolCall call = begin(tool, arguments);
        call.require(policy.judge(new Call(tool, null, words, host, null)));
        List<InterruptedException> interrupted = new ArrayList<>(1);
        String text = call.run(() -> {
            try {
                String given = body.run();
                call.output(given.getBytes(StandardCharsets.UTF_8));
                return given;
            } catch (InterruptedException e) {
                call.failure = failure("CANCELLED", "the attempt was stopped");
                interrupted.add(e);
                return "";
            }
        });
        cancellation.check();
        if (!interrupted.isEmpty()) {
            throw interrupted.get(0);
        }
        return text;
    }

    private CommandResult command(String tool, CommandRequest request) throws ToolDenied, InterruptedException {
        if (request.argv().isEmpty()) {
            throw new IllegalArgumentException("argv is empty; it needs at least the program");
        }
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("argv", String.join(" ", SecretMasker.maskWords(request.argv())));
        arguments.put("directory", request.directory());
        arguments.put("timeoutMs", Long.toString(request.timeout().toMillis()));
        arguments.put("sandbox", sandbox.name());
        SecretMasker.maskVariables(request.environment()).forEach((name, value) -> arguments.put("env." + name, value));
        List<String> granted = secrets.namesFor(request.argv());
        if (!granted.isEmpty()) {
            arguments.put("secrets", String.join(" ", granted));
        }
        ToolCall call = begin(tool, arguments);
        Place directory = call.place(request.directory(), false);
        call.require(policy.judge(Call.ofCommand(tool, request.argv())));
        if (request.executesRepositoryCode() && !sandbox.executesRepositoryCode()) {
            call.require(new Judgement(
                    Verdict.DENY, "sandbox:" + sandbox.name(), sandbox.refusal() + "; " + NO_SANDBOX_REMEDY));
        }
        return call.runCommand(() -> execute(call, request, directory));
    }

    private CommandResult execute(ToolCall call, CommandRequest request, Place directory)
            throws IOException, InterruptedException {
        Path log = logs.resolve("command-" + commands.incrementAndGet() + ".log");
        String program = request.argv().get(0);
        if (!program.contains("/") && !session.hasProgram(program)) {
            Files.writeString(log, program + ": not found " + session.programsAre() + "\n");
            return result(call, End.EXITED, 127, log, Duration.ZERO);
        }
        Map<String, String> environment = new LinkedHashMap<>(request.environment());
        Map<String, String> secret = secrets.valuesFor(request.argv());
        environment.putAll(secret);
        SandboxedCommand command = new SandboxedCommand(
                request.argv(),
                directory.file().toRealPath(),
                environment,
                request.caches(),
                request.readOnly(),
                secret.keySet());
        boolean exclusive = !request.caches().isEmpty();
        if (exclusive) {
            cacheLock.lockInterruptibly();
        }
        try {
            Execution execution = session.execute(command, remaining(request.timeout()), cancellation, log);
            return result(call, execution.end(), execution.exitCode(), log, execution.wall());
        } finally {
            if (exclusive) {
                cacheLock.unlock();
            }
        }
    }

    private CommandResult result(ToolCall call, End end, int exitCode, Path log, Duration wall) throws IOException {
        SecretLiterals.maskFile(log);
        OutputSummary summary = OutputSummary.of(log);
        call.exitCode = exitCode;
        call.outputSha256 = summary.sha256();
        call.outputBytes = summary.bytes();
        if (end == End.TIMED_OUT) {
            call.failure = failure("TIMED_OUT", "the command was ended after " + wall.toSeconds() + " s");
        } else if (end == End.TOO_MUCH_OUTPUT) {
            call.failure =
                    failure("TOO_MUCH_OUTPUT", "the command was ended after " + summary.bytes() + " bytes of output");
        } else if (end == End.TOO_MUCH_DISK) {
            call.failure = failure("TOO_MUCH_DISK", "the command was ended when it had filled the disk it was given");
        }
        return new CommandResult(exitCode, end == End.TIMED_OUT, summary.text(), log, wall);
    }

    private Duration remaining(Duration wanted) {
        Duration left = Duration.between(clock.instant(), time.end());
        Duration shorter = left.compareTo(wanted) < 0 ? left : wanted;
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }

    private static Failure failure(String code, String message) {
        return Failure.newBuilder()
                .setFailureClass(FailureClass.UNKNOWN)
                .setCode(code)
                .setMessage(SecretMasker.mask(message))
                .build();
    }

    private ToolCall begin(String tool, Map<String, String> arguments) {
        cancellation.check();
        return new ToolCall(tool, new LinkedHashMap<>(arguments), auditor.now());
    }

    /** The body of a call. */
    private interface Body<T> {
        T run() throws IOException;
    }

    /** The body of a call that has nothing to return. */
    private interface Action {
        void run() throws IOException;
    }

    /** The body of a call that may be interrupted. */
    private interface CommandBody {
        CommandResult run() throws IOException, InterruptedException;
    }

    /** One call on its way to its one audit event. */
    private final class ToolCall {

        private final String tool;
        private final Map<String, String> arguments;
        private final Instant at;
        private final long begun = System.nanoTime();
        private final List<String> read = new ArrayList<>();
        private final List<String> written = new ArrayList<>();
        private final OutputSummary.Digest digest = new OutputSummary.Digest();
        private Judgement judgement = new Judgement(Verdict.DENY, Judgement.NOTHING_MATCHED, "not judged");
        private @Nullable Integer exitCode;
        private @Nullable String outputSha256;
        private long outputBytes;
        private @Nullable Failure failure;
        private Supplier<String> preview;

        ToolCall(String tool, Map<String, String> arguments, Instant at) {
            this.tool = tool;
            this.arguments = arguments;
            this.at = at;
            this.preview = () -> arguments.getOrDefault("argv", arguments.toString());
        }

        Place place(String path, boolean writing) throws ToolDenied {
            try {
                return writing ? confined.forWriting(path) : confined.forReading(path);
            } catch (Escape e) {
                throw denied(new Judgement(Verdict.DENY, e.rule(), e.reason()));
            }
        }

        /** Lets the call go on when it was allowed; else audits it and ends it. */
        void require(Judgement judged) throws ToolDenied {
            judgement = judged;
            if (judged.verdict() == Verdict.ASK && ask(judged)) {
                return;
            }
            if (!judged.allowed()) {
                throw denied(judgement);
            }
        }

        /** Asks, and keeps the answer with the judgement: both stand in the audit event. */
        private boolean ask(Judgement judged) {
            Map<String, String> masked = new LinkedHashMap<>();
            arguments.forEach((name, value) -> masked.put(name, SecretMasker.mask(value)));
            Approvals.Answer answer;
            try {
                answer = approvals.ask(
                        new Approvals.ApprovalQuestion(
                                tool,
                                masked,
                                SecretMasker.mask(preview.get()),
                                judged.rule(),
                                SecretMasker.mask(judged.reason())),
                        cancellation);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancellation.CancelledException("interrupted while it asked for an approval");
            }
            arguments.put("approval", answer.words());
            judgement = new Judgement(Verdict.ASK, judged.rule(), judged.reason() + " (" + answer.words() + ")");
            return answer.approved();
        }

        private ToolDenied denied(Judgement judged) {
            auditor.invocation(tool, arguments, judged, at, Effect.NONE);
            return new ToolDenied(
                    judged.rule(), tool + " was denied by rule " + judged.rule() + ": " + judged.reason());
        }

        void read(String path) {
            if (read.size() < Auditor.MAX_PATHS) {
                read.add(path);
            }
        }

        void written(String path) {
            written.add(path);
        }

        void output(byte[] content) {
            digest.update(content);
            outputBytes += content.length;
        }

        <T> T run(Body<T> body) {
            try {
                T value = body.run();
                if (outputBytes > 0) {
                    outputSha256 = digest.hex();
                }
                return value;
            } catch (IOException e) {
                failure = failure("IO", e.toString());
                throw new UncheckedIOException(e.getMessage(), e);
            } finally {
                audit();
            }
        }

        void act(Action action) {
            boolean done = run(() -> {
                action.run();
                return true;
            });
            assert done;
        }

        CommandResult runCommand(CommandBody body) throws InterruptedException {
            CommandResult value;
            try {
                value = body.run();
                if (cancellation.isCancelled()) {
                    failure = failure("CANCELLED", "the attempt was stopped: " + cancellation.reason());
                }
            } catch (IOException e) {
                failure = failure("IO", e.toString());
                throw new UncheckedIOException(e.getMessage(), e);
            } catch (SandboxFailedException e) {
                failure = failure("SANDBOX_FAILED", String.valueOf(e.getMessage()));
                throw e;
            } catch (SecretException e) {
                failure = e.failure();
                throw e;
            } catch (InterruptedException e) {
                failure = failure("CANCELLED", "the attempt was stopped");
                throw e;
            } finally {
                audit();
            }
            cancellation.check();
            return value;
        }

        private void audit() {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            auditor.invocation(
                    tool,
                    arguments,
                    judgement,
                    at,
                    new Effect(took, exitCode, outputSha256, outputBytes, read, written, failure));
        }
    }
}
