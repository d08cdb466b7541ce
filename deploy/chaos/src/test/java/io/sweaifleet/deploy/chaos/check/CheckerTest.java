package io.sweaifleet.deploy.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.chaos.history.AgentRun;
import io.sweaifleet.deploy.chaos.history.Fault;
import io.sweaifleet.deploy.chaos.history.Hello;
import io.sweaifleet.deploy.chaos.history.History;
import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.deploy.chaos.history.HistoryReader;
import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.deploy.chaos.history.Submitted;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checks over the history of a real run of 21 s with three kills and a restart: as it was recorded, and falsified in one place.
 * A check that does not notice is worth nothing.
 */
class CheckerTest {

    private static final Replayed REPLAYED = new Replayed(1, 1, List.of());

    private static History recorded;

    @BeforeAll
    static void read() {
        recorded = new HistoryReader(new HistoryDirectory(Path.of("src/test/resources/history"))).read();
    }

    private static Map<String, Verdict> check(History history, Replayed replayed) {
        Map<String, Verdict> verdicts = new TreeMap<>();
        Checker.check(new CheckedHistory(history, replayed))
                .forEach((check, verdict) -> verdicts.put(check.name(), verdict));
        return verdicts;
    }

    @Test
    void shouldFindNothingInAHistoryOfASoundFleet() {
        // When
        Map<String, Verdict> verdicts = check(recorded, REPLAYED);

        // Then
        assertThat(verdicts).hasSameSizeAs(Checker.CHECKS).allSatisfy((name, verdict) -> {
            assertThat(verdict.violations()).as(name).isEmpty();
            assertThat(verdict.looked()).as(name).isPositive();
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("falsifications")
    void shouldNotice(String what, UnaryOperator<History> falsify, String check, String message) {
        // Given
        History falsified = falsify.apply(recorded);

        // When
        Map<String, Verdict> verdicts = check(falsified, REPLAYED);

        // Then
        assertThat(verdicts.get(check).violations())
                .anySatisfy(violation -> assertThat(violation).containsPattern(message));
    }

    @Test
    void shouldNoticeThatCoreDecidesOtherwise() {
        // When
        Map<String, Verdict> verdicts = check(recorded, new Replayed(7, 3, List.of("event 8: status differs")));

        // Then
        assertThat(verdicts.get("replay").violations()).containsExactly("event 8: status differs");
    }

    @Test
    void shouldTakeAKilledWorkerForAwayUntilItsSuccessorIsHeard() {
        // Given: kills of ten minutes before
        Copy copy = new Copy(recorded);
        copy.faults.replaceAll(fault -> fault.kind().equals("STOP")
                ? fault
                : new Fault(fault.at() - 600_000, fault.target(), fault.kind(), fault.pid(), fault.forMs()));
        Verdict atOnce = check(copy.history(), REPLAYED).get("healthy-leases");
        recorded.faults().forEach(fault -> copy.hellos.add(new Hello(fault.target(), fault.at(), fault.at())));

        // When
        Verdict late = check(copy.history(), REPLAYED).get("healthy-leases");

        // Then
        assertThat(atOnce.violations()).isNotEmpty();
        assertThat(late.violations()).isEmpty();
    }

    static Stream<Arguments> falsifications() {
        return Stream.of(
                of("a dropped outcome", copy -> copy.outcomes.remove(0), "one-outcome", "has 0 outcomes"),
                of(
                        "a doubled outcome",
                        copy -> copy.outcomes.add(copy.outcomes.get(0)),
                        "one-outcome",
                        "has 2 outcomes"),
                of(
                        "an outcome of nothing",
                        copy -> copy.submissions.removeIf(submission -> submission
                                .workflow()
                                .equals(copy.submissions.get(0).workflow())),
                        "one-outcome",
                        "never submitted"),
                of(
                        "an acknowledged record that is gone",
                        copy -> copy.submissions.removeIf(submission -> submission
                                .workflow()
                                .equals(copy.submissions.get(0).workflow())),
                        "one-outcome",
                        "acknowledged by a broker and is in no topic"),
                of(
                        "a workflow that says other than its tasks",
                        copy -> copy.workflowOutcomes.set(
                                0,
                                WorkflowOutcome.newBuilder(copy.workflowOutcomes.get(0))
                                        .setStatus(WorkflowStatus.UNKNOWN)
                                        .build()),
                        "workflow-outcomes",
                        "its tasks make it"),
                of(
                        "a cancel that nobody asked for",
                        copy -> copy.controls.clear(),
                        "reasons",
                        "ended as CANCELLED for no reason"),
                of(
                        "a contradiction that is told nobody",
                        copy -> copy.submissions.add(contradicting(copy.submissions.get(0))),
                        "contradictions",
                        "is no dead letter"),
                of(
                        "a lost event",
                        copy -> copy.anyJournal().remove(10),
                        "journal-numbers",
                        "lacks the events 11 to 11"),
                of(
                        "a repeated event",
                        copy -> copy.anyJournal().add(10, copy.anyJournal().get(10)),
                        "journal-numbers",
                        "has two events 11"),
                of(
                        "an attempt number that is given twice",
                        copy -> copy.change(
                                is(TaskEventType.TASK_ASSIGNED)
                                        .and(event -> Integer.valueOf(2).equals(event.getAttempt())),
                                event -> TaskEvent.newBuilder(event)
                                        .setAttempt(1)
                                        .build()),
                        "lifecycle",
                        "gives attempt 1 of task .* number 2 is due"),
                of(
                        "a task that goes on after its end",
                        copy -> copy.swapWithNext(is(TaskEventType.TASK_ENDED)
                                .and(event -> event.getAttempt() == null || event.getStatus() == TaskStatus.SUCCEEDED)),
                        "lifecycle",
                        "had ended as"),
                of(
                        "an outcome of another end than the journal's",
                        copy -> copy.outcomes.set(
                                0,
                                TaskOutcome.newBuilder(copy.outcomes.get(0))
                                        .setStatus(TaskStatus.UNKNOWN)
                                        .build()),
                        "lifecycle",
                        "and as UNKNOWN"),
                of(
                        "a lease that is run twice",
                        copy -> copy.runs.add(copy.runs.get(0)),
                        "runs-once",
                        "was started twice"),
                of(
                        "a run that was never committed",
                        copy -> copy.change(is(TaskEventType.TASK_ASSIGNED), event -> TaskEvent.newBuilder(event)
                                .setLeaseId("another")
                                .build()),
                        "runs-once",
                        "which the journal gave as nothing"),
                of("an attempt that overlaps the one before", CheckerTest::overlap, "runs-once", "ran at once"),
                of(
                        "a success without work",
                        copy -> copy.runs.removeIf(AgentRun::succeeded),
                        "real-results",
                        "never ran"),
                of(
                        "a success that is told before the work is done",
                        copy -> copy.runs.replaceAll(run -> ending(run, Long.MAX_VALUE)),
                        "real-results",
                        "ended after"),
                of(
                        "a lease that is taken from a healthy worker",
                        copy -> copy.faults.clear(),
                        "healthy-leases",
                        "to which nothing was done"),
                of(
                        "a dependency that is not waited for",
                        CheckerTest::dependOnTheLast,
                        "dependencies",
                        "had not ended"),
                of(
                        "a dependent that runs before the work of its dependency is done",
                        CheckerTest::startEarly,
                        "dependencies",
                        "was not done before"),
                of("a key that is held twice by leases", CheckerTest::shareKey, "concurrency-keys", "hold leases"),
                of("a key that is held twice by agents", CheckerTest::workLonger, "concurrency-keys", "ran at once"),
                of("a rate that is exceeded", CheckerTest::startAtOnce, "rates", "above its rate"),
                of("a start out of order", CheckerTest::rankFirst, "priorities", "before task"),
                of(
                        "a start out of nowhere",
                        copy -> copy.change(is(TaskEventType.TASK_READY), event -> null),
                        "priorities",
                        "stood in no queue"),
                of("a tenant that is passed over", CheckerTest::starve, "fair-shares", "weighted starts"),
                of(
                        "a start of what is paused",
                        copy -> copy.journal
                                .values()
                                .forEach(events -> events.removeIf(is(TaskEventType.RESUME_REQUESTED))),
                        "pauses",
                        "is paused"),
                of(
                        "an attempt that goes on beyond its budget",
                        copy -> copy.submissions.replaceAll(CheckerTest::withoutBudget),
                        "budgets",
                        "by the agents' log, step 2 of attempt 1 .* came after 100 of 1 tokens"),
                of(
                        "an attempt of a task whose budget is used up",
                        copy -> copy.anyJournal()
                                .replaceAll(event -> event.getType() == TaskEventType.TASK_READY
                                        ? TaskEvent.newBuilder(event)
                                                .setType(TaskEventType.BUDGET_EXCEEDED)
                                                .build()
                                        : event),
                        "budgets",
                        "whose budget is used up"),
                of(
                        "work that nothing takes further",
                        copy -> copy.answers.set(
                                0,
                                new CheckAnswer(
                                        "north", 1, 0, 1, List.of(new CheckAnswer.Problem("task a", "is lost")), true)),
                        "store-invariants",
                        "task a: is lost"),
                of("a pool that was not asked", copy -> copy.answers.clear(), "store-invariants", "was not asked"));
    }

    private static Submitted withoutBudget(Submitted submitted) {
        return new Submitted(
                submitted.workflow(),
                submitted.topic(),
                submitted.partition(),
                submitted.offset(),
                submitted.tenant(),
                submitted.labels(),
                submitted.tasks().stream()
                        .map(task -> task.getBudget() == null
                                ? task
                                : TaskSubmitted.newBuilder(task)
                                        .setBudget(Budget.newBuilder()
                                                .setTokens(1L)
                                                .build())
                                        .build())
                        .toList(),
                submitted.digest());
    }

    private static Submitted contradicting(Submitted first) {
        return new Submitted(
                first.workflow(),
                first.topic(),
                first.partition(),
                first.offset() + 1_000_000,
                first.tenant(),
                first.labels(),
                first.tasks(),
                "another digest");
    }

    private interface Falsification {
        void on(Copy copy);
    }

    private static Arguments of(String what, Falsification falsification, String check, String message) {
        UnaryOperator<History> falsify = history -> {
            Copy copy = new Copy(history);
            falsification.on(copy);
            return copy.history();
        };
        return Arguments.of(what, falsify, check, message);
    }

    private static Predicate<TaskEvent> is(TaskEventType type) {
        return event -> event.getType() == type;
    }

    /** Lets the first attempt of a task that had several end after its second began. */
    private static void overlap(Copy copy) {
        List<String> expired = copy.journal.values().stream()
                .flatMap(List::stream)
                .filter(is(TaskEventType.LEASE_EXPIRED))
                .map(TaskEvent::getLeaseId)
                .toList();
        AgentRun second = copy.runs.stream()
                .filter(run -> run.attempt() == 2
                        && copy.runs.stream().anyMatch(one -> isFirstOf(run, one) && !expired.contains(one.lease())))
                .findFirst()
                .orElseThrow();
        copy.runs.replaceAll(run -> isFirstOf(second, run) ? ending(run, second.startedAt() + 1) : run);
    }

    private static boolean isFirstOf(AgentRun second, AgentRun run) {
        return run.task().equals(second.task()) && run.attempt() == 1;
    }

    private static AgentRun ending(AgentRun run, long at) {
        return new AgentRun(
                run.task(),
                run.attempt(),
                run.lease(),
                run.worker(),
                run.pid(),
                run.startedAt(),
                at,
                run.how(),
                run.tokens());
    }

    /** Says that the first task that was started had depended on the last one that ended. */
    private static void dependOnTheLast(Copy copy) {
        List<TaskEvent> journal = copy.anyJournal();
        String first = journal.stream()
                .filter(is(TaskEventType.TASK_ASSIGNED))
                .map(TaskEvent::getTaskId)
                .findFirst()
                .orElseThrow();
        String last = journal.stream()
                .filter(is(TaskEventType.TASK_ENDED))
                .map(TaskEvent::getTaskId)
                .reduce((one, other) -> other)
                .orElseThrow();
        copy.changeTask(first, task -> TaskSubmitted.newBuilder(task)
                .setDependsOn(List.of(String.valueOf(last)))
                .build());
    }

    /** Lets an agent work on after a task that depends on it has begun. */
    private static void startEarly(Copy copy) {
        for (Submitted submission : copy.submissions) {
            for (TaskSubmitted task : submission.tasks()) {
                for (String needed : task.getDependsOn()) {
                    Ref dependency = new Ref(submission.workflow().pool(), needed);
                    Ref dependent = new Ref(submission.workflow().pool(), String.valueOf(task.getId()));
                    boolean succeeded =
                            copy.runs.stream().anyMatch(run -> run.task().equals(dependency) && run.succeeded());
                    long began = copy.runs.stream()
                            .filter(run -> run.task().equals(dependent))
                            .mapToLong(AgentRun::startedAt)
                            .findFirst()
                            .orElse(0);
                    if (succeeded && began > 0) {
                        copy.runs.replaceAll(run -> run.task().equals(dependency) ? ending(run, began + 1) : run);
                        return;
                    }
                }
            }
        }
        throw new AssertionError("nothing depends on anything");
    }

    /** Says that two tasks of which one started while the other held its lease had the same key. */
    private static void shareKey(Copy copy) {
        String open = null;
        for (TaskEvent event : copy.anyJournal()) {
            if (event.getType() == TaskEventType.TASK_ASSIGNED && open != null) {
                copy.changeTask(open, CheckerTest::exclusive);
                copy.changeTask(String.valueOf(event.getTaskId()), CheckerTest::exclusive);
                return;
            } else if (event.getType() == TaskEventType.TASK_ASSIGNED) {
                open = event.getTaskId();
            } else if (CheckedHistory.endsLease(event.getType())
                    && String.valueOf(event.getTaskId()).equals(open)) {
                open = null;
            }
        }
        throw new AssertionError("nothing ran at once");
    }

    private static TaskSubmitted exclusive(TaskSubmitted task) {
        return TaskSubmitted.newBuilder(task)
                .setConcurrencyKey("exclusive")
                .setConcurrencyLimit(1)
                .build();
    }

    /** Lets the agents that work on a key never end. */
    private static void workLonger(Copy copy) {
        List<Ref> keyed = copy.submissions.stream()
                .flatMap(submission -> submission.tasks().stream()
                        .filter(task -> task.getConcurrencyKey() != null)
                        .map(task -> new Ref(submission.workflow().pool(), String.valueOf(task.getId()))))
                .toList();
        copy.runs.replaceAll(run -> keyed.contains(run.task()) ? ending(run, Long.MAX_VALUE) : run);
    }

    /** Says that every start was at the same moment. */
    private static void startAtOnce(Copy copy) {
        copy.change(
                is(TaskEventType.TASK_ASSIGNED),
                event -> TaskEvent.newBuilder(event).setDecidedAt(Instant.EPOCH).build());
    }

    /** Says that a task that waited behind others had been queued an hour before. */
    private static void rankFirst(Copy copy) {
        copy.journal
                .values()
                .forEach(events -> events.replaceAll(
                        event -> event.getType() == TaskEventType.TASK_READY && event.getSequence() % 3 == 0
                                ? TaskEvent.newBuilder(event)
                                        .setDecidedAt(event.getDecidedAt().minus(Duration.ofHours(1)))
                                        .build()
                                : event));
    }

    /** Says that tenants had other shares. */
    private static void starve(Copy copy) {
        copy.pools.replaceAll((name, pool) -> PoolDefinition.newBuilder(pool)
                .setTenants(Map.of(
                        "boris",
                        TenantRules.newBuilder().setWeight(100).build(),
                        "carla",
                        TenantRules.newBuilder().setWeight(100).build()))
                .build());
    }

    /** A history that can be changed. */
    private static final class Copy {
        private final History of;
        private final Map<String, PoolDefinition> pools;
        private final List<Submitted> submissions;
        private final List<TaskControl> controls;
        private final Map<String, List<TaskEvent>> journal = new TreeMap<>();
        private final List<TaskOutcome> outcomes;
        private final List<WorkflowOutcome> workflowOutcomes;
        private final List<DeadLetter> deadLetters;
        private final List<AgentRun> runs;
        private final List<Fault> faults;
        private final List<Hello> hellos;
        private final List<CheckAnswer> answers;

        Copy(History of) {
            this.of = of;
            pools = new TreeMap<>(of.pools());
            submissions = new ArrayList<>(of.submissions());
            controls = new ArrayList<>(of.controls());
            of.journal().forEach((pool, events) -> journal.put(pool, new ArrayList<>(events)));
            outcomes = new ArrayList<>(of.outcomes());
            workflowOutcomes = new ArrayList<>(of.workflowOutcomes());
            deadLetters = new ArrayList<>(of.deadLetters());
            runs = new ArrayList<>(of.runs());
            faults = new ArrayList<>(of.faults());
            hellos = new ArrayList<>(of.hellos());
            answers = new ArrayList<>(of.answers());
        }

        History history() {
            return new History(
                    pools,
                    of.acknowledged(),
                    submissions,
                    controls,
                    journal,
                    outcomes,
                    workflowOutcomes,
                    deadLetters,
                    runs,
                    faults,
                    hellos,
                    answers,
                    of.unanswered());
        }

        List<TaskEvent> anyJournal() {
            return journal.values().iterator().next();
        }

        private interface Change {
            @Nullable
            TaskEvent of(TaskEvent event);
        }

        /** Changes the first event of each pool that matches; null takes it away. */
        void change(Predicate<TaskEvent> which, Change change) {
            for (List<TaskEvent> events : journal.values()) {
                for (int i = 0; i < events.size(); i++) {
                    if (which.test(events.get(i))) {
                        TaskEvent changed = change.of(events.get(i));
                        if (changed == null) {
                            events.remove(i);
                            break;
                        }
                        events.set(i, changed);
                    }
                }
            }
        }

        /** Moves the end of the first task that has one to before the event that came before it of the same task. */
        void swapWithNext(Predicate<TaskEvent> which) {
            List<TaskEvent> events = anyJournal();
            for (int i = 1; i < events.size(); i++) {
                TaskEvent end = events.get(i);
                for (int j = i - 1; j >= 0 && which.test(end); j--) {
                    if (String.valueOf(end.getTaskId()).equals(events.get(j).getTaskId())) {
                        events.remove(i);
                        events.add(j, end);
                        return;
                    }
                }
            }
            throw new AssertionError("no task has two events");
        }

        void changeTask(String taskId, UnaryOperator<TaskSubmitted> change) {
            submissions.replaceAll(submission -> new Submitted(
                    submission.workflow(),
                    submission.topic(),
                    submission.partition(),
                    submission.offset(),
                    submission.tenant(),
                    submission.labels(),
                    submission.tasks().stream()
                            .map(task -> String.valueOf(task.getId()).equals(taskId) ? change.apply(task) : task)
                            .toList(),
                    submission.digest()));
        }
    }
}
