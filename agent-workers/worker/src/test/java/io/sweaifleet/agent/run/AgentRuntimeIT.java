package io.sweaifleet.agent.run;

import static io.sweaifleet.agent.run.Steps.playbook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.agent.attempt.AttemptEnd.Status;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentRuntimeIT {

    @TempDir
    Path folder;

    private TestRepository repository;
    private String base;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo")).file("src/A.java", "class A {}\n");
        base = repository.commit("first");
    }

    @Test
    void shouldReturnWhatThePlaybookReportedAndTheFinishedBranch() throws Exception {
        // Given
        Playbook playbook = playbook(context -> {
            context.step("looking");
            context.decide("edit A", "it is there", List.of("leave it"));
            assertThat(context.tools().files("**/*.java")).containsExactly("src/A.java");
            context.tools().write("src/A.java", "class A { int x; }\n");
            context.tools().write("docs/new.md", "new\n");
            context.finding("test.rule", Severity.WARNING, "src/A.java", 1, "found");
            context.fact("File", "src/A.java", "HOT", null, null, "3", Map.of("churn", "7"));
            context.artifact("notes.txt", "other", "text/plain", "notes".getBytes());
            Files.writeString(context.scratch().resolve("x"), "scratch");
            return new PlaybookResult("done", Map.of("files", "1"));
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.status()).as(run.end().toString()).isEqualTo(Status.SUCCEEDED);
        assertThat(run.result().getBaseCommit()).isEqualTo(base);
        assertThat(run.result().getBranch()).startsWith("fleet/default/t-");
        assertThat(run.result().getPatch()).contains("+class A { int x; }").contains("docs/new.md");
        assertThat(run.contents()).containsKeys("notes.txt", "report.json", "changes.patch", "branch.bundle");
        assertThat(run.findings()).hasSize(1);
        assertThat(run.facts().get(0).getSubjectId()).isEqualTo(repository.root() + "#src/A.java");
        assertThat(run.end().brain().getKind()).isEqualTo(BrainKind.PLAYBOOK);
        assertThat(run.audit())
                .extracting(event -> event.getType())
                .containsExactly(
                        AuditEventType.DECISION,
                        AuditEventType.INVOCATION,
                        AuditEventType.INVOCATION,
                        AuditEventType.INVOCATION);
        Path bundle = Files.write(folder.resolve("b.bundle"), run.contents().get("branch.bundle"));
        String branch = run.result().getBranch();
        repository.git("fetch", "--quiet", bundle.toString(), branch + ":" + branch);
        assertThat(repository.git("rev-parse", branch).strip())
                .isEqualTo(run.result().getCommit());
        assertThat(repository.git("log", "-1", "--format=%an", branch).strip()).isEqualTo("SWE AI Fleet (tester)");
        assertThat(run.leftInWork()).isEmpty();
    }

    @Test
    void shouldLeaveTheSourceUntouched() throws Exception {
        // Given
        String before = state();
        Playbook playbook = playbook(context -> {
            context.tools().write("src/A.java", "class A { int x; }\n");
            context.tools().git("add", "-A");
            context.tools().git("commit", "-m", "by the playbook");
            return new PlaybookResult("done", Map.of());
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.result().getCommit()).isNotNull();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void shouldReportNoBranchWhenNothingChanged() {
        // Given
        Playbook playbook = playbook(context -> new PlaybookResult("looked", Map.of()));

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.result().getCommit()).isNull();
        assertThat(run.result().getBranch()).isNull();
        assertThat(run.contents()).doesNotContainKey("branch.bundle");
    }

    @Test
    void shouldNameTheKnownKindsWhenAKindIsUnknown() {
        // Given
        var role = PlaybookHarness.permissiveRole(List.of("no.such"));

        // When
        Run run = PlaybookHarness.create().on(List.of(new BenchNoop()), "no.such", role, null, Map.of());

        // Then
        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.failure().getCode()).isEqualTo("UNKNOWN_KIND");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
        assertThat(run.failure().getMessage()).contains("no.such").contains("bench.noop");
    }

    @Test
    void shouldKeepTheBenchmarkingAgentAsLongAsItsInputSays() {
        // Given
        var role = PlaybookHarness.permissiveRole(List.of("bench.noop"));
        long began = System.nanoTime();

        // When
        Run run = PlaybookHarness.create()
                .on(List.of(new BenchNoop()), "bench.noop", role, null, Map.of("waitMs", "300"));

        // Then
        assertThat(run.status()).isEqualTo(Status.SUCCEEDED);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(300_000_000L);
    }

    @Test
    void shouldRefuseAKindThatTheRoleDoesNotList() {
        // Given
        var role = PlaybookHarness.permissiveRole(List.of("other.kind"));

        // When
        Run run = PlaybookHarness.create().on(List.of(new BenchNoop()), "bench.noop", role, null, Map.of());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("UNKNOWN_KIND");
        assertThat(run.failure().getMessage()).contains("tester").contains("other.kind");
    }

    @Test
    void shouldFailTheAttemptWhenAPlaybookThrows() {
        // Given
        Playbook playbook = playbook(context -> {
            throw new IllegalStateException("no idea, token=abcdefghijkl");
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("PLAYBOOK_THREW");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.AGENT);
        assertThat(run.failure().getMessage()).contains("no idea").doesNotContain("abcdefghijkl");
        assertThat(run.leftInWork()).isEmpty();
    }

    @Test
    void shouldNameAFullDisk() {
        // Given: the one device that is always full.
        assumeTrue(Files.exists(Path.of("/dev/full")), "/dev/full is not there");
        Playbook playbook = playbook(context -> {
            Files.writeString(Path.of("/dev/full"), "more");
            return new PlaybookResult("never", Map.of());
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("DISK_FULL");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.TRANSIENT);
        assertThat(run.failure().getRemedy()).isNotEmpty();
    }

    @Test
    void shouldPassOnAFailureOfThePlaybookWithWhatItFound() {
        // Given
        Playbook playbook = playbook(context -> {
            context.finding("test.rule", Severity.ERROR, null, null, "found before");
            throw PlaybookFailure.failed(FailureClass.PERMANENT, "CANNOT", "it cannot", "try another");
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.failure().getCode()).isEqualTo("CANNOT");
        assertThat(run.findings()).hasSize(1);
    }

    @Test
    void shouldEndAsSkippedWhenThePlaybookHasNothingToDo() {
        // Given
        Playbook playbook = playbook(context -> {
            throw PlaybookFailure.skipped("NOTHING_TO_DO", "no such files", "");
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.status()).isEqualTo(Status.SKIPPED);
        assertThat(run.failure().getCode()).isEqualTo("NOTHING_TO_DO");
    }

    @Test
    void shouldEndAsCancelledWhenStoppedWhileThePlaybookWaits() throws Exception {
        // Given
        Cancellation cancellation = new Cancellation();
        CountDownLatch waiting = new CountDownLatch(1);
        Playbook playbook = playbook(context -> {
            waiting.countDown();
            new CountDownLatch(1).await();
            return new PlaybookResult("never", Map.of());
        });
        Thread canceller = new Thread(() -> {
            try {
                if (waiting.await(30, TimeUnit.SECONDS)) {
                    cancellation.cancel("the user asked", Instant.now());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        canceller.start();

        // When
        Run run = PlaybookHarness.create()
                .withCancellation(cancellation)
                .on(playbook, repository.root().toString(), Map.of());

        // Then
        canceller.join();
        assertThat(run.status()).isEqualTo(Status.CANCELLED);
        assertThat(run.failure().getMessage()).contains("the user asked");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(run.leftInWork()).isEmpty();
    }

    @Test
    void shouldStopAnAttemptWhoseTimeIsOver() {
        // Given
        Playbook playbook = playbook(context -> {
            new CountDownLatch(1).await();
            return new PlaybookResult("never", Map.of());
        });

        // When
        Run run = PlaybookHarness.create()
                .withTimeout(Duration.ofMillis(1500))
                .on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.failure().getCode()).isEqualTo("ATTEMPT_TIMEOUT");
    }

    @Test
    void shouldAuditADeniedCallOnceAndLetThePlaybookGoOn() {
        // Given
        var role = PlaybookHarness.role("tester", List.of("test.kind"), List.of());
        Playbook playbook = playbook(context -> {
            try {
                context.tools().read("src/A.java");
                return new PlaybookResult("read it", Map.of());
            } catch (ToolDenied e) {
                return new PlaybookResult("denied by " + e.rule(), Map.of());
            }
        });

        // When
        Run run = PlaybookHarness.create()
                .withRole(role)
                .on(playbook, repository.root().toString(), Map.of());

        // Then
        assertThat(run.result().getSummary()).isEqualTo("denied by nothing-matched");
        assertThat(run.audit()).hasSize(1);
        assertThat(run.audit().get(0).getVerdict()).isEqualTo(Verdict.DENY);
        assertThat(run.audit().get(0).getDurationMs()).isNull();
    }

    @Test
    void shouldNotCommitWhatCommandsLeftBehind() {
        // Given
        Playbook playbook = playbook(context -> {
            Files.writeString(context.tools().root().resolve("build-output.txt"), "junk");
            context.tools().write("kept.txt", "kept\n");
            return new PlaybookResult("done", Map.of());
        });

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.result().getPatch()).contains("kept.txt").doesNotContain("build-output.txt");
    }

    @Test
    void shouldSayThatUncommittedChangesWereNotLookedAt() {
        // Given
        repository.file("src/A.java", "class A { broken").file("src/New.java", "class New {}");
        Playbook playbook =
                playbook(context -> new PlaybookResult(context.tools().read("src/A.java"), Map.of()));

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.result().getSummary()).isEqualTo("class A {}\n");
        assertThat(run.skipped()).hasSize(1);
        assertThat(run.skipped().get(0).getCode()).isEqualTo("UNCOMMITTED_CHANGES");
        assertThat(run.skipped().get(0).getReason()).contains("src/A.java").contains("2 path(s)");
    }

    @Test
    void shouldNotTakeACopiedRepositoryForAChangedOne() throws IOException {
        // Given: other times than the index remembers, as after a copy
        Path file = repository.root().resolve("src/A.java");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        Playbook playbook = playbook(context -> new PlaybookResult("done", Map.of()));

        // When
        Run run = PlaybookHarness.run(playbook, repository.root(), Map.of());

        // Then
        assertThat(run.skipped()).isEmpty();
    }

    private String state() {
        return repository.git("status", "--porcelain")
                + repository.git("for-each-ref")
                + repository.git("config", "--list");
    }
}
