package io.sweaifleet.agent.run;

import io.sweaifleet.agent.artifact.FileArtifactStore;
import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.chat.ChatBrains;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.policy.AgentSecrets;
import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.offer.OfferedSandboxes;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.Dependency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a playbook as the worker would: a real clone, the real tools, policy, sandbox and artifact store, and no broker.
 *
 * <pre>{@code
 * PlaybookHarness.Run run = PlaybookHarness.run(new MapDependencies(), repository, Map.of());
 * assertThat(run.findings()).isEmpty();
 * }</pre>
 *
 * <p>The role allows every tool unless another one is given with {@link #withRole}. The sandbox is bubblewrap where it
 * works, else none, unless another is chosen with {@link #withSandbox}.
 */
public final class PlaybookHarness {

    private static final List<String> ALL_TOOLS = List.of("read", "search", "edit", "run", "test", "git");

    private Function<Path, OfferedSandboxes> sandboxes = sandboxOf(Sandboxes.Choice.AUTO);
    private @Nullable RoleDefinition role;
    private Duration timeout = Duration.ofMinutes(5);
    private @Nullable String baseRef;
    private List<Dependency> dependencies = List.of();
    private Cancellation cancellation = new Cancellation();
    private HostEnvironment host = HostEnvironment.detect();
    private AgentLimits limits = AgentLimits.DEFAULT;
    private @Nullable ChatBrains chat;
    private @Nullable String instructions;
    private @Nullable Budget budget;
    private AgentSecrets secrets = AgentSecrets.NONE;
    private @Nullable Function<ApprovalRequest, ApprovalAnswer> answers;

    /** A harness with the settings above. */
    public static PlaybookHarness create() {
        return new PlaybookHarness();
    }

    /** Runs a playbook on a repository (path or URL), or on none with null, in a harness with the settings above. */
    public static Run run(Playbook playbook, @Nullable Path repository, Map<String, String> inputs) {
        return create().on(playbook, repository == null ? null : repository.toString(), inputs);
    }

    public PlaybookHarness withSandbox(Sandboxes.Choice choice) {
        sandboxes = sandboxOf(choice);
        return this;
    }

    /** Sandboxes made for the work directory; they are closed with the runtime. */
    public PlaybookHarness withSandboxes(Function<Path, OfferedSandboxes> made) {
        sandboxes = made;
        return this;
    }

    private Function<Path, OfferedSandboxes> sandboxOf(Sandboxes.Choice choice) {
        return work -> OfferedSandboxes.only(Sandboxes.select(choice, host, work));
    }

    public PlaybookHarness withRole(RoleDefinition definition) {
        role = definition;
        return this;
    }

    public PlaybookHarness withTimeout(Duration time) {
        timeout = time;
        return this;
    }

    public PlaybookHarness withBaseRef(String ref) {
        baseRef = ref;
        return this;
    }

    public PlaybookHarness withDependencies(List<Dependency> ended) {
        dependencies = ended;
        return this;
    }

    public PlaybookHarness withCancellation(Cancellation given) {
        cancellation = given;
        return this;
    }

    public PlaybookHarness withHost(HostEnvironment given) {
        host = given;
        return this;
    }

    public PlaybookHarness withLimits(AgentLimits given) {
        limits = given;
        return this;
    }

    /** Chat models for tasks of kind agent.do; closed with the runtime. */
    public PlaybookHarness withChat(ChatBrains given) {
        chat = given;
        return this;
    }

    public PlaybookHarness withInstructions(String text) {
        instructions = text;
        return this;
    }

    public PlaybookHarness withBudget(Budget given) {
        budget = given;
        return this;
    }

    public PlaybookHarness withSecrets(AgentSecrets given) {
        secrets = given;
        return this;
    }

    /** Somebody who answers what the role's rules ask. */
    public PlaybookHarness withAnswers(Function<ApprovalRequest, ApprovalAnswer> given) {
        answers = given;
        return this;
    }

    /** Runs a playbook. */
    public Run on(Playbook playbook, @Nullable String repository, Map<String, String> inputs) {
        RoleDefinition definition = role == null ? permissiveRole(List.of(playbook.kind())) : role;
        return on(List.of(playbook), playbook.kind(), definition, repository, inputs);
    }

    /** Runs a kind with these playbooks installed. */
    public Run on(
            Collection<? extends Playbook> installed,
            String kind,
            RoleDefinition definition,
            @Nullable String repository,
            Map<String, String> inputs) {
        try {
            Path data = Files.createTempDirectory("fleet-harness-");
            try {
                return in(data, installed, kind, definition, repository, inputs);
            } finally {
                Folders.delete(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Run in(
            Path data,
            Collection<? extends Playbook> installed,
            String kind,
            RoleDefinition definition,
            @Nullable String repository,
            Map<String, String> inputs)
            throws IOException {
        Path work = data.resolve("work");
        FileArtifactStore store = FileArtifactStore.open(data.resolve("artifacts"));
        OfferedSandboxes chosen = sandboxes.apply(work);
        RecordingReporter reporter = new RecordingReporter();
        if (answers != null) {
            reporter.answering(answers);
        }
        String id = "t-" + UUID.randomUUID().toString().substring(0, 8);
        Assignment assignment = Assignment.newBuilder()
                .setLeaseId("lease-" + id)
                .setTenant("default")
                .setWorkflowId("wf-1")
                .setTaskId(id)
                .setAttempt(1)
                .setKind(kind)
                .setRole(definition.getRole())
                .setTitle("")
                .setInstructions(instructions)
                .setBudget(budget)
                .setRepository(repository)
                .setBaseRef(baseRef)
                .setInputs(inputs)
                .setDependencies(dependencies)
                .setTimeoutMs(timeout.toMillis())
                .setLeaseMs(30_000)
                .build();
        Attempt attempt =
                new Attempt("default", "worker-1", 1, "agent-1", assignment, definition, cancellation, reporter);
        AttemptEnd end;
        try (AgentRuntime runtime =
                AgentRuntime.of(brains(installed), chosen, host, store, work, limits, Clock.systemUTC(), secrets)) {
            end = runtime.run(attempt);
        }
        return new Run(end, reporter, contents(store, end), namesIn(work));
    }

    private Brains brains(Collection<? extends Playbook> installed) {
        return chat == null ? Brains.of(Playbooks.of(installed)) : new Brains(Playbooks.of(installed), chat);
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }

    private static Map<String, byte[]> contents(FileArtifactStore store, AttemptEnd end) throws IOException {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        TaskResult result = end.result();
        if (result != null) {
            for (ArtifactRef ref : result.getArtifacts()) {
                contents.put(ref.getName(), store.read(ref));
            }
        }
        return contents;
    }

    /** A role that allows every tool, and these kinds. */
    public static RoleDefinition permissiveRole(List<String> kinds) {
        return role("tester", kinds, List.of(rule("allow-all", RuleEffect.ALLOW, "*", null, List.of())));
    }

    /** A role with all tools and these rules. */
    public static RoleDefinition role(String name, List<String> kinds, List<PolicyRule> rules) {
        return RoleDefinition.newBuilder()
                .setRole(name)
                .setVersion(1)
                .setTools(ALL_TOOLS)
                .setRules(rules)
                .setPlaybooks(kinds)
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }

    /** A rule. */
    public static PolicyRule rule(
            String name, RuleEffect effect, String tool, @Nullable String path, List<String> argv) {
        return PolicyRule.newBuilder()
                .setName(name)
                .setEffect(effect)
                .setTool(tool)
                .setPath(path)
                .setArgv(argv)
                .build();
    }

    /**
     * What came of it.
     *
     * @param contents bytes of every artifact, by name
     * @param leftInWork names in the work directory once the runtime was closed; nothing may be left there
     */
    public record Run(
            AttemptEnd end, RecordingReporter reporter, Map<String, byte[]> contents, List<String> leftInWork) {

        public AttemptEnd.Status status() {
            return end.status();
        }

        /** The result; an assertion error when there is none. */
        public TaskResult result() {
            if (end.result() == null) {
                throw new AssertionError("the attempt has no result: " + end);
            }
            return end.result();
        }

        /** The failure; an assertion error when it succeeded. */
        public Failure failure() {
            if (end.failure() == null) {
                throw new AssertionError("the attempt succeeded: " + end);
            }
            return end.failure();
        }

        public List<Finding> findings() {
            return result().getFindings();
        }

        public List<SkippedStep> skipped() {
            return result().getSkipped();
        }

        public Map<String, String> outputs() {
            return result().getOutputs();
        }

        public List<KnowledgeFact> facts() {
            return reporter.facts();
        }

        public List<AuditEvent> audit() {
            return reporter.audit();
        }

        public List<String> steps() {
            return reporter.steps();
        }

        /** Text of an artifact; an assertion error when there is none of that name. */
        public String text(String artifact) {
            byte[] content = contents.get(artifact);
            if (content == null) {
                throw new AssertionError("no artifact " + artifact + " among " + contents.keySet());
            }
            return new String(content, StandardCharsets.UTF_8);
        }
    }
}
