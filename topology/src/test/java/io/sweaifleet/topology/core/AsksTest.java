package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TimerKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What running agents ask, and what becomes of it. */
class AsksTest {

    private final SimulatedFleet fleet = new SimulatedFleet();
    private SimWorker worker;
    private String lease;

    @BeforeEach
    void startATask() {
        fleet.role("qa");
        worker = fleet.worker("worker-1", Map.of("qa", 2));
        worker.obey();
        fleet.submit(workflow("t", task("t", "qa").build()));
        worker.obey();
        lease = worker.running.keySet().iterator().next();
        worker.report(lease, AgentResultType.STARTED, null);
    }

    @Test
    void shouldTellTheJournalWhatIsAskedAndTheWorkerWhatIsAnswered() {
        // When
        worker.ask(lease, request("a1-1", 60_000));
        answer("1", "a1-1", Verdict.APPROVED);

        // Then
        assertThat(of(TaskEventType.APPROVAL_REQUESTED)).singleElement().satisfies(event -> {
            assertThat(event.getRequest().getPreview()).isEqualTo("+ x");
            assertThat(event.getLeaseId()).isEqualTo(lease);
            assertThat(event.getDueAt()).isEqualTo(Instant.ofEpochMilli(fleet.now + 60_000));
        });
        assertThat(of(TaskEventType.APPROVAL_GIVEN)).singleElement().satisfies(event -> {
            assertThat(event.getRequestId()).isEqualTo("a1-1");
            assertThat(event.getMessage()).isEqualTo("edit (rule pipelines) is approved by ann: fine");
        });
        assertThat(answers()).containsExactly(new ApprovalAnswer("a1-1", true, "ann", "fine"));
        assertThat(timers()).isEmpty();
    }

    @Test
    void shouldDenyWhatNobodyAnswersInTime() {
        // Given
        worker.ask(lease, request("a1-1", 10_000));

        // When
        fleet.pass(11_000);
        answer("1", "a1-1", Verdict.APPROVED);

        // Then: the late answer changes nothing
        assertThat(answers()).containsExactly(new ApprovalAnswer("a1-1", false, "", "nobody answered in time"));
        assertThat(of(TaskEventType.ANSWER_IGNORED))
                .extracting(TaskEvent::getMessage)
                .containsExactly("Task t does not ask a1-1 (any more)");
    }

    @Test
    void shouldTakeOneAnswerToEachOfSeveralRequests() {
        // Given
        worker.ask(lease, request("a1-1", 60_000));
        worker.ask(lease, request("a1-2", 60_000));
        worker.ask(lease, request("a1-1", 60_000));

        // When
        answer("1", "a1-2", Verdict.REJECTED);
        answer("2", "a1-2", Verdict.APPROVED);
        answer("3", "a1-1", Verdict.APPROVED);
        answer("3", "a1-1", Verdict.APPROVED);

        // Then
        assertThat(of(TaskEventType.APPROVAL_REQUESTED)).hasSize(2);
        assertThat(answers())
                .extracting(ApprovalAnswer::getRequestId, ApprovalAnswer::getApproved)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a1-2", false),
                        org.assertj.core.groups.Tuple.tuple("a1-1", true));
        assertThat(of(TaskEventType.ANSWER_IGNORED)).hasSize(2);
    }

    @Test
    void shouldWithdrawWhatAnAttemptAskedWhenItEnds() {
        // Given
        worker.ask(lease, request("a1-1", 60_000));

        // When
        worker.report(lease, AgentResultType.SUCCEEDED, null);
        answer("1", "a1-1", Verdict.APPROVED);

        // Then
        assertThat(fleet.outcomeOf("t").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(timers()).isEmpty();
        assertThat(answers()).isEmpty();
        assertThat(of(TaskEventType.ANSWER_IGNORED)).hasSize(1);
    }

    @Test
    void shouldWithdrawWhatALostAttemptAskedAndRenewTheLeaseMeanwhile() {
        // Given
        worker.ask(lease, request("a1-1", 3_600_000));
        fleet.pass(40_000);
        assertThat(of(TaskEventType.LEASE_EXPIRED)).isEmpty();

        // When
        worker.die();
        fleet.pass(120_000);

        // Then
        assertThat(of(TaskEventType.LEASE_EXPIRED)).hasSize(1);
        assertThat(timers()).isEmpty();
    }

    @Test
    void shouldNotHearWhoDoesNotHoldTheLease() {
        // Given
        worker.report(lease, AgentResultType.PROGRESS, null);
        SimWorker other = fleet.worker("worker-2", Map.of("qa", 1));
        other.obey();
        other.running.put(lease, worker.running.get(lease));

        // When
        other.ask(lease, request("a1-1", 60_000));

        // Then: it is told to stop
        assertThat(of(TaskEventType.APPROVAL_REQUESTED)).isEmpty();
        assertThat(fleet.commands)
                .filteredOn(command -> command.getWorkerId().equals("worker-2"))
                .extracting(WorkerCommand::getType)
                .contains(CommandType.CANCEL);
    }

    @Test
    void shouldRefuseOneRequestTooMany() {
        // When
        for (int i = 1; i <= 17; i++) {
            worker.ask(lease, request("a1-" + i, 60_000));
        }

        // Then
        assertThat(of(TaskEventType.APPROVAL_REQUESTED)).hasSize(16);
        assertThat(answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getRequestId()).isEqualTo("a1-17");
            assertThat(answer.getApproved()).isFalse();
        });
    }

    private ApprovalRequest request(String id, long forMs) {
        return ApprovalRequest.newBuilder()
                .setRequestId(id)
                .setTool("edit")
                .setPreview("+ x")
                .setRule("pipelines")
                .setReason("secrets")
                .setExpiresAt(Instant.ofEpochMilli(fleet.now + forMs))
                .build();
    }

    private void answer(String id, String request, Verdict verdict) {
        fleet.input(CoreInput.newBuilder()
                .setPool(POOL)
                .setType(CoreInputType.APPROVAL)
                .setOrigin(fleet.origin("fleet.approvals"))
                .setApproval(Approval.newBuilder()
                        .setId(id)
                        .setPool(POOL)
                        .setTaskId("t")
                        .setVerdict(verdict)
                        .setBy("ann")
                        .setComment("fine")
                        .setRequest(request)
                        .build())
                .build());
    }

    private List<TaskEvent> of(TaskEventType type) {
        return fleet.events.stream().filter(event -> event.getType() == type).toList();
    }

    private List<ApprovalAnswer> answers() {
        return fleet.commands.stream()
                .filter(command -> command.getType() == CommandType.ANSWER)
                .peek(command -> assertThat(command.getLeaseId()).isEqualTo(lease))
                .map(WorkerCommand::getAnswer)
                .toList();
    }

    private List<Key.OfTimer> timers() {
        return fleet.view.due(POOL, fleet.now + 864_000_000L, 1_000).stream()
                .filter(timer -> timer.kind() == TimerKind.ASK_DUE)
                .toList();
    }
}
