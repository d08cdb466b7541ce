package io.sweaifleet.agent.tool;

import static io.sweaifleet.agent.run.Steps.doing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.policy.AgentSecrets;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.SecretGrant;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A secret reaches one command, and nothing that leaves the attempt. */
class SecretsIT {

    private static final String VALUE = "s3cr3t value/with+all~";
    private static final List<String> PUBLISH = List.of("sh", "publish.sh");

    @TempDir
    Path folder;

    private TestRepository repository;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo"))
                .file(
                        "publish.sh",
                        """
                        printf 'given: [%s]\\n' "$DEPLOY_TOKEN"
                        printf %s "$DEPLOY_TOKEN" | base64
                        printf 'user:%s' "$DEPLOY_TOKEN" | base64 -w 0
                        printf %s "$DEPLOY_TOKEN" > token.txt
                        tr '\\0' '\\n' < /proc/1/cmdline
                        """);
        repository.commit("first");
    }

    @ParameterizedTest
    @EnumSource(
            value = Choice.class,
            names = {"PROCESS", "BUBBLEWRAP"})
    void shouldGiveASecretToOneCommandAndMaskItInAllThatLeaves(Choice sandbox) throws Exception {
        // Given
        assumeThat(works(sandbox)).as("%s works on this machine", sandbox).isTrue();
        AtomicReference<CommandResult> granted = new AtomicReference<>();
        AtomicReference<String> log = new AtomicReference<>();
        AtomicReference<CommandResult> other = new AtomicReference<>();
        AtomicReference<String> read = new AtomicReference<>();
        Playbook playbook = doing(context -> {
            granted.set(context.tools().run(command(PUBLISH)));
            log.set(Files.readString(granted.get().log()));
            other.set(context.tools().run(command(List.of("sh", "-c", "printenv DEPLOY_TOKEN || echo none"))));
            read.set(context.tools().read("token.txt"));
            context.artifact(
                    "log.txt",
                    "log",
                    "text/plain",
                    Files.readAllBytes(granted.get().log()));
            context.artifact(
                    "token.txt",
                    "log",
                    "text/plain",
                    Files.readAllBytes(context.tools().root().resolve("token.txt")));
            context.step("publishing with " + VALUE);
            context.decide("publish with " + VALUE, "because", List.of());
        });

        // When
        Run run = harness(playbook, sandbox).on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.end().failure()).isNull();
        assertThat(granted.get().output()).startsWith("given: [***]\n");
        assertThat(other.get().output()).isEqualTo("none\n");
        assertThat(read.get()).isEqualTo("***");
        String encoded = java.util.Base64.getEncoder().encodeToString(VALUE.getBytes(StandardCharsets.UTF_8));
        String all = granted.get().output()
                + log.get()
                + run.text("log.txt")
                + run.text("token.txt")
                + run.audit()
                + run.steps()
                + run.end();
        assertThat(all).doesNotContain(VALUE, encoded.substring(0, 20), "s3cr3t");
        assertThat(run.audit())
                .filteredOn(event -> event.getTool().equals("run"))
                .extracting(event -> event.getArguments().get("secrets"))
                .containsExactly("DEPLOY_TOKEN", null);
    }

    @Test
    void shouldEndTheAttemptWhenASecretIsMissing() {
        // Given
        Playbook playbook = doing(context -> context.tools().run(command(PUBLISH)));

        // When
        Run run = harness(playbook, Choice.PROCESS)
                .withSecrets(new AgentSecrets(folder, Map.of()))
                .on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.ENVIRONMENT);
        assertThat(run.failure().getCode()).isEqualTo("SECRET_MISSING");
        assertThat(run.failure().getRemedy()).contains("FLEET_SECRET_DEPLOY_TOKEN");
        assertThat(run.audit())
                .extracting(AuditEvent::getFailure)
                .singleElement()
                .satisfies(failure -> assertThat(failure.getCode()).isEqualTo("SECRET_MISSING"));
    }

    @Test
    void shouldNotKeepACommitThatHoldsASecretEvenWhenALaterOneTakesItBack() {
        // Given
        Playbook playbook = doing(context -> {
            context.tools().run(command(PUBLISH));
            context.tools().git("add", "token.txt");
            context.tools().git("commit", "-m", "oops");
            context.tools().git("rm", "-q", "token.txt");
            context.tools().write("other.txt", "harmless\n");
        });

        // When
        Run run =
                harness(playbook, Choice.PROCESS).on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("SECRET_IN_CHANGES");
        assertThat(run.contents()).doesNotContainKeys("changes.patch", "branch.bundle");
    }

    private PlaybookHarness harness(Playbook playbook, Choice sandbox) {
        RoleDefinition role = RoleDefinition.newBuilder(PlaybookHarness.permissiveRole(List.of(playbook.kind())))
                .setSecrets(List.of(new SecretGrant("DEPLOY_TOKEN", PUBLISH)))
                .build();
        return PlaybookHarness.create()
                .withRole(role)
                .withSandbox(sandbox)
                .withSecrets(new AgentSecrets(folder, Map.of("FLEET_SECRET_DEPLOY_TOKEN", VALUE)));
    }

    private boolean works(Choice sandbox) throws Exception {
        try {
            Sandboxes.select(sandbox, HostEnvironment.detect(), Files.createDirectories(folder.resolve("probe")));
            return true;
        } catch (SandboxUnavailableException e) {
            return false;
        }
    }

    private static CommandRequest command(List<String> argv) {
        return new CommandRequest(argv, "", Map.of(), Duration.ofSeconds(20), List.of(), true);
    }
}
