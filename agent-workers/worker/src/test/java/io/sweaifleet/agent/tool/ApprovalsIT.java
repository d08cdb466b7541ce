package io.sweaifleet.agent.tool;

import static io.sweaifleet.agent.run.PlaybookHarness.rule;
import static io.sweaifleet.agent.run.Steps.doing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RuleEffect;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that a rule asks about: made when somebody approves, and not made otherwise. */
class ApprovalsIT {

    @TempDir
    Path folder;

    private TestRepository repository;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo")).file("ci/build.yml", "a\nb\nc\n");
        repository.commit("first");
    }

    @Test
    void shouldMakeTheCallThatSomebodyApproved() {
        // Given
        Playbook playbook = doing(context -> context.tools().write("ci/build.yml", "a\ntoken=abcdefgh1234\nc\n"));

        // When
        Run run = harness(playbook, true).on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.end().failure()).isNull();
        assertThat(run.result().getCommit()).isNotNull();
        ApprovalRequest asked = run.reporter().asked().get(0);
        assertThat(asked.getRequestId()).isEqualTo("a1-1");
        assertThat(asked.getTool()).isEqualTo("edit");
        assertThat(asked.getRule()).isEqualTo("pipelines");
        assertThat(asked.getReason()).isEqualTo("runs with secrets");
        assertThat(asked.getPreview())
                .isEqualTo("--- a/ci/build.yml\n+++ b/ci/build.yml\n@@ -1,3 +1,3 @@\n a\n-b\n+token=***\n c");
        assertThat(asked.getArguments()).containsEntry("path", "ci/build.yml");
        AuditEvent event = run.audit().get(0);
        assertThat(event.getVerdict()).isEqualTo(Verdict.ASK);
        assertThat(event.getRule()).isEqualTo("pipelines");
        assertThat(event.getReason()).isEqualTo("runs with secrets (approved by ann: fine)");
        assertThat(event.getArguments()).containsEntry("approval", "approved by ann: fine");
        assertThat(event.getWritten()).containsExactly("ci/build.yml");
    }

    @Test
    void shouldNotMakeTheCallThatNobodyApproved() {
        // Given
        AtomicReference<ToolDenied> denied = new AtomicReference<>();
        AtomicReference<ToolDenied> command = new AtomicReference<>();
        Playbook playbook = doing(context -> {
            denied.set(
                    catchThrowableOfType(ToolDenied.class, () -> context.tools().write("ci/build.yml", "x")));
            command.set(catchThrowableOfType(ToolDenied.class, () -> context.tools()
                    .run(new CommandRequest(
                            List.of("touch", "deployed"), "", Map.of(), Duration.ofSeconds(5), List.of(), true))));
        });

        // When
        Run run = harness(playbook, false).on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(denied.get()).hasMessageContaining("not approved by ann");
        assertThat(command.get().rule()).isEqualTo("deployments");
        assertThat(run.result().getCommit()).isNull();
        assertThat(run.reporter().asked())
                .extracting(ApprovalRequest::getPreview)
                .contains("touch deployed");
        assertThat(run.audit()).extracting(AuditEvent::getVerdict).containsExactly(Verdict.ASK, Verdict.ASK);
        assertThat(run.audit()).extracting(AuditEvent::getDurationMs).containsOnlyNulls();
    }

    private static PlaybookHarness harness(Playbook playbook, boolean approve) {
        return PlaybookHarness.create()
                .withSandbox(Choice.PROCESS)
                .withRole(PlaybookHarness.role(
                        "tester",
                        List.of(playbook.kind()),
                        List.of(
                                io.sweaifleet.schemas.role.PolicyRule.newBuilder(
                                                rule("pipelines", RuleEffect.ASK, "edit", "ci/**", List.of()))
                                        .setReason("runs with secrets")
                                        .build(),
                                rule("deployments", RuleEffect.ASK, "run", null, List.of("touch")),
                                rule("all", RuleEffect.ALLOW, "*", null, List.of()))))
                .withAnswers(
                        request -> new ApprovalAnswer(request.getRequestId(), approve, "ann", approve ? "fine" : "no"));
    }
}
