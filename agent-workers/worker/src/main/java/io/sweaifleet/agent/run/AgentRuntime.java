package io.sweaifleet.agent.run;

import io.sweaifleet.agent.artifact.ArtifactStore;
import io.sweaifleet.agent.artifact.FileArtifactStore;
import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.attempt.AttemptTime;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Cancellation.CancelledException;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.brain.Brain;
import io.sweaifleet.agent.brain.BrainResult;
import io.sweaifleet.agent.brain.chat.ChatBrains;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.policy.AgentSecrets;
import io.sweaifleet.agent.policy.CommandSecrets;
import io.sweaifleet.agent.policy.SecretException;
import io.sweaifleet.agent.policy.SecretLiterals;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.sandbox.CommandExecutor;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandbox;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxRequest;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.offer.OfferedSandboxes;
import io.sweaifleet.agent.tool.Auditor;
import io.sweaifleet.agent.tool.WorkspaceToolbox;
import io.sweaifleet.agent.workspace.Git;
import io.sweaifleet.agent.workspace.Opening;
import io.sweaifleet.agent.workspace.Workspace;
import io.sweaifleet.agent.workspace.WorkspaceRequest;
import io.sweaifleet.agent.workspace.Workspaces;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.policy.Policy;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs attempts: opens the workspace, lets the kind's brain work on it, and turns what it reported and changed into a
 * result. Whatever goes wrong with the work is a value of the returned end, with a cause a person can act on; nothing of
 * an attempt stays behind but its artifacts, which are durable before the end is returned. Thread-safe.
 */
