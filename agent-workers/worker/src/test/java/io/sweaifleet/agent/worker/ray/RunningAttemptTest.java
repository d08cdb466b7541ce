package io.sweaifleet.agent.worker.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.Cancellation.CancelledException;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.Assignment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What crosses the border between a worker and an actor on a cluster. */
class RunningAttemptTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final BrainStamp BRAIN = BrainStamp.newBuilder()
            .setKind(BrainKind.PLAYBOOK)
            .setName("qa.run-tests")
            .build();

    private final RunningAttempt attempt = new RunningAttempt(() -> NOW);

    private static AuditEvent.Builder event() {
        return AuditEvent.newBuilder()
                .setId("lease-1-1")
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("w")
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId("lease-1")
                .setWorkerId("worker-1")
                .setAgentId("qa-1")
                .setRole("qa")
                .setBrain(BRAIN)
                .setType(AuditEventType.DECISION)
                .setAt(NOW);
    }

    private static KnowledgeFact fact() {
        return KnowledgeFact.newBuilder()
                .setFactId("f")
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("w")
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId("lease-1")
                .setSubjectType("File")
                .setSubjectId("r#a.py")
                .setPredicate("HOT")
                .setBrain(BRAIN)
                .setValidAt(NOW)
                .setCreatedAt(NOW)
                .build();
    }

    @Test
    void shouldTellInOrderWhatAnAttemptReportsAndHowItEnds() throws InterruptedException {
        // Given
        Usage usage = Usage.newBuilder().setWallMs(7).setInputTokens(3).build();
        attempt.progress("reading: größe");
        attempt.used(usage);
        attempt.audit(event());
        attempt.fact(fact());
        AttemptEnd end = new AttemptEnd(
                AttemptEnd.Status.FAILED,
                TaskResult.newBuilder().setSummary("half done").build(),
                Failure.newBuilder().setCode("BROKEN").setMessage("it broke").build(),
                BRAIN);
        attempt.end(end);

        // When
        Batch batch = Batch.decode(attempt.poll(0).encode());

        // Then
        assertThat(batch.known()).isTrue();
        assertThat(batch.end()).isEqualTo(end);
        assertThat(batch.reports()).hasSize(4);
        assertThat(batch.reports().get(0)).isEqualTo(new Batch.Progress("reading: größe"));
        assertThat(batch.reports().get(1)).isEqualTo(new Batch.Used(usage));
        assertThat(batch.reports().get(2)).isInstanceOfSatisfying(Batch.Audit.class, audit -> assertThat(
                        audit.event().getId())
                .isEqualTo("lease-1-1"));
        assertThat(batch.reports().get(3)).isEqualTo(new Batch.Stated(fact()));
    }

    @Test
    void shouldTellEachReportOnce() throws InterruptedException {
        // Given
        attempt.progress("one");
        Batch first = attempt.poll(0);

        // When
        Batch second = attempt.poll(0);

        // Then
        assertThat(first.reports()).hasSize(1);
        assertThat(second.reports()).isEmpty();
        assertThat(second.end()).isNull();
    }

    @Test
    void shouldBringAnAnswerToWhatAnAttemptAsks() throws Exception {
        // Given
        ApprovalRequest request = request();
        CompletableFuture<ApprovalAnswer> waiting = asking(request);
        Batch asked = Batch.decode(attempt.poll(LIMIT.toMillis()).encode());
        ApprovalAnswer approved = new ApprovalAnswer(request.getRequestId(), true, "ann", "fine");

        // When
        attempt.answered(new ApprovalAnswer("another", false, "ann", "no"));
        attempt.answered(approved);

        // Then
        assertThat(asked.reports()).containsExactly(new Batch.Asking(request));
        assertThat(waiting).succeedsWithin(LIMIT).isEqualTo(approved);
    }

    @Test
    void shouldGoOnWithoutAnAnswerWhenItIsStopped() throws Exception {
        // Given
        CompletableFuture<ApprovalAnswer> waiting = asking(request());
        attempt.poll(LIMIT.toMillis());

        // When
        attempt.cancellation().cancel("asked to", NOW);

        // Then
        assertThat(waiting).succeedsWithin(LIMIT).satisfies(answer -> assertThat(answer.getApproved())
                .isFalse());
    }

    private CompletableFuture<ApprovalAnswer> asking(ApprovalRequest request) {
        CompletableFuture<ApprovalAnswer> waiting = new CompletableFuture<>();
        Thread agent = new Thread(() -> {
            try {
                waiting.complete(attempt.ask(request, attempt.cancellation()));
            } catch (InterruptedException | RuntimeException e) {
                waiting.completeExceptionally(e);
            }
        });
        agent.setDaemon(true);
        agent.start();
        return waiting;
    }

    private static ApprovalRequest request() {
        return ApprovalRequest.newBuilder()
                .setRequestId("a1-1")
                .setTool("test")
                .setRule("tests")
                .setReason("they are slow")
                .setExpiresAt(NOW.plusSeconds(60))
                .build();
    }

    @Test
    void shouldHoldAnAttemptThatMustNotRunOn() {
        // Given
        attempt.runFor(Duration.ofSeconds(10));
        boolean before = attempt.cancellation().freeze().isFrozen();

        // When
        attempt.runFor(Duration.ZERO);
        boolean held = attempt.cancellation().freeze().isFrozen();
        attempt.runFor(Duration.ofSeconds(10));

        // Then
        assertThat(before).isFalse();
        assertThat(held).isTrue();
        assertThat(attempt.cancellation().freeze().isFrozen()).isFalse();
    }

    @Test
    void shouldStopAnAttemptAtItsNextCheckpoint() {
        // Given
        attempt.runFor(Duration.ofSeconds(10));

        // When
        attempt.cancellation().cancel("asked to", NOW);

        // Then
        assertThatThrownBy(() -> attempt.cancellation().check())
                .isInstanceOf(CancelledException.class)
                .hasMessage("asked to");
    }

    @Test
    void shouldCarryAnAttemptToItsActor() {
        // Given
        RemoteAttempt sent = new RemoteAttempt(
                "default",
                "worker-1",
                7,
                "qa-1",
                Assignment.newBuilder()
                        .setLeaseId("lease-1")
                        .setTenant("default")
                        .setWorkflowId("w")
                        .setTaskId("t")
                        .setAttempt(2)
                        .setKind("qa.run-tests")
                        .setRole("qa")
                        .setTimeoutMs(1_000)
                        .setLeaseMs(2_000)
                        .build(),
                RoleDefinition.newBuilder()
                        .setRole("qa")
                        .setVersion(3)
                        .setUpdatedAt(NOW)
                        .build());

        // When
        RemoteAttempt received = RemoteAttempt.decode(sent.encode());

        // Then
        assertThat(received).isEqualTo(sent);
    }
}
