package io.sweaifleet.agent.tool;

import static io.sweaifleet.agent.run.Steps.doing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RuleEffect;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceToolboxIT {

    @TempDir
    Path folder;

    private TestRepository repository;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo"))
                .file("src/A.java", "class A {}\n")
                .file("keys/server.pem", "key material")
                .file(".gitignore", "ignored.txt\n");
        repository.commit("first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.txt",
                "src/../../outside.txt",
                "/etc/passwd",
                ".git/config",
                "src/../.git/hooks/pre-commit",
                ".GIT/config",
                "a/.git/config",
                ""
            })
    void shouldRefuseToWriteOutsideTheWorkspaceOrIntoGit(String path) {
        // When
        ToolDenied denied = deniedIn(tools -> tools.write(path, "x"));

        // Then
        assertThat(denied.rule()).startsWith("tool:");
    }

    @Test
    void shouldRefuseToReadThroughALinkThatLeadsOut() throws Exception {
        // Given
        Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(repository.root().resolve("link.txt"), secret);
        Files.createSymbolicLink(repository.root().resolve("linked"), folder);
        repository.commit("links");

        // When
        List<ToolDenied> denied = List.of(
                deniedIn(tools -> tools.read("link.txt")),
                deniedIn(tools -> tools.read("linked/secret.txt")),
                deniedIn(tools -> tools.write("linked/new.txt", "x")),
                deniedIn(tools -> tools.write("link.txt", "x")),
                deniedIn(tools -> tools.delete("linked/secret.txt")),
                deniedIn(tools -> tools.run(command(List.of("pwd"), "linked"))));

        // Then
        assertThat(denied).extracting(ToolDenied::rule).containsOnly("tool:outside-workspace", "tool:symbolic-link");
        assertThat(secret).hasContent("secret");
        assertThat(folder.resolve("new.txt")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "push origin main",
                "fetch origin",
                "clone . x",
                "config core.fsmonitor evil",
                "-c core.pager=evil log",
                "-C /tmp status",
                "--exec-path=/tmp status",
                "submodule update",
                "worktree add x",
                "checkout -b other",
                "branch other",
                "remote add x y",
                "bisect run sh",
                "rebase --exec sh HEAD",
                "diff --ext-diff",
                "diff --no-index /etc/passwd x",
                "diff --output=/tmp/x",
                "log --outpu=/tmp/x",
                "grep -Osh x",
                "grep --open-files-in-pager=sh x",
                "show --textconv HEAD",
                "commit -F/etc/passwd",
                "commit --file=/etc/passwd",
                "commit -Skey -m x",
                "apply --unsafe-paths x.patch",
                "apply ../x.patch",
                "add ../x",
                "filter-branch",
                ""
            })
    void shouldRefuseGitCommandsThatLeaveTheClone(String arguments) {
        // Given
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");

        // When
        ToolDenied denied = deniedIn(tools -> tools.git(words));

        // Then
        assertThat(denied.rule()).isEqualTo(GitArguments.RULE);
    }

    @Test
    void shouldRunGitOnTheClone() {
        // Given
        AtomicReference<List<CommandResult>> results = new AtomicReference<>();

        // When
        Run run = run(context -> {
            context.tools().write("b.txt", "b\n");
            results.set(List.of(
                    context.tools().git("add", "--", "b.txt"),
                    context.tools().git("commit", "-m", "docs: say b"),
                    context.tools().git("log", "--format=%s/%an", "HEAD~1..HEAD"),
                    context.tools().git("diff", "--text", "--numstat", "HEAD~1", "HEAD")));
        });

        // Then
        assertThat(results.get()).allMatch(CommandResult::ok);
        assertThat(results.get().get(2).output()).isEqualTo("docs: say b/SWE AI Fleet (tester)\n");
        assertThat(run.result().getPatch()).contains("+b");
    }

    @Test
    void shouldListTrackedAndNewFilesWithoutIgnoredOnesAndLinks() throws Exception {
        // Given
        Files.createSymbolicLink(repository.root().resolve("link.java"), Path.of("src/A.java"));
        repository.commit("link");
        AtomicReference<List<String>> found = new AtomicReference<>();

        // When
        run(context -> {
            context.tools().write("New.java", "class New {}");
            context.tools().write("ignored.txt", "x");
            found.set(context.tools().files());
        });

        // Then
        assertThat(found.get()).containsExactly(".gitignore", "New.java", "keys/server.pem", "src/A.java");
    }

    @Test
    void shouldPassOverFilesThatTheRoleMayNotReadAndSayWhich() {
        // Given
        var role = PlaybookHarness.role(
                "tester",
                List.of("test.kind"),
                List.of(
                        PlaybookHarness.rule("keys", RuleEffect.DENY, "read", "**/*.pem", List.of()),
                        PlaybookHarness.rule("rest", RuleEffect.ALLOW, "read", "**", List.of())));
        List<String> given = new ArrayList<>();
        List<String> refused = new ArrayList<>();

        // When
        Run run = PlaybookHarness.create()
                .withRole(role)
                .on(
                        doing(context -> context.tools()
                                .readAll(List.of("keys/server.pem", "src/A.java"), 1_000, new Toolbox.FileConsumer() {
                                    @Override
                                    public void accept(String path, byte[] content) {
                                        given.add(path);
                                    }

                                    @Override
                                    public void denied(String path, String reason) {
                                        refused.add(path + ": " + reason);
                                    }
                                })),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(given).containsExactly("src/A.java");
        assertThat(refused).containsExactly("keys/server.pem: rule keys");
        assertThat(run.audit()).hasSize(1);
        assertThat(run.audit().get(0).getArguments()).containsEntry("denied", "keys/server.pem");
        assertThat(run.audit().get(0).getRead()).containsExactly("src/A.java");
    }

    @Test
    void shouldAuditACommandWithItsOutcomeAndWithoutSecrets() throws Exception {
        // When
        Run run = run(context -> context.tools()
                .run(new CommandRequest(
                        List.of("sh", "-c", "echo hello; exit 3", "--password", "hunter2"),
                        "src",
                        Map.of("API_TOKEN", "abcdef", "MODE", "fast"),
                        Duration.ofSeconds(20),
                        List.of(),
                        false)));

        // Then
        assertThat(run.audit()).hasSize(1);
        AuditEvent event = run.audit().get(0);
        assertThat(event.getTool()).isEqualTo("run");
        assertThat(event.getVerdict()).isEqualTo(Verdict.ALLOW);
        assertThat(event.getRule()).isEqualTo("allow-all");
        assertThat(event.getExitCode()).isEqualTo(3);
        assertThat(event.getDurationMs()).isNotNull();
        assertThat(event.getOutputBytes()).isEqualTo(6);
        assertThat(event.getOutputSha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest("hello\n".getBytes(StandardCharsets.UTF_8))));
        assertThat(event.getArguments())
                .containsEntry("env.API_TOKEN", "***")
                .containsEntry("env.MODE", "fast")
                .containsEntry("directory", "src");
        assertThat(event.toString()).doesNotContain("hunter2").doesNotContain("abcdef");
    }

    @Test
    void shouldDenyWhatItHasToAskAboutWhereNobodyCanBeAsked() {
        // Given
        var role = PlaybookHarness.role(
                "tester",
                List.of("test.kind"),
                List.of(
                        PlaybookHarness.rule("careful", RuleEffect.ASK, "edit", "src/**", List.of()),
                        PlaybookHarness.rule("rest", RuleEffect.ALLOW, "*", null, List.of())));
        AtomicReference<ToolDenied> denied = new AtomicReference<>();

        // When
        Run run = PlaybookHarness.create()
                .withRole(role)
                .on(
                        doing(context -> denied.set(catchThrowableOfType(
                                ToolDenied.class, () -> context.tools().write("src/A.java", "x")))),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(denied.get().getMessage()).contains("nobody can be asked here");
        assertThat(run.audit().get(0).getVerdict()).isEqualTo(Verdict.ASK);
        assertThat(run.audit().get(0).getRule()).isEqualTo("careful");
    }

    @Test
    void shouldNotExecuteRepositoryCodeWithoutASandboxAndSayHowToAllowIt() {
        // Given
        AtomicReference<ToolDenied> denied = new AtomicReference<>();
        AtomicReference<CommandResult> harmless = new AtomicReference<>();

        // When
        Run run = PlaybookHarness.create()
                .withSandbox(Choice.NONE)
                .on(
                        doing(context -> {
                            assertThat(context.tools().canExecute()).isFalse();
                            denied.set(catchThrowableOfType(ToolDenied.class, () -> context.tools()
                                    .test(command(List.of("sh", "-c", "true"), ""))));
                            harmless.set(context.tools()
                                    .run(new CommandRequest(
                                            List.of("echo", "read only"),
                                            "",
                                            Map.of(),
                                            Duration.ofSeconds(20),
                                            List.of(),
                                            false)));
                        }),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(denied.get().rule()).isEqualTo("sandbox:none");
        assertThat(denied.get().getMessage()).contains("--sandbox process").contains("bubblewrap");
        assertThat(harmless.get().output()).isEqualTo("read only\n");
        assertThat(run.audit()).extracting(AuditEvent::getVerdict).containsExactly(Verdict.DENY, Verdict.ALLOW);
    }

    @Test
    void shouldShortenLongOutputAndKeepTheWholeInTheLog() {
        // Given
        AtomicReference<CommandResult> result = new AtomicReference<>();
        List<Long> size = new ArrayList<>();

        // When
        run(context -> {
            result.set(context.tools().run(command(List.of("seq", "1", "20000"), "")));
            size.add(Files.size(result.get().log()));
        });

        // Then
        assertThat(result.get().output())
                .startsWith("1\n2\n")
                .endsWith("19999\n20000\n")
                .contains("bytes left out")
                .hasSizeLessThan(11_000);
        assertThat(size.get(0)).isEqualTo(108_894);
    }

    @Test
    void shouldTellThatAProgramIsNotThere() {
        // Given
        AtomicReference<CommandResult> result = new AtomicReference<>();

        // When
        run(context -> {
            assertThat(context.tools().hasProgram("no-such-program")).isFalse();
            result.set(context.tools().run(command(List.of("no-such-program"), "")));
        });

        // Then
        assertThat(result.get().exitCode()).isEqualTo(127);
        assertThat(result.get().output()).contains("no-such-program: not found");
    }

    @Test
    void shouldSayThatAFileIsNotThere() {
        // When
        Run run = run(context -> {
            UncheckedIOException thrown = catchThrowableOfType(
                    UncheckedIOException.class, () -> context.tools().read("no/such.txt"));
            assertThat(thrown).hasMessageContaining("no/such.txt");
        });

        // Then
        assertThat(run.audit().get(0).getFailure()).isNotNull();
    }

    private Run run(io.sweaifleet.agent.run.Steps.Action action) {
        Run run = PlaybookHarness.run(doing(action), repository.root(), Map.of());
        assertThat(run.end().failure()).isNull();
        return run;
    }

    private interface ToolAction {
        void run(Toolbox tools) throws Exception;
    }

    private ToolDenied deniedIn(ToolAction action) {
        AtomicReference<ToolDenied> denied = new AtomicReference<>();
        Run run = run(context -> denied.set(denial(context, action)));
        assertThat(denied.get()).as("denial").isNotNull();
        assertThat(run.audit()).hasSize(1);
        assertThat(run.audit().get(0).getVerdict()).isEqualTo(Verdict.DENY);
        return denied.get();
    }

    private static ToolDenied denial(PlaybookContext context, ToolAction action) {
        ThrowingCallable call = () -> action.run(context.tools());
        return catchThrowableOfType(ToolDenied.class, call);
    }

    private static CommandRequest command(List<String> argv, String directory) {
        return new CommandRequest(argv, directory, Map.of(), Duration.ofSeconds(20), List.of(), true);
    }
}