public final class AgentRuntime implements AttemptRunner, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AgentRuntime.class);

    private final Brains brains;
    private final OfferedSandboxes sandboxes;
    private final ArtifactStore store;
    private final WorkDirectory work;
    private final AgentLimits limits;
    private final CommandExecutor executor;
    private final Workspaces workspaces;
    private final Watchdog watchdog;
    private final Clock clock;
    private final AgentSecrets secrets;

    private AgentRuntime(
            Brains brains,
            OfferedSandboxes sandboxes,
            HostEnvironment host,
            ArtifactStore store,
            WorkDirectory work,
            AgentLimits limits,
            Clock clock,
            AgentSecrets secrets) {
        this.brains = brains;
        this.sandboxes = sandboxes;
        this.secrets = secrets;
        this.store = store;
        this.work = work;
        this.limits = limits;
        this.clock = clock;
        this.executor = new CommandExecutor(host, limits.maxOutputBytes());
        this.workspaces = new Workspaces(host, executor, limits.cloneTimeout());
        this.watchdog = new Watchdog();
    }

    /**
     * The runtime that the settings describe, with every playbook on the class path.
     *
     * @throws SandboxUnavailableException when the operator asked for a sandbox by name that does not work here
     * @throws IOException when the work directory or the artifact store cannot be used
     */
    public static AgentRuntime create(Settings settings) throws IOException {
        HostEnvironment host = HostEnvironment.detect();
        Path workDirectory = settings.get(AgentSettings.WORK_DIR);
        return of(
                new Brains(Playbooks.installed(), ChatBrains.of(settings, Clock.systemUTC())),
                OfferedSandboxes.probe(settings, host, workDirectory),
                host,
                FileArtifactStore.open(AgentSettings.artifacts(settings)),
                workDirectory,
                AgentSettings.limits(settings),
                Clock.systemUTC(),
                new AgentSecrets(settings.get(FleetSettings.DATA_DIR), System.getenv()));
    }

    /** A runtime from its parts, with playbooks alone. */
    public static AgentRuntime of(
            Playbooks playbooks,
            Sandbox sandbox,
            HostEnvironment host,
            ArtifactStore store,
            Path workDirectory,
            AgentLimits limits,
            Clock clock)
            throws IOException {
        return of(Brains.of(playbooks), sandbox, host, store, workDirectory, limits, clock, AgentSecrets.NONE);
    }

    /**
     * As above, with other brains than playbooks, which are closed with the runtime.
     *
     * @param secrets what roles may grant to commands
     */
    public static AgentRuntime of(
            Brains brains,
            Sandbox sandbox,
            HostEnvironment host,
            ArtifactStore store,
            Path workDirectory,
            AgentLimits limits,
            Clock clock,
            AgentSecrets secrets)
            throws IOException {
        return of(brains, OfferedSandboxes.only(sandbox), host, store, workDirectory, limits, clock, secrets);
    }

    /** As above, with several sandboxes, which are closed with the runtime. */
    public static AgentRuntime of(
            Brains brains,
            OfferedSandboxes sandboxes,
            HostEnvironment host,
            ArtifactStore store,
            Path workDirectory,
            AgentLimits limits,
            Clock clock,
            AgentSecrets secrets)
            throws IOException {
        WorkDirectory work = WorkDirectory.open(workDirectory);
        sandboxes.sweep(work.root());
        return new AgentRuntime(brains, sandboxes, host, store, work, limits, clock, secrets);
    }

    /** Kinds of task that can be done here, sorted. */
    public Collection<String> kinds() {
        return brains.kinds();
    }

    /** Where commands of roles that name no sandbox run. */
    public Sandbox sandbox() {
        return sandboxes.standard();
    }

    @Override
    public List<String> capabilities() {
        return sandboxes.capabilities();
    }

    @Override
    public void close() {
        watchdog.close();
        brains.close();
        work.close();
        sandboxes.close();
    }

    @Override
    public AttemptEnd run(Attempt attempt) {
        Assignment assignment = attempt.assignment();
        Brains.Choice choice = brains.choose(attempt);
        Brain brain = choice.brain();
        if (brain == null) {
            return new AttemptEnd(AttemptEnd.Status.FAILED, null, choice.refusal(), choice.stamp());
        }
        Instant begun = clock.instant();
        Freeze freeze = attempt.cancellation().freeze();
        AttemptTime time =
                new AttemptTime(freeze, begun, Duration.ofMillis(assignment.getTimeoutMs()), assignment.getDeadline());
        Cancellation cancellation = new Cancellation(freeze);
        try (Cancellation.Registration ignored = attempt.cancellation()
                        .onCancel(() -> cancellation.cancel(reasonOf(attempt.cancellation()), clock.instant()));
                Watchdog.Watch watch = watchdog.watch(cancellation, time, clock)) {
            return new Run(attempt, brain, begun, time, cancellation, watch).end();
        }
    }

    private static String reasonOf(Cancellation cancellation) {
        String reason = cancellation.reason();
        return reason == null ? "cancelled" : reason;
    }

    /** One attempt under way. */
    private final class Run implements AttemptContext.Site {

        private final Attempt attempt;
        private final Assignment assignment;
        private final Brain brain;
        private final Instant begun;
        private final AttemptTime time;
        private final Cancellation cancellation;
        private final Watchdog.Watch watch;
        private final Collector collector;
        private final Spending spending = new Spending();
        private Sandbox sandbox = sandboxes.standard();
        private @Nullable Path lease;
        private @Nullable Workspace workspace;
        private @Nullable SandboxSession session;
        private @Nullable WorkspaceToolbox toolbox;
        private @Nullable Auditor auditor;

        Run(
                Attempt attempt,
                Brain brain,
                Instant begun,
                AttemptTime time,
                Cancellation cancellation,
                Watchdog.Watch watch) {
            this.attempt = attempt;
            this.assignment = attempt.assignment();
            this.brain = brain;
            this.begun = begun;
            this.time = time;
            this.cancellation = cancellation;
            this.watch = watch;
            this.collector = new Collector(store, limits);
        }

        AttemptEnd end() {
            try {
                return work();
            } catch (CancelledException | InterruptedException e) {
                return stopped();
            } catch (IOException e) {
                // An interrupt closes the file that is being written.
                return cancellation.isCancelled() ? stopped() : failed(broken(e));
            } catch (RuntimeException | Error e) {
                if (cancellation.isCancelled()) {
                    return stopped(); // An interrupted file operation throws whatever it likes.
                }
                if (e instanceof SecretException secret) {
                    return failed(secret.failure());
                }
                if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
                    throw e; // Out of memory concerns the whole worker, not this attempt alone.
                }
                return failed(sandboxFailureIn(e).or(() -> diskFullIn(e)).orElseGet(() -> threw(e)));
            } finally {
                // From here on nobody interrupts this thread, and the next attempt starts with a clean flag.
                watch.close();
                if (session != null) {
                    session.close();
                }
                if (lease != null) {
                    Folders.deleteQuietly(lease);
                }
            }
        }

        private AttemptEnd work() throws IOException, InterruptedException {
            if (brain.needsWorkspace()) {
                Optional<Failure> missing = chooseSandbox();
                if (missing.isPresent()) {
                    return failed(missing.get());
                }
                Optional<Failure> refused = openWorkspace();
                if (refused.isPresent()) {
                    return failed(refused.get());
                }
            }
            Auditor audit = new Auditor(attempt, brain::stamp, repository(), clock);
            auditor = audit;
            if (workspace != null) {
                toolbox = tools(workspace, audit);
            }
            AttemptContext context =
                    new AttemptContext(attempt, this, time, cancellation, brain::stamp, audit, collector, clock);
            BrainResult result;
            try {
                result = brain.run(context);
            } catch (PlaybookFailure e) {
                cancellation.check();
                return new AttemptEnd(
                        e.skipped() ? AttemptEnd.Status.SKIPPED : AttemptEnd.Status.FAILED,
                        result(e.failure().getMessage(), Map.of(), Optional.empty()),
                        masked(e.failure()),
                        brain.stamp());
            }
            cancellation.check();
            Optional<Workspace.Changes> changes = finish();
            Map<String, String> outputs = collector.boundedOutputs(result.outputs());
            if (workspace != null && !collector.hasArtifact("report.json")) {
                collector.artifact(
                        "report.json",
                        "report",
                        "application/json",
                        PlainReport.json(
                                assignment, result.summary(), outputs, collector.findings(), collector.skipped()));
            }
            cancellation.check();
            Failure failure = result.failure();
            if (failure != null) {
                // What it changed is there to look at, and no branch is made of it.
                return new AttemptEnd(
                        AttemptEnd.Status.FAILED,
                        result(result.summary(), outputs, Optional.empty()),
                        masked(failure),
                        brain.stamp());
            }
            return new AttemptEnd(
                    AttemptEnd.Status.SUCCEEDED, result(result.summary(), outputs, changes), null, brain.stamp());
        }

        /** The sandbox that the role names, or why this worker does not have it. */
        private Optional<Failure> chooseSandbox() {
            try {
                sandbox = sandboxes.named(attempt.role().getSandbox());
                return Optional.empty();
            } catch (SandboxUnavailableException e) {
                return Optional.of(Failure.newBuilder()
                        .setFailureClass(FailureClass.ENVIRONMENT)
                        .setCode("SANDBOX_MISSING")
                        .setMessage("role " + attempt.role().getRole() + " works in a sandbox that is not here: "
                                + e.getMessage())
                        .setRemedy("set the sandbox up for this worker and start it again, let the task require the"
                                + " capability sandbox-" + attempt.role().getSandbox()
                                + " of another worker, or name another sandbox in the role")
                        .setField("sandbox")
                        .setValue(attempt.role().getSandbox())
                        .build());
            }
        }

        private Optional<Failure> openWorkspace() throws IOException, InterruptedException {
            String source = assignment.getRepository();
            if (source == null || source.isBlank()) {
                return Optional.of(Failure.newBuilder()
                        .setFailureClass(FailureClass.PERMANENT)
                        .setCode("REPOSITORY_MISSING")
                        .setMessage(
                                "the kind " + assignment.getKind() + " works on a repository, and the task names none")
                        .setRemedy("give the task or its workflow a repository: an absolute path or a URL")
                        .setField("repository")
                        .build());
            }
            attempt.reporter().progress("cloning the repository");
            String branch = "fleet/" + attempt.pool() + "/" + assignment.getTaskId();
            WorkspaceRequest request = new WorkspaceRequest(source, assignment.getBaseRef(), branch, leaseFolder());
            Opening opening = workspaces.open(request, "SWE AI Fleet (" + assignment.getRole() + ")", cancellation);
            if (opening instanceof Opening.Refused refused) {
                return Optional.of(refused.failure());
            }
            Workspace opened = ((Opening.Opened) opening).workspace();
            opened.notices().forEach(collector::skip);
            workspace = opened;
            return Optional.empty();
        }

        private WorkspaceToolbox tools(Workspace opened, Auditor audit) throws IOException {
            Path folder = leaseFolder();
            Confinement confinement =
                    new Confinement(folder, opened.root(), scratch(), attempt.pool() + "/" + assignment.getTaskId());
            Files.createDirectories(scratch());
            SandboxSession opening =
                    sandbox.open(new SandboxRequest(confinement, attempt.role().getImage(), limits.maxOutputBytes()));
            session = opening;
            return new WorkspaceToolbox(
                            opened,
                            confinement,
                            Policy.of(attempt.role()).in(repository()),
                            sandbox,
                            opening,
                            audit,
                            cancellation,
                            time,
                            clock,
                            Files.createDirectories(folder.resolve("logs")))
                    .with(CommandSecrets.of(attempt.role(), secrets))
                    .with(new AttemptApprovals(attempt, time, limits.approvalPatience(), clock));
        }

        /** Commits what is left, and puts the finished branch into the store before anybody hears of it. */
        private Optional<Workspace.Changes> finish() throws IOException, InterruptedException {
            if (workspace == null || toolbox == null) {
                return Optional.empty();
            }
            String title = assignment.getTitle().isBlank() ? assignment.getKind() : assignment.getTitle();
            String message = Collector.bounded(title) + "\n\nTask: " + attempt.pool() + "/" + assignment.getTaskId()
                    + "\n" + "Role: " + assignment.getRole() + "\n";
            Path output = Files.createDirectories(leaseFolder().resolve("branch"));
            Optional<Workspace.Changes> changes = workspace.finish(toolbox.edited(), message, output, cancellation);
            if (changes.isPresent()) {
                refuseSecrets(workspace, changes.get());
                if (!collector.hasArtifact("changes.patch")) {
                    collector.artifact(
                            "changes.patch",
                            "patch",
                            "text/x-diff",
                            changes.get().patch());
                }
                collector.artifact(
                        "branch.bundle",
                        "bundle",
                        "application/x-git-bundle",
                        changes.get().bundle());
            }
            return changes;
        }

        /** What a command was told must not leave in a commit, not even in one that a later commit takes back. */
        private void refuseSecrets(Workspace finished, Workspace.Changes changes)
                throws IOException, InterruptedException {
            if (!SecretMasker.knowsRegistered()) {
                return;
            }
            Git.Result history = finished.git()
                    .run(
                            finished.root(),
                            Duration.ofMinutes(5),
                            cancellation,
                            List.of(
                                    "log",
                                    "-p",
                                    "--text",
                                    "--no-color",
                                    "--no-ext-diff",
                                    "--no-textconv",
                                    finished.baseCommit() + ".." + changes.commit()));
            if (!history.ok() || SecretLiterals.isIn(history.log())) {
                throw new SecretException(Failure.newBuilder()
                        .setFailureClass(FailureClass.PERMANENT)
                        .setCode("SECRET_IN_CHANGES")
                        .setMessage(
                                "the commits of this attempt contain a secret that one of its commands was given, or"
                                        + " cannot be searched for one; they are not kept")
                        .setRemedy("have the command take the secret from its environment without writing it to a file"
                                + " that is committed")
                        .build());
            }
        }

        private TaskResult result(String summary, Map<String, String> outputs, Optional<Workspace.Changes> changes) {
            TaskResult.Builder result = TaskResult.newBuilder()
                    .setSummary(Collector.bounded(summary))
                    .setBrain(brain.stamp())
                    .setOutputs(outputs)
                    .setFindings(collector.inlineFindings())
                    .setFindingsTotal(collector.findingsTotal())
                    .setSkipped(collector.skipped())
                    .setArtifacts(collector.artifacts())
                    .setUsage(usage());
            if (workspace != null) {
                result.setBaseCommit(workspace.baseCommit());
                Workspace opened = workspace;
                changes.ifPresent(finished -> result.setCommit(finished.commit())
                        .setBranch(opened.branch())
                        .setPatch(finished.inlinePatch()));
            }
            return result.build();
        }

        @Override
        public Usage usage() {
            Usage.Builder usage = Usage.newBuilder()
                    .setWallMs(Duration.between(begun, clock.instant()).toMillis())
                    .setToolCalls(auditor == null ? 0 : auditor.calls());
            spending.tell(usage);
            return usage.build();
        }

        @Override
        public Spending spending() {
            return spending;
        }

        private AttemptEnd failed(Failure failure) {
            boolean nothing = auditor == null && collector.skipped().isEmpty();
            return new AttemptEnd(
                    AttemptEnd.Status.FAILED,
                    nothing ? null : result("", Map.of(), Optional.empty()),
                    masked(failure),
                    brain.stamp());
        }

        /** The attempt was stopped: by whoever asked for it, or because its time was over. */
        private AttemptEnd stopped() {
            if (!attempt.cancellation().isCancelled() && watch.isOver()) {
                return failed(Failure.newBuilder()
                        .setFailureClass(FailureClass.TRANSIENT)
                        .setCode("ATTEMPT_TIMEOUT")
                        .setMessage("the attempt was stopped after "
                                + Duration.between(begun, time.end()).toSeconds() + " s, the time it was given")
                        .setRemedy("give the task a longer attemptTimeoutMs (or deadline), or less to do")
                        .build());
            }
            Failure why = Failure.newBuilder()
                    .setFailureClass(FailureClass.PERMANENT)
                    .setCode("CANCELLED")
                    .setMessage("the attempt was stopped: " + reasonOf(attempt.cancellation()))
                    .build();
            return new AttemptEnd(
                    AttemptEnd.Status.CANCELLED,
                    auditor == null ? null : result("", Map.of(), Optional.empty()),
                    masked(why),
                    brain.stamp());
        }

        private Failure broken(IOException e) {
            return diskFullIn(e).orElseGet(() -> Failure.newBuilder()
                    .setFailureClass(FailureClass.TRANSIENT)
                    .setCode("WORKSPACE_BROKEN")
                    .setMessage("the workspace of " + assignment.getKind() + " could not be used: " + e)
                    .setRemedy("look at the worker's log; it is tried again")
                    .build());
        }

        private Failure threw(Throwable e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            log.warn(
                    "playbook {} threw in task {}/{}: {}",
                    assignment.getKind(),
                    attempt.pool(),
                    assignment.getTaskId(),
                    SecretMasker.mask(trace.toString()));
            Throwable cause = e;
            for (int depth = 0; depth < 10 && cause.getCause() != null; depth++) {
                cause = cause.getCause();
            }
            String origin = cause == e ? "" : " (caused by " + cause + ")";
            return Failure.newBuilder()
                    .setFailureClass(FailureClass.AGENT)
                    .setCode("PLAYBOOK_THREW")
                    .setMessage("the playbook " + assignment.getKind() + " threw " + e + origin)
                    .setRemedy("this is a defect of the playbook; the worker's log has the stack trace")
                    .build();
        }

        private Failure masked(Failure failure) {
            return Failure.newBuilder(failure)
                    .setMessage(Collector.bounded(failure.getMessage()))
                    .setRemedy(Collector.bounded(failure.getRemedy()))
                    .build();
        }

        private Path leaseFolder() throws IOException {
            if (lease == null) {
                lease = work.create(assignment.getLeaseId());
            }
            return lease;
        }

        @Override
        public Toolbox tools() {
            return toolbox == null ? NoTools.INSTANCE : toolbox;
        }

        @Override
        public String repository() {
            if (workspace != null) {
                return workspace.repository();
            }
            String named = assignment.getRepository();
            return named == null ? "" : SecretMasker.withoutCredentials(named);
        }

        @Override
        public String baseCommit() {
            return workspace == null ? "" : workspace.baseCommit();
        }

        @Override
        public Instant baseCommitTime() {
            return workspace == null ? begun : workspace.baseCommitTime();
        }

        @Override
        public Path scratch() throws IOException {
            return leaseFolder().resolve("scratch");
        }
    }

    /** A sandbox that does not work is the host's trouble, not the playbook's. */
    private static Optional<Failure> sandboxFailureIn(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; depth < 20 && cause != null; depth++) {
            if (cause instanceof SandboxFailedException failed) {
                return Optional.of(Failure.newBuilder()
                        .setFailureClass(FailureClass.ENVIRONMENT)
                        .setCode("SANDBOX_FAILED")
                        .setMessage(String.valueOf(failed.getMessage()))
                        .setRemedy(failed.remedy())
                        .build());
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** A full disk is the host's trouble, not the playbook's: it is named, and tried again. */
    private static Optional<Failure> diskFullIn(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; depth < 20 && cause != null; depth++) {
            String message = cause.getMessage();
            if (message != null && isDiskFull(message)) {
                return Optional.of(Failure.newBuilder()
                        .setFailureClass(FailureClass.TRANSIENT)
                        .setCode("DISK_FULL")
                        .setMessage("the worker's disk is full: " + message)
                        .setRemedy("free space on the file system of fleet.data-dir; it is tried again")
                        .build());
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static boolean isDiskFull(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("no space left on device") || lower.contains("disk quota exceeded");
    }
}
