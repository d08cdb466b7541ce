package io.sweaifleet.ingest.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.health.AgentHealth.State;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgentBookTest {

    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

    private final AgentBook book = new AgentBook();
    private int tasks;

    @Test
    void shouldSayWhatEachAgentDoesAndHowItsAttemptsEnded() {
        // Given
        book.add(worker("w1", WorkerState.ONLINE, 3));
        book.add(heartbeat("w1", 1, HeartbeatType.HELLO, 0, 3));
        attempt("qa-1@w1", "w1", 0, 10, null);
        attempt("qa-1@w1", "w1", 20, 10, FailureClass.AGENT);
        attempt("qa-1@w1", "w1", 40, 10, FailureClass.PERMANENT);
        book.add(event(TaskEventType.TASK_STARTED, "running", "qa-2@w1", "w1", 60, null));

        // When
        List<AgentHealth> agents = book.agents();

        // Then
        assertThat(agents).extracting(AgentHealth::agentId).containsExactly("qa-1@w1", "qa-2@w1");
        AgentHealth first = agents.get(0);
        assertThat(first.state()).isEqualTo(State.READY);
        assertThat(first.since()).isEqualTo(START.plusSeconds(50));
        assertThat(first.attempts()).isEqualTo(3);
        assertThat(first.failed()).isEqualTo(1);
        assertThat(first.median()).isEqualTo(Duration.ofSeconds(10));
        assertThat(first.roleVersion()).isEqualTo(4);
        assertThat(first.heartbeat()).isEqualTo(START);
        assertThat(agents.get(1).state()).isEqualTo(State.BUSY);
        assertThat(agents.get(1).task()).isEqualTo("running");
        assertThat(book.idle()).containsExactly("1 of role qa at w1");
    }

    @Test
    void shouldTellTheSlowAndTheFailingOnesOfEnoughAttempts() {
        // Given
        book.add(worker("w1", WorkerState.ONLINE, 3));
        for (int i = 0; i < 5; i++) {
            attempt("qa-1@w1", "w1", 100 * i, 2, null);
            attempt("qa-2@w1", "w1", 100 * i, 2, FailureClass.TRANSIENT);
            attempt("qa-3@w1", "w1", 100 * i, 60, null);
        }
        attempt("qa-4@w1", "w1", 900, 600, FailureClass.AGENT);

        // When
        List<AgentHealth> agents = book.agents();

        // Then
        assertThat(agents).extracting(AgentHealth::slow).containsExactly(false, false, true, false);
        assertThat(agents).extracting(AgentHealth::isFailing).containsExactly(false, true, false, false);
    }

    @Test
    void shouldFollowTheStateOfTheWorker() {
        // Given
        attempt("qa-1@w1", "w1", 0, 10, null);
        attempt("qa-1@w2", "w2", 0, 10, null);
        attempt("qa-1@w3", "w3", 0, 10, null);
        book.add(worker("w1", WorkerState.DRAINING, 1));
        book.add(worker("w2", WorkerState.OFFLINE, 1));

        // When / Then: the third worker is one that core has forgotten.
        assertThat(book.agents())
                .extracting(AgentHealth::state)
                .containsExactly(State.DRAINING, State.OFFLINE, State.OFFLINE);
    }

    @Test
    void shouldListWhatBecameOfAgentsInTheOrderOfTime() {
        // Given
        book.add(heartbeat("w1", 1, HeartbeatType.HELLO, 0, 2));
        book.add(heartbeat("w1", 1, HeartbeatType.ALIVE, 2, 3));
        book.add(heartbeat("w1", 1, HeartbeatType.ALIVE, 40, 3));
        book.add(heartbeat("w1", 2, HeartbeatType.HELLO, 44, 3));
        book.add(heartbeat("w1", 2, HeartbeatType.DRAINING, 46, 3));
        book.add(heartbeat("w1", 2, HeartbeatType.DRAINING, 48, 3));
        book.add(heartbeat("w1", 2, HeartbeatType.GOODBYE, 50, 0));
        attempt("qa-1@w1", "w1", 4, 6, FailureClass.AGENT);

        // When / Then
        assertThat(book.changes())
                .extracting(change ->
                        Duration.between(START, change.at()).toSeconds() + " " + change.who() + " " + change.kind())
                .containsExactly(
                        "0 2 of role qa CREATED",
                        "2 1 of role qa CREATED",
                        "4 qa-1@w1 BUSY",
                        "10 qa-1@w1 READY",
                        "40 3 of role qa RECOVERED",
                        "44 3 of role qa RECOVERED",
                        "46 all agents DRAINING",
                        "50 all agents OFFLINE");
    }

    private void attempt(String agent, String worker, int at, int seconds, @Nullable FailureClass failed) {
        String task = "t-" + tasks++;
        book.add(event(TaskEventType.TASK_STARTED, task, agent, worker, at, null));
        if (failed != null) {
            book.add(event(TaskEventType.ATTEMPT_FAILED, task, agent, worker, at + seconds, failed));
        }
        book.add(event(TaskEventType.TASK_ENDED, task, null, null, at + seconds, failed));
    }

    private static TaskEvent event(
            TaskEventType type,
            String task,
            @Nullable String agent,
            @Nullable String worker,
            int at,
            @Nullable FailureClass failed) {
        return TaskEvent.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(task)
                .setTaskId(task)
                .setSequence(1)
                .setType(type)
                .setDecidedAt(START.plusSeconds(at))
                .setCause(new Cause(CauseType.TIMER, "", -1, -1L, "test"))
                .setRole("qa")
                .setAgentId(agent)
                .setWorkerId(worker)
                .setFailure(failed == null ? null : new Failure(failed, "BROKEN", "It broke", "", null, null))
                .build();
    }

    private static AgentStatus worker(String id, WorkerState state, int agents) {
        return AgentStatus.newBuilder()
                .setPool("default")
                .setWorkerId(id)
                .setIncarnation(1)
                .setState(state)
                .setRoles(List.of(new RoleCapacity("qa", 4, agents, agents, agents)))
                .setSince(START)
                .build();
    }

    private static Heartbeat heartbeat(String worker, long incarnation, HeartbeatType type, int at, int agents) {
        return Heartbeat.newBuilder()
                .setPool("default")
                .setWorkerId(worker)
                .setIncarnation(incarnation)
                .setSequence(at)
                .setType(type)
                .setCommandPartition(0)
                .setRoles(List.of(new RoleCapacity("qa", 4, agents, agents, agents)))
                .setSentAt(START.plusSeconds(at))
                .build();
    }
}
