package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.failure;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds tasks back that could run: pauses, concurrency keys, and a moment to come. */
class GatesTest {

    private final SimulatedFleet fleet = new SimulatedFleet();
    private SimWorker worker;

    @BeforeEach
    void startWorker() {
        fleet.role("qa");
        worker = fleet.worker("worker-1", Map.of("qa", 4));
        worker.obey();
    }

    private void submit(TaskSubmitted.Builder... tasks) {
        for (TaskSubmitted.Builder task : tasks) {
            fleet.submit(workflow(task.getId(), task.build()));
        }
        worker.obey();
    }

    private static TaskSubmitted.Builder onBranch(String id) {
        return task(id, "qa").setConcurrencyKey("repository@main");
    }

    private List<String> running() {
        return worker.running.values().stream().map(Assignment::getTaskId).toList();
    }

    private void report(String taskId, AgentResultType type) {
        String lease = worker.running.values().stream()
                .filter(assignment -> assignment.getTaskId().equals(taskId))
                .findFirst()
                .orElseThrow()
                .getLeaseId();
        worker.report(lease, type, type == AgentResultType.FAILED ? failure(FailureClass.TRANSIENT) : null);
        worker.obey();
    }

    private void ask(ControlAction action, TaskControl.Builder control) {
        fleet.control(control.setId("control-" + fleet.events.size()).setAction(action));
        worker.obey();
    }

    private static TaskControl.Builder of() {
        return TaskControl.newBuilder();
    }

    private List<TaskEvent> eventsOf(TaskEventType type) {
        return fleet.events.stream().filter(event -> event.getType() == type).toList();
    }

    @Test
    void shouldRunOneTaskOfAConcurrencyKeyAfterTheOther() {
        // Given
        submit(onBranch("first"), onBranch("second"), onBranch("third"), task("other", "qa"));
        List<String> atOnce = running();

        // When
        report("first", AgentResultType.SUCCEEDED);

        // Then
        assertThat(atOnce).containsExactly("first", "other");
        assertThat(running()).containsExactly("other", "second");
    }

    @Test
    void shouldSayWhoHoldsTheKey() {
        // When
        submit(onBranch("first"), onBranch("second"));

        // Then
        assertThat(eventsOf(TaskEventType.TASK_HELD))
                .extracting(TaskEvent::getTaskId, TaskEvent::getMessage)
                .containsExactly(tuple("second", "concurrency key repository@main is held by task first"));
    }

    @Test
    void shouldRunAsManyTasksOfAKeyAsItsLimitAllows() {
        // When
        submit(
                onBranch("first").setConcurrencyLimit(2),
                onBranch("second").setConcurrencyLimit(2),
                onBranch("third").setConcurrencyLimit(2));

        // Then
        assertThat(running()).containsExactly("first", "second");
    }

    @Test
    void shouldLetTheMoreUrgentTaskOfAKeyThroughFirst() {
        // Given
        submit(
                onBranch("first"),
                onBranch("low").setPriority(1),
                onBranch("high").setPriority(9));

        // When
        report("first", AgentResultType.SUCCEEDED);

        // Then
        assertThat(running()).containsExactly("high");
    }

    @Test
    void shouldGiveTheKeyAwayWhileATaskWaitsForItsRetry() {
        // Given
        submit(
                onBranch("first")
                        .setRetry(RetryPolicy.newBuilder()
                                .setMaxAttempts(2)
                                .setInitialBackoffMs(1_000)
                                .build()),
                onBranch("second"));

        // When
        report("first", AgentResultType.FAILED);

        // Then
        assertThat(running()).containsExactly("second");
    }

    @Test
    void shouldPassTheKeyOnWhenTheTaskThatItWasGivenToIsCancelledBeforeItRuns() {
        // Given: no slot is free when the key is
        submit(onBranch("first"), onBranch("second"), onBranch("third"));
        submit(
                task("a", "qa"),
                task("b", "qa"),
                task("c", "qa"),
                task("urgent", "qa").setPriority(9));
        report("first", AgentResultType.SUCCEEDED);
        assertThat(running()).doesNotContain("second", "third");

        // When
        fleet.cancel("cancel", null, "second");
        report("a", AgentResultType.SUCCEEDED);

        // Then
        assertThat(running()).contains("third");
    }

    @Test
    void shouldPassTheKeyOnWhenTheTaskThatItWasGivenToIsPaused() {
        // Given
        submit(onBranch("first"), onBranch("second"), onBranch("third"));
        ask(ControlAction.PAUSE, of().setTaskId("second"));

        // When
        report("first", AgentResultType.SUCCEEDED);

        // Then
        assertThat(running()).containsExactly("third");
    }

    @Test
    void shouldHoldAWorkflowBackUntilItIsResumed() {
        // Given
        ask(ControlAction.PAUSE, of().setWorkflowId("early").setReason("freeze").setRequestedBy("ada"));
        submit(task("early", "qa"), task("other", "qa"));
        List<String> whilePaused = running();

        // When
        ask(ControlAction.RESUME, of().setWorkflowId("early"));

        // Then
        assertThat(whilePaused).containsExactly("other");
        assertThat(eventsOf(TaskEventType.TASK_HELD))
                .extracting(TaskEvent::getMessage)
                .containsExactly("paused by ada: freeze (workflow:early)");
        assertThat(running()).containsExactly("other", "early");
    }

