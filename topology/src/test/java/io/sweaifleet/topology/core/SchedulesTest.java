package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static io.sweaifleet.topology.core.SimulatedFleet.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.schedule.MissedPolicy;
import io.sweaifleet.schemas.schedule.OverlapPolicy;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.topology.core.SimulatedFleet.SimWorker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When schedules fire, what they submit, and what becomes of firings that cannot take place. */
class SchedulesTest {

    private static final long MINUTE = 60_000;
    private static final Instant BEGIN = Instant.parse("2026-11-25T09:00:30Z");

    private final SimulatedFleet fleet = new SimulatedFleet();

    @BeforeEach
    void begin() {
        fleet.restartCore(BEGIN.toEpochMilli() - fleet.now);
        fleet.role("qa");
    }

    private static Schedule.Builder everyMinute() {
        return Schedule.newBuilder()
                .setId("beat")
                .setCron("* * * * *")
                .setOverlap(OverlapPolicy.ALLOW)
                .setWorkflow(WorkflowSubmitted.newBuilder(
                                workflow("none", task("tests", "qa").build()))
                        .setId(null)
                        .setTitle("Look after it")
                        .setLabels(Map.of("team", "core"))
                        .build())
                .setUpdatedAt(Instant.EPOCH);
    }

    private List<String> runs() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.SCHEDULE_FIRED)
                .map(TaskEvent::getWorkflowId)
                .toList();
    }

    private List<String> skips() {
        return fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.SCHEDULE_SKIPPED)
                .map(TaskEvent::getMessage)
                .toList();
    }

    private void pass(long minutes) {
        for (int i = 0; i < minutes; i++) {
            fleet.pass(MINUTE);
        }
    }

    private void finish(SimWorker worker) {
        worker.obey();
        List.copyOf(worker.running.keySet()).forEach(lease -> worker.report(lease, AgentResultType.SUCCEEDED, null));
        worker.obey();
    }

    private SchedulesAnswer.Schedule answer() {
        return new CoreQueries(fleet.store, POOL).schedules().schedules().get(0);
    }

    @Test
    void shouldSubmitTheWorkflowAtEachTime() {
        // Given
        fleet.schedule(everyMinute().build());
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 5));

        // When
        pass(2);
        finish(worker);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090100z", "beat-20261125t090200z");
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.SCHEDULE_FIRED)
                .allSatisfy(event -> {
                    assertThat(event.getScheduleId()).isEqualTo("beat");
                    assertThat(event.getDecidedAt())
                            .isBetween(event.getDueAt(), event.getDueAt().plusMillis(500));
                });
        assertThat(fleet.outcomeOf("beat-20261125t090100z-tests")).satisfies(outcome -> {
            assertThat(outcome.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(outcome.getLabels())
                    .containsEntry("team", "core")
                    .containsEntry("fleet.schedule", "beat")
                    .containsEntry("fleet.schedule-time", "2026-11-25T09:01:00Z");
            assertThat(outcome.getOrigin().getTopic()).isEqualTo("fleet.schedules");
        });
    }

    @Test
    void shouldGiveEachRunItsOwnTasksAndTimes() {
        // Given
        fleet.schedule(everyMinute()
                .setWorkflow(WorkflowSubmitted.newBuilder(workflow(
                                "none",
                                task("first", "qa").setDelayMs(10_000L).build(),
                                task("second", "qa")
                                        .setDependsOn(List.of("first"))
                                        .build()))
                        .setId(null)
                        .build())
                .build());
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 5));

        // When
        fleet.pass(35_000);
        assertThat(fleet.eventsOf("beat-20261125t090100z-first"))
                .containsExactly(TaskEventType.TASK_ACCEPTED, TaskEventType.TASK_HELD);
        fleet.pass(10_000);
        finish(worker);
        finish(worker);

        // Then
        assertThat(fleet.workflowOutcomes.get(0).getTasks())
                .extracting(end -> end.getTaskId())
                .containsExactly("beat-20261125t090100z-first", "beat-20261125t090100z-second");
    }

    @Test
    void shouldFireAtAnInterval() {
        // Given
        fleet.schedule(everyMinute().setCron(null).setIntervalMs(20_000L).build());

        // When
        fleet.pass(30_000);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090040z", "beat-20261125t090100z");
    }

    @Test
    void shouldPutAFiringOffByItsJitter() {
        // Given
        fleet.schedule(everyMinute().setJitterMs(30_000).build());

        // When
        pass(20);

        // Then
        List<TaskEvent> fired = fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.SCHEDULE_FIRED)
                .toList();
        assertThat(fired).hasSizeBetween(18, 20).allSatisfy(event -> assertThat(
                        event.getDecidedAt().toEpochMilli() - event.getDueAt().toEpochMilli())
                .isBetween(0L, 30_500L));
        assertThat(fired)
                .extracting(event ->
                        event.getDecidedAt().toEpochMilli() - event.getDueAt().toEpochMilli())
                .anyMatch(delay -> delay > 5_000);
        assertThat(answer().due()).isBetween(answer().next(), answer().next().plusSeconds(30));
    }

    @Test
    void shouldNeverDoubleARunWhenCoreRestarts() {
        // Given
        fleet.schedule(everyMinute().build());

        // When
        for (int i = 0; i < 10; i++) {
            fleet.pass(29_000);
            fleet.restartCore(10);
        }

        // Then
        assertThat(runs()).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void shouldLeaveOutAFiringWhileTheRunBeforeIsUnderWay() {
        // Given
        fleet.schedule(everyMinute().setOverlap(OverlapPolicy.SKIP).build());
        pass(3);
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        finish(worker);

        // When
        pass(1);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090100z", "beat-20261125t090400z");
        assertThat(skips())
                .containsExactly(
                        "The firing of 2026-11-25T09:02:00Z is left out: run beat-20261125t090100z is still under way",
                        "The firing of 2026-11-25T09:03:00Z is left out: run beat-20261125t090100z is still under way");
    }

    @Test
    void shouldKeepOneFiringUntilTheRunBeforeEnds() {
        // Given
        fleet.schedule(everyMinute().setOverlap(OverlapPolicy.BUFFER_ONE).build());
        pass(3);
        assertThat(answer().kept()).isEqualTo(Instant.parse("2026-11-25T09:03:00Z"));
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));

        // When
        finish(worker);
        fleet.pass(1_000);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090100z", "beat-20261125t090300z");
        assertThat(skips()).singleElement().asString().contains("09:02:00Z is left out for the one after it");
        assertThat(answer().kept()).isNull();
        assertThat(answer().next()).isEqualTo(Instant.parse("2026-11-25T09:04:00Z"));
    }

    /** Core is away from 09:00:30 to 09:10:30 (or longer): of ten times, the last is 30 s late. */
    @ParameterizedTest
    @CsvSource({
        "SKIP, 10, 1, 2026-11-25T09:10:00Z",
        "FIRE_ONCE, 10, 1, 2026-11-25T09:10:00Z",
        "FIRE_ALL, 10, 4, 2026-11-25T09:07:00Z",
        "SKIP, 1450, 1, 2026-11-26T09:10:00Z"
    })
    void shouldDoWithMissedFiringsAsThePolicySays(MissedPolicy policy, int minutes, int fired, Instant first) {
        // Given
        fleet.schedule(everyMinute().setMissed(policy).setMostMissed(3).build());

        // When
        fleet.restartCore(minutes * MINUTE);
        fleet.pass(20_000);

        // Then
        assertThat(runs()).hasSize(fired);
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.SCHEDULE_FIRED)
                .first()
                .satisfies(event -> assertThat(event.getDueAt()).isEqualTo(first));
        assertThat(skips())
                .singleElement()
                .asString()
                .startsWith("The firings from 2026-11-25T09:01:00Z to " + first.minusSeconds(60) + " were missed")
                .endsWith("(" + policy + ")");
        assertThat(answer().next()).isAfter(Instant.ofEpochMilli(fleet.now));
    }

    /** An hourly time was missed by more than a minute. */
    @ParameterizedTest
    @CsvSource({"SKIP, 3600000, 0", "FIRE_ONCE, 3600000, 1", "FIRE_ALL, 3600000, 1", "FIRE_ONCE, 300000, 0"})
    void shouldFireLateWhatIsWithinTheWindow(MissedPolicy policy, long windowMs, int fired) {
        // Given
        fleet.schedule(everyMinute()
                .setCron("0 10 * * *")
                .setMissed(policy)
                .setCatchUpWindowMs(windowMs)
                .build());

        // When
        fleet.restartCore(70 * MINUTE);
        fleet.pass(1_000);

        // Then
        assertThat(runs()).hasSize(fired);
        assertThat(skips()).hasSize(1 - fired);
        assertThat(answer().next()).isEqualTo(Instant.parse("2026-11-26T10:00:00Z"));
    }

    @Test
    void shouldNotMakeUpForAPause() {
        // Given
        fleet.schedule(everyMinute().setPaused(true).build());
        pass(3);
        assertThat(answer().next()).isNull();

        // When
        fleet.schedule(everyMinute().setVersion(2).build());
        pass(1);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090400z");
        assertThat(skips()).isEmpty();
    }

    @Test
    void shouldApplyAChangeAtOnce() {
        // Given
        fleet.schedule(everyMinute().setCron("0 12 * * *").build());

        // When
        fleet.schedule(everyMinute().setVersion(2).build());
        pass(1);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090100z");
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.SCHEDULE_CHANGED)
                .extracting(TaskEvent::getMessage)
                .containsExactly(
                        "Schedule beat of version 1 fires next at 2026-11-25T12:00:00Z",
                        "Schedule beat of version 2 fires next at 2026-11-25T09:01:00Z");
    }

    @Test
    void shouldForgetARemovedScheduleAtOnceAndLetItsRunGoOn() {
        // Given
        fleet.schedule(everyMinute().build());
        pass(1);
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));

        // When
        fleet.removeSchedule("beat");
        pass(3);
        finish(worker);

        // Then
        assertThat(runs()).hasSize(1);
        assertThat(fleet.outcomes).hasSize(1);
        assertThat(new CoreQueries(fleet.store, POOL).schedules().schedules()).isEmpty();
    }

    @Test
    void shouldGoOnAfterARefusedFiring() {
        // Given
        fleet.pool(
                PoolDefinition.newBuilder().setTenants(Map.of("default", new TenantRules(1, 1L, null, 86_400_000L))));
        fleet.schedule(everyMinute().build());
        pass(2);
        SimWorker worker = fleet.worker("worker-1", Map.of("qa", 1));
        finish(worker);

        // When
        pass(1);

        // Then
        assertThat(runs()).hasSize(3);
        assertThat(fleet.outcomeOf("beat-20261125t090200z-tests")).satisfies(outcome -> {
            assertThat(outcome.getStatus()).isEqualTo(TaskStatus.REJECTED);
            assertThat(outcome.getFailure().getCode()).isEqualTo("BACKLOG_FULL");
        });
        assertThat(fleet.eventsOf("beat-20261125t090300z-tests")).contains(TaskEventType.TASK_READY);
        assertThat(fleet.refused).isEmpty();
    }

    @Test
    void shouldLeaveWorkAloneThatHasTheIdOfARun() {
        // Given
        fleet.submit(workflow("beat-20261125t090100z", task("mine", "qa").build()));
        fleet.schedule(everyMinute().build());

        // When
        pass(2);

        // Then
        assertThat(runs()).containsExactly("beat-20261125t090200z");
        assertThat(skips()).singleElement().asString().endsWith("has a workflow or task beat-20261125t090100z already");
    }

    @Test
    void shouldEndWithItsEnd() {
        // Given
        fleet.schedule(
                everyMinute().setEndAt(Instant.parse("2026-11-25T09:02:00Z")).build());

        // When
        pass(5);

        // Then
        assertThat(runs()).hasSize(2);
        assertThat(answer().next()).isNull();
        assertThat(fleet.view.due(POOL, Long.MAX_VALUE, 100))
                .extracting(timer -> timer.kind().name())
                .doesNotContain("SCHEDULE");
    }

    @Test
    void shouldFireOnceInTheHourThatComesTwiceAndInTheOneThatDoesNotCome() {
        // Given
        fleet.restartCore(Instant.parse("2027-03-27T12:00:00Z").toEpochMilli() - fleet.now);
        fleet.schedule(
                everyMinute().setCron("30 2 * * *").setTimeZone("Europe/Berlin").build());

        // When
        for (int i = 0; i < 72; i++) {
            fleet.restartCore(30 * MINUTE);
            fleet.tick();
        }

        // Then
        assertThat(fleet.events)
                .filteredOn(event -> event.getType() == TaskEventType.SCHEDULE_FIRED)
                .extracting(TaskEvent::getDueAt)
                .containsExactly(Instant.parse("2027-03-28T01:00:00Z"));
    }

    @Test
    void shouldReadBackAScheduleThatItWrote() {
        // Given
        fleet.schedule(everyMinute()
                .setMissed(MissedPolicy.FIRE_ALL)
                .setJitterMs(5_000)
                .setStartAt(BEGIN)
                .build());
        pass(1);
        SchedulesAnswer.Schedule before = answer();

        // When
        fleet.restartCore(1);

        // Then
        assertThat(answer()).isEqualTo(before);
        assertThat(before.when()).isEqualTo("* * * * * UTC");
        assertThat(before.lastRun()).isEqualTo("beat-20261125t090100z");
        assertThat(before.underWay()).isTrue();
    }
}
