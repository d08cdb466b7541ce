package io.sweaifleet.agent.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The protocol, with agents that run when the test says so, on a clock that the test moves. */
class WorkerTest {

    private final Recorder outbox = new Recorder();
    private final ManualAgents agents = new ManualAgents();
    private final Remembering completed = new Remembering();
    private Instant now = Instant.ofEpochMilli(1_000_000);
    private AttemptRunner runner = attempt -> Samples.succeeded("done");
    private int welcomes;
    private long sequence;
    private Worker worker;

    @BeforeEach
    void makeWorker() {
        worker = worker(role -> true);
    }

    @Test
    void shouldSayHelloOnlyOnceIntroducedAndRepeatItUntilWelcome() {
        // Given
        worker.beat();
        assertThat(outbox.heartbeats).isEmpty();

        // When
        worker.introduce();
        passTime(Duration.ofSeconds(1));
        worker.tick();
        welcome();
        passTime(Duration.ofSeconds(1));
        worker.tick();
        worker.beat();

        // Then
        assertThat(outbox.heartbeats)
                .extracting(Heartbeat::getType)
                .containsExactly(HeartbeatType.HELLO, HeartbeatType.HELLO, HeartbeatType.ALIVE);
        assertThat(outbox.heartbeats).extracting(Heartbeat::getSequence).containsExactly(1L, 2L, 3L);
        assertThat(outbox.lastHeartbeat().getCommandPartition()).isEqualTo(3);
        assertThat(outbox.lastHeartbeat().getLastCommandSequence()).isEqualTo(1);
        assertThat(welcomes).isEqualTo(1);
    }

    @Test
    void shouldBeatAsOftenAsCoreAsksButNeverLessOftenThanItIsSetTo() {
        // Given
        Duration longest = Duration.ofSeconds(2);
        worker.introduce();
        assertThat(worker.heartbeatInterval(longest)).isEqualTo(longest);

        // When / Then
        welcomeAsking(500);
        assertThat(worker.heartbeatInterval(longest)).isEqualTo(Duration.ofMillis(500));
        welcomeAsking(5_000);
        assertThat(worker.heartbeatInterval(longest)).isEqualTo(longest);
    }

    @Test
    void shouldTellItsCapacityByRole() {
        // Given
        worker.onRole("qa", Samples.role("qa", 7, 2, 3));
        begin();
        assign("l1", "qa");

        // When
        worker.beat();

        // Then
        Heartbeat heartbeat = outbox.lastHeartbeat();
        assertThat(heartbeat.getCapacity()).isEqualTo(6);
        assertThat(heartbeat.getLabels()).isEqualTo(Map.of("zone", "a"));
        assertThat(heartbeat.getCapabilities()).containsExactly("java-21");
        assertThat(heartbeat.getResources()).isEqualTo(new ResourceAmounts(4_000, 8_000_000_000L, 1));
        assertThat(heartbeat.getRoles()).singleElement().satisfies(role -> {
            assertThat(role.getRole()).isEqualTo("qa");
            assertThat(role.getRoleVersion()).isEqualTo(7);
            assertThat(role.getAgents()).isEqualTo(2);
            assertThat(role.getSlots()).isEqualTo(6);
            assertThat(role.getFree()).isEqualTo(5);
        });
    }

    @Test
    void shouldListALeaseUntilItsResultIsAcknowledged() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        assertThat(beatAndHeld()).extracting(HeldLease::getFinished).containsExactly(false);