    @Test
    void shouldHoldARoleATenantAndAPoolBack() {
        for (TaskControl.Builder scope :
                List.of(of().setRole("qa"), of().setOfTenant("default"), of().setWholePool(true))) {
            // Given
            String id = "task-" + fleet.events.size();
            ask(ControlAction.PAUSE, TaskControl.newBuilder(scope));

            // When
            submit(task(id, "qa"));
            List<String> whilePaused = running();
            ask(ControlAction.RESUME, TaskControl.newBuilder(scope));

            // Then
            assertThat(whilePaused).as("%s", scope).doesNotContain(id);
            assertThat(running()).as("%s", scope).contains(id);
            report(id, AgentResultType.SUCCEEDED);
        }
    }

    @Test
    void shouldLetAttemptsUnderWayGoOnWhenTheirTaskIsPaused() {
        // Given
        submit(task("one", "qa"));

        // When
        ask(ControlAction.PAUSE, of().setTaskId("one"));
        report("one", AgentResultType.SUCCEEDED);

        // Then
        assertThat(fleet.outcomes).extracting(outcome -> outcome.getStatus()).containsExactly(TaskStatus.SUCCEEDED);
    }

    @Test
    void shouldResumeMoreTasksThanOneStepTakes() {
        // Given
        ask(ControlAction.PAUSE, of().setOfTenant("default"));
        for (int i = 0; i < 700; i++) {
            submit(task("t" + i, "qa"));
        }

        // When
        ask(ControlAction.RESUME, of().setOfTenant("default"));
        fleet.tick();

        // Then
        assertThat(fleet.view.ready(SimulatedFleet.POOL, "tenant:default")).isExhausted();
        assertThat(running()).hasSize(4);
    }

    @Test
    void shouldStayPausedWhenCoreStartsAnew() {
        // Given
        ask(ControlAction.PAUSE, of().setOfTenant("default"));
        submit(task("one", "qa"));

        // When
        fleet.restartCore(10);
        submit(task("two", "qa"));

        // Then
        assertThat(running()).isEmpty();
    }

    @Test
    void shouldEndAHeldTaskThatIsCancelled() {
        // Given
        ask(ControlAction.PAUSE, of().setTaskId("one"));
        submit(task("one", "qa"));

        // When
        fleet.cancel("cancel", null, "one");

        // Then
        assertThat(fleet.outcomes).extracting(outcome -> outcome.getStatus()).containsExactly(TaskStatus.CANCELLED);
        assertThat(fleet.view.ready(SimulatedFleet.POOL, "task:one")).isExhausted();
    }

    @Test
    void shouldNotQueueATaskBeforeItsMoment() {
        // Given
        long moment = fleet.now + 10_000;
        submit(task("later", "qa").setNotBefore(Instant.ofEpochMilli(moment)));

        // When
        fleet.pass(9_500);
        worker.obey();
        List<String> before = running();
        fleet.pass(500);
        worker.obey();

        // Then
        assertThat(before).isEmpty();
        assertThat(running()).containsExactly("later");
        assertThat(eventsOf(TaskEventType.TASK_HELD))
                .extracting(TaskEvent::getDueAt)
                .containsExactly(Instant.ofEpochMilli(moment));
    }

    @Test
    void shouldRunWhatGotAHigherPriorityFirst() {
        // Given
        submit(task("a", "qa"), task("b", "qa"), task("c", "qa"), task("d", "qa"));
        submit(task("queued", "qa"), task("raised", "qa").setPriority(1));

        // When
        ask(ControlAction.REPRIORITISE, of().setTaskId("raised").setPriority(9));
        report("a", AgentResultType.SUCCEEDED);

        // Then
        assertThat(running()).contains("raised").doesNotContain("queued");
        assertThat(eventsOf(TaskEventType.PRIORITY_CHANGED))
                .extracting(TaskEvent::getMessage)
                .containsExactly("Priority is 9");
    }

    @Test
    void shouldChangeThePriorityOfWhatIsHeldBack() {
        // Given
        submit(onBranch("first"), onBranch("second"), onBranch("third"));

        // When
        ask(ControlAction.REPRIORITISE, of().setWorkflowId("third").setPriority(9));
        report("first", AgentResultType.SUCCEEDED);

        // Then
        assertThat(running()).containsExactly("third");
    }

    @Test
    void shouldSayThatNothingIsPausedOrLiveUnderAnId() {
        // When
        ask(ControlAction.RESUME, of().setTaskId("unknown"));
        ask(ControlAction.REPRIORITISE, of().setTaskId("unknown").setPriority(1));

        // Then
        assertThat(eventsOf(TaskEventType.DUPLICATE_IGNORED)).hasSize(2);
    }
}