        // When / Then
        agents.runAll();
        assertThat(beatAndHeld()).extracting(HeldLease::getFinished).containsExactly(true);
        command(CommandType.ACKNOWLEDGE, "l1");
        assertThat(beatAndHeld()).isEmpty();
        assertThat(completed.kept).isEmpty();
    }

    @Test
    void shouldNumberTheReportsOfALease() {
        // Given
        runner = attempt -> {
            attempt.reporter().progress("cloning");
            attempt.reporter().progress("cloning");
            passTime(Duration.ofSeconds(2));
            attempt.reporter().progress("testing");
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(outbox.reports)
                .extracting(AgentResult::getType, AgentResult::getStep, AgentResult::getSequence)
                .containsExactly(
                        tuple(AgentResultType.STARTED, "started", 1),
                        tuple(AgentResultType.PROGRESS, "cloning", 2),
                        tuple(AgentResultType.PROGRESS, "testing", 3),
                        tuple(AgentResultType.SUCCEEDED, "", 4));
        assertThat(outbox.reports).allSatisfy(report -> {
            assertThat(report.getAgentId()).isEqualTo("qa-1@w1");
            assertThat(report.getIncarnation()).isEqualTo(worker.incarnation());
        });
    }

    @Test
    void shouldHoldBackStepsThatChangeTooFastAndSendTheLatest() {
        // Given
        List<String> steps = new ArrayList<>();
        runner = attempt -> {
            for (int i = 0; i < 1_000; i++) {
                attempt.reporter().progress("file " + i);
            }
            passTime(Duration.ofSeconds(1));
            worker.tick();
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        outbox.reports.stream()
                .filter(report -> report.getType() == AgentResultType.PROGRESS)
                .forEach(report -> steps.add(report.getStep()));
        assertThat(steps).containsExactly("file 0", "file 999");
    }

    @Test
    void shouldTellAtOnceWhatAStepCost() {
        // Given: steps that follow each other too fast to be told each
        runner = attempt -> {
            attempt.reporter().progress("thinking");
            attempt.reporter().used(tokens(100));
            attempt.reporter().progress("editing");
            attempt.reporter().used(tokens(100));
            attempt.reporter().used(tokens(250));
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(outbox.reports)
                .filteredOn(report -> report.getUsage() != null)
                .extracting(AgentResult::getType, AgentResult::getStep, report -> report.getUsage()
                        .getOutputTokens())
                .containsExactly(
                        tuple(AgentResultType.PROGRESS, "thinking", 100L),
                        tuple(AgentResultType.PROGRESS, "editing", 250L));
    }

    private static Usage tokens(long output) {
        return Usage.newBuilder().setOutputTokens(output).build();
    }

    @Test
    void shouldSpreadAttemptsOverTheAgentsOfTheRole() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 2, 2));
        begin();

        // When
        for (String lease : List.of("a", "b", "c", "d")) {
            assign(lease, "qa");
        }

        // Then
        assertThat(agents.handles.values())
                .allSatisfy(handle -> assertThat(handle.calls).hasSize(2));
    }

    @Test
    void shouldFailAnAttemptOfARoleItDoesNotHold() {
        // Given
        worker = worker(role -> role.equals("qa"));
        worker.onRole("dev", Samples.role("dev", 1, 1, 1));
        begin();

        // When
        assign("l1", "dev");

        // Then
        assertThat(outbox.endOf("l1").getFailure().getCode()).isEqualTo("ROLE_NOT_HELD");
        assertThat(outbox.endOf("l1").getFailure().getFailureClass()).isEqualTo(FailureClass.TRANSIENT);
    }

    @Test
    void shouldRunWithTheDefinitionInForceWhenTheAttemptBegins() {
        // Given
        List<Integer> versions = new ArrayList<>();
        runner = attempt -> {
            versions.add(attempt.role().getVersion());
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        begin();
        assign("l1", "qa");
        agents.runAll();
        assign("l2", "qa");

        // When
        worker.onRole("qa", Samples.role("qa", 2, 1, 2));
        agents.runAll();

        // Then
        assertThat(versions).containsExactly(1, 2);
        worker.beat();
        assertThat(outbox.lastHeartbeat().getRoles().get(0).getRoleVersion()).isEqualTo(2);
    }

    @Test
    void shouldTakeAgentsOutOfServiceWhenTheRoleShrinksButLetThemFinish() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 2, 1));
        begin();
        assign("l1", "qa");
        assign("l2", "qa");

        // When
        worker.onRole("qa", Samples.role("qa", 2, 1, 1));

        // Then
        assertThat(agents.retired).isZero();
        agents.runAll();
        assertThat(agents.retired).isEqualTo(1);
        assertThat(outbox.typesOf("l1")).contains(AgentResultType.SUCCEEDED);
        assertThat(outbox.typesOf("l2")).contains(AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldAnswerARepeatedAssignmentWithTheResultItHas() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        agents.runAll();
        command(CommandType.ACKNOWLEDGE, "l1");
        int before = outbox.reports.size();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(outbox.reports).hasSize(before + 1);
        assertThat(outbox.reports.get(before).getType()).isEqualTo(AgentResultType.SUCCEEDED);
        assertThat(beatAndHeld()).extracting(HeldLease::getFinished).containsExactly(true);
    }

    @Test
    void shouldSendWhatAnEarlierProcessLeftBeforeItSaysHello() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        agents.runAll();
        outbox.reports.clear();

        // When: the same memory, another process
        worker = worker(role -> true);
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(outbox.typesOf("l1")).containsExactly(AgentResultType.SUCCEEDED, AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldSendAResultAgainUntilItIsAcknowledged() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        agents.runAll();
        worker.tick();
        assertThat(outbox.reports).hasSize(2);

        // When / Then
        passTime(Duration.ofSeconds(30));
        worker.tick();
        assertThat(outbox.typesOf("l1"))
                .containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED, AgentResultType.SUCCEEDED);
        command(CommandType.ACKNOWLEDGE, "l1");
        passTime(Duration.ofSeconds(60));
        worker.tick();
        assertThat(outbox.reports).hasSize(3);
    }

    @Test
    void shouldCancelAnAttemptThatWaitsWithoutRunningIt() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        begin();
        assign("l1", "qa");

        // When
        command(CommandType.CANCEL, "l1");
        agents.runAll();

        // Then
        assertThat(outbox.typesOf("l1")).containsExactly(AgentResultType.CANCELLED);
        assertThat(outbox.endOf("l1").getFailure().getCode()).isEqualTo("CANCELLED");
    }

    @Test
    void shouldRunTheKillersOfACancelledAttempt() {
        // Given
        List<String> killed = new ArrayList<>();
        runner = attempt -> {
            attempt.cancellation().onCancel(() -> killed.add("child"));
            command(CommandType.CANCEL, "l1");
            return cancelled(attempt);
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(killed).containsExactly("child");
        assertThat(outbox.typesOf("l1")).containsExactly(AgentResultType.STARTED, AgentResultType.CANCELLED);
    }

    @Test
    void shouldTurnATimeoutIntoATransientFailure() {
        // Given
        runner = attempt -> {
            passTime(Duration.ofMillis(attempt.assignment().getTimeoutMs()));
            worker.tick();
            return cancelled(attempt);
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        AgentResult end = outbox.endOf("l1");
        assertThat(end.getType()).isEqualTo(AgentResultType.FAILED);
        assertThat(end.getFailure().getCode()).isEqualTo("ATTEMPT_TIMEOUT");
        assertThat(end.getFailure().getFailureClass()).isEqualTo(FailureClass.TRANSIENT);
    }

    @Test
    void shouldGiveAnAgentThatDoesNotStopAFreshActorAndIgnoreWhatTheOldOneSaysLater() {
        // Given
        runner = attempt -> {
            if (attempt.assignment().getLeaseId().equals("stuck")) {
                command(CommandType.CANCEL, "stuck");
                passTime(Duration.ofSeconds(2));
                worker.tick();
            }
            return Samples.succeeded("after all");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        begin();
        assign("stuck", "qa");
        assign("next", "qa");

        // When
        agents.runAll();

        // Then
        assertThat(outbox.typesOf("stuck")).containsExactly(AgentResultType.STARTED, AgentResultType.CANCELLED);
        assertThat(outbox.typesOf("next")).containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
        assertThat(agents.abandoned).isEqualTo(1);
    }

    @Test
    void shouldReportACrashOfTheAgent() {
        // Given
        runner = attempt -> {
            throw new StackOverflowError("deep");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        Failure failure = outbox.endOf("l1").getFailure();
        assertThat(failure.getCode()).isEqualTo("AGENT_CRASHED");
        assertThat(failure.getFailureClass()).isEqualTo(FailureClass.AGENT);
        assertThat(failure.getMessage()).contains("deep");
    }

    @Test
    void shouldBeginAgainAfterAGapAndStopWhatRan() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        long before = worker.incarnation();

        // When
        sequence++;
        assign("l2", "qa");

        // Then
        assertThat(worker.incarnation()).isGreaterThan(before);
        assertThat(outbox.lastHeartbeat().getType()).isEqualTo(HeartbeatType.HELLO);
        assertThat(outbox.lastHeartbeat().getSequence()).isEqualTo(1);
        assertThat(outbox.lastHeartbeat().getLastCommandSequence()).isZero();
        assertThat(worker.heldLeases()).isEmpty();
        agents.runAll();
        assertThat(outbox.reports).isEmpty();
    }

    @Test
    void shouldListInEveryHeartbeatExactlyWhatTheCommandsUpToItGave() throws Exception {
        // Given: core takes a lease for lost that is not listed although its command was applied
        worker.onRole("qa", Samples.role("qa", 1, 4, 1_000));
        begin();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        AtomicLong checked = new AtomicLong();
        outbox.onHeartbeat = heartbeat -> {
            // Looked at and not kept: thousands of heartbeats of thousands of leases would fill the memory.
            checked.incrementAndGet();
            long listed = heartbeat.getLeases().size();
            if (listed != Math.max(0, heartbeat.getLastCommandSequence() - 1)) {
                wrong.add("command " + heartbeat.getLastCommandSequence() + ": " + listed + " leases");
            }
        };
        AtomicBoolean done = new AtomicBoolean();
        Thread heartbeats = new Thread(() -> {
            while (!done.get()) {
                worker.beat();
            }
        });
        heartbeats.start();

        // When
        for (int i = 0; i < 3_000; i++) {
            assign("l" + i, "qa");
        }
        done.set(true);
        heartbeats.join();

        // Then
        assertThat(checked.get()).isGreaterThan(2);
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldWaitForTheAnswerToWhatAnAttemptAsks() throws Exception {
        // Given
        List<ApprovalAnswer> answers = Collections.synchronizedList(new ArrayList<>());
        runner = attempt -> {
            try {
                for (String id : List.of("a1-1", "a1-2")) {
                    answers.add(attempt.reporter().ask(request(id), attempt.cancellation()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        Thread agent = new Thread(agents::runAll);
        agent.start();

        // When: also an answer that nobody waits for
        awaitReports("l1", AgentResultType.STARTED, AgentResultType.ASKING);
        answer("l1", "a1-9", true);
        answer("l1", "a1-1", true);
        awaitReports("l1", AgentResultType.STARTED, AgentResultType.ASKING, AgentResultType.ASKING);
        answer("l1", "a1-2", false);
        agent.join(20_000);

        // Then
        assertThat(answers)
                .extracting(ApprovalAnswer::getRequestId, ApprovalAnswer::getApproved)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a1-1", true),
                        org.assertj.core.groups.Tuple.tuple("a1-2", false));
        assertThat(outbox.endOf("l1").getType()).isEqualTo(AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldStopAnAttemptThatWaitsForAnAnswer() throws Exception {
        // Given
        runner = attempt -> {
            try {
                ApprovalAnswer answer = attempt.reporter().ask(request("a1-1"), attempt.cancellation());
                attempt.cancellation().check();
                return Samples.succeeded("went on with " + answer);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");
        Thread agent = new Thread(agents::runAll);
        agent.start();
        awaitReports("l1", AgentResultType.STARTED, AgentResultType.ASKING);

        // When
        command(CommandType.CANCEL, "l1");
        agent.join(20_000);

        // Then
        assertThat(outbox.endOf("l1").getType()).isEqualTo(AgentResultType.CANCELLED);
    }

    private static ApprovalRequest request(String id) {
        return ApprovalRequest.newBuilder()
                .setRequestId(id)
                .setTool("edit")
                .setRule("pipelines")
                .setExpiresAt(Instant.now().plusSeconds(600))
                .build();
    }

    private void answer(String lease, String request, boolean approved) {
        WorkerCommand plain = Samples.about(worker.incarnation(), ++sequence, CommandType.ANSWER, lease);
        worker.onCommand(WorkerCommand.newBuilder(plain)
                .setAnswer(new ApprovalAnswer(request, approved, "ann", ""))
                .build());
    }

    private void awaitReports(String lease, AgentResultType... types) {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!outbox.typesOf(lease).equals(List.of(types)) && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(outbox.typesOf(lease)).containsExactly(types);
    }

    @Test
    void shouldStampAuditEventsWithTheIncarnationAsWriter() {
        // Given
        runner = attempt -> {
            attempt.reporter().audit(AuditEvent.newBuilder());
            return Samples.succeeded("done");
        };
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();

        // When
        assign("l1", "qa");
        agents.runAll();

        // Then
        assertThat(outbox.audit).singleElement().satisfies(event -> assertThat(event.getWriter())
                .isEqualTo("w1@" + worker.incarnation()));
    }

    @Test
    void shouldSubmitACallThatRayLostAgainButNotOneThatRan() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        begin();
        assign("l1", "qa");
        AgentCall call = agents.onlyHandle().calls.poll();

        // When / Then
        worker.lost(call, new IllegalStateException("lost"));
        assertThat(agents.onlyHandle().calls).containsExactly(call);
        agents.runAll();
        worker.lost(call, new IllegalStateException("late"));
        assertThat(agents.onlyHandle().calls).isEmpty();
        assertThat(outbox.typesOf("l1")).containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldEndItsAttemptsAndSayGoodbyeWhenItStops() {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");

        // When
        worker.close();

        // Then
        assertThat(outbox.endOf("l1").getFailure().getCode()).isEqualTo("WORKER_STOPPED");
        assertThat(outbox.endOf("l1").getFailure().getFailureClass()).isEqualTo(FailureClass.AGENT);
        assertThat(outbox.lastHeartbeat().getType()).isEqualTo(HeartbeatType.GOODBYE);
    }

    @Test
    void shouldEndWhatItHasAndTakeNothingNewWhenItDrains() throws Exception {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 2));
        begin();
        assign("l1", "qa");
        CompletableFuture<Void> drained = drain(Duration.ofSeconds(30));
        Heartbeat leaving = outbox.lastHeartbeat();

        // When
        assign("l2", "qa"); // Given before core had read the heartbeat.
        agents.runAll();
        command(CommandType.ACKNOWLEDGE, "l1");
        confirm(leaving.getSequence());
        boolean early = drained.isDone();
        command(CommandType.ACKNOWLEDGE, "l2");

        // Then
        assertThat(drained).succeedsWithin(Duration.ofSeconds(20));
        assertThat(early).isFalse();
        assertThat(leaving.getType()).isEqualTo(HeartbeatType.DRAINING);
        assertThat(leaving.getConfirm()).isTrue();
        assertThat(outbox.endOf("l1").getType()).isEqualTo(AgentResultType.SUCCEEDED);
        assertThat(outbox.endOf("l2").getType()).isEqualTo(AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldNotLeaveBeforeCoreHasReadThatItDrains() throws Exception {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        worker.beat();
        CompletableFuture<Void> drained = drain(Duration.ofSeconds(30));
        long leaving = outbox.lastHeartbeat().getSequence();

        // When
        confirm(leaving - 1);
        boolean early = drained.isDone();
        confirm(leaving);

        // Then
        assertThat(drained).succeedsWithin(Duration.ofSeconds(20));
        assertThat(early).isFalse();
    }

    @Test
    void shouldNotWaitForAnAttemptForLongerThanItMay() throws Exception {
        // Given
        worker.onRole("qa", Samples.role("qa", 1, 1, 1));
        begin();
        assign("l1", "qa");

        // When
        worker.drain(Duration.ofMillis(50));
        worker.close();

        // Then
        assertThat(outbox.endOf("l1").getFailure().getCode()).isEqualTo("WORKER_STOPPED");
    }

    /** Drains in another thread, once it has said so. */
    private CompletableFuture<Void> drain(Duration atMost) throws InterruptedException {
        CountDownLatch said = new CountDownLatch(1);
        outbox.onHeartbeat = heartbeat -> {
            outbox.heartbeats.add(heartbeat);
            said.countDown();
        };
        CompletableFuture<Void> drained = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                worker.drain(atMost);
                drained.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                drained.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        assertThat(said.await(20, TimeUnit.SECONDS)).isTrue();
        return drained;
    }

    private void confirm(long heartbeat) {
        WorkerCommand plain = Samples.command(worker.incarnation(), ++sequence, CommandType.CONFIRM);
        worker.onCommand(WorkerCommand.newBuilder(plain).setHeartbeat(heartbeat).build());
    }

    private Worker worker(Predicate<String> servesRole) {
        agents.handles.clear();
        return new Worker(
                Samples.identity(),
                WorkerTimings.DEFAULT,
                servesRole,
                agents::linked,
                new Worker.Parts(
                        attempt -> runner.run(attempt),
                        outbox,
                        completed,
                        Runnable::run,
                        () -> worker.beat(),
                        () -> welcomes++,
                        () -> now));
    }

    private void begin() {
        sequence = 0;
        worker.introduce();
        welcome();
    }

    private void welcome() {
        worker.onCommand(Samples.command(worker.incarnation(), ++sequence, CommandType.WELCOME));
    }

    private void welcomeAsking(long heartbeatMs) {
        WorkerCommand plain = Samples.command(worker.incarnation(), ++sequence, CommandType.WELCOME);
        worker.onCommand(
                WorkerCommand.newBuilder(plain).setHeartbeatMs(heartbeatMs).build());
    }

    private void assign(String lease, String role) {
        Assignment assignment = Samples.assignment(lease, role);
        worker.onCommand(Samples.assign(worker.incarnation(), ++sequence, assignment));
    }

    private void command(CommandType type, String lease) {
        worker.onCommand(Samples.about(worker.incarnation(), ++sequence, type, lease));
    }

    private List<HeldLease> beatAndHeld() {
        worker.beat();
        return outbox.lastHeartbeat().getLeases();
    }

    private void passTime(Duration time) {
        now = now.plus(time);
    }

    private static AttemptEnd cancelled(Attempt attempt) {
        return new AttemptEnd(
                AttemptEnd.Status.CANCELLED,
                null,
                Failure.newBuilder()
                        .setFailureClass(FailureClass.PERMANENT)
                        .setCode("CANCELLED")
                        .setMessage(String.valueOf(attempt.cancellation().reason()))
                        .build(),
                Samples.BRAIN);
    }

    /** Actors whose queues the test empties. */
    private static final class ManualAgents implements AgentDriver {

        private final Map<Integer, Handle> handles = new LinkedHashMap<>();
        private AgentLink link;
        private int made;
        private int retired;
        private int abandoned;

        private final class Handle implements AgentHandle {
            private final Deque<AgentCall> calls = new ArrayDeque<>();

            @Override
            public void submit(AgentCall call) {
                calls.add(call);
            }
        }

        AgentDriver linked(AgentLink worker) {
            this.link = worker;
            return this;
        }

        @Override
        public AgentHandle create(String agentId, Resources resources) {
            Handle handle = new Handle();
            handles.put(++made, handle);
            return handle;
        }

        @Override
        public void retire(AgentHandle handle) {
            retired++;
        }

        @Override
        public void abandon(AgentHandle handle) {
            abandoned++;
        }

        @Override
        public void close() {}

        Handle onlyHandle() {
            assertThat(handles).hasSize(1);
            return handles.values().iterator().next();
        }

        void runAll() {
            boolean any = true;
            while (any) {
                any = false;
                for (Handle handle : List.copyOf(handles.values())) {
                    AgentCall call = handle.calls.poll();
                    if (call != null) {
                        any = true;
                        link.run(call);
                    }
                }
            }
        }
    }

    private static final class Remembering implements CompletedAttempts {
        private final Map<String, AgentResult> kept = new LinkedHashMap<>();

        @Override
        public void put(AgentResult result) {
            kept.put(result.getLeaseId(), result);
        }

        @Override
        public void remove(String leaseId) {
            kept.remove(leaseId);
        }

        @Override
        public List<AgentResult> unacknowledged() {
            return List.copyOf(kept.values());
        }
    }
}
