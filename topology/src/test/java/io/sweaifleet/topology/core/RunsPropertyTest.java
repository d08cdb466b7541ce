package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.topology.core.domain.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random definitions, whose agents, approvers and signals do as they like, under cancels and restarts of core: no task is lost,
 * each ends once, dependencies are respected, what succeeded is undone exactly once and in reverse order, and the same history
 * gives the same events.
 */
class RunsPropertyTest {

    private static final int RUNS = 3;

    /** One history, drawn from a seed. */
    private static final class History {

        final SimulatedRuns runs = new SimulatedRuns(6);
        final Map<String, WorkflowDefinition> definitions = new HashMap<>();
        private final Random random;

        History(long seed) {
            random = new Random(seed);
        }

        void happen() {
            define("inner", false);
            define("outer", true);
            for (int i = 0; i < RUNS; i++) {
                runs.run("r" + i, i == 0 ? "inner" : "outer", Map.of());
            }
            for (int i = 0; i < 400 && !allEnded(); i++) {
                act();
                assertThat(runs.problems()).isEmpty();
            }
            finish();
        }

        private boolean allEnded() {
            return runs.fleet.workflowOutcomes.stream()
                            .filter(outcome -> outcome.getParentTaskId() == null)
                            .count()
                    == RUNS;
        }

        private void define(String name, boolean outer) {
            List<WorkflowStep> steps = new ArrayList<>();
            int count = 2 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                steps.add(step("s" + i, i, outer).build());
            }
            WorkflowDefinition definition = WorkflowDefinition.newBuilder()
                    .setName(name)
                    .setVersion(1)
                    .setSteps(steps)
                    .build();
            definitions.put(name, definition);
            runs.define(name, definition);
        }

        private WorkflowStep.Builder step(String id, int before, boolean outer) {
            Set<String> dependsOn = new HashSet<>();
            for (int i = 0; i < before; i++) {
                if (random.nextInt(3) == 0) {
                    dependsOn.add("s" + i);
                }
            }
            List<String> needed = new ArrayList<>(dependsOn);
            Collections.sort(needed);
            WorkflowStep.Builder step = SimulatedRuns.step(id, needed.toArray(new String[0]));
            switch (random.nextInt(outer ? 7 : 6)) {
                case 0 ->
                    step.setType(StepType.APPROVAL)
                            .setTask(null)
                            .setApproval(new ApprovalStep(List.of("ada"), "", 40_000L, TimeoutAction.FAIL));
                case 1 -> step.setType(StepType.SIGNAL).setTask(null).setSignal(new SignalStep("go", 40_000L));
                case 2 ->
                    step.setForEach(new ForEach(
                            random.nextBoolean() ? "[1, 2, 3, 4]" : "[]", 10, random.nextBoolean() ? 2 : null));
                case 3 -> step.setRepeat(new Repeat("iteration == 3", 1 + random.nextInt(4), random.nextBoolean()));
                case 6 ->
                    step.setType(StepType.WORKFLOW)
                            .setTask(null)
                            .setWorkflow(new WorkflowCall("inner", null, Map.of()));
                default -> {}
            }
            if (!needed.isEmpty() && random.nextInt(4) == 0) {
                step.setWhen("steps." + needed.get(0) + ".status == 'SUCCEEDED'");
            }
            if (random.nextInt(4) == 0) {
                step.setContinueOnFailure(true);
            }
            if (random.nextInt(2) == 0) {
                step.setCompensate(SimulatedRuns.task(Map.of()));
            }
            return step;
        }

        private void act() {
            List<String> running = runs.running();
            String one = running.isEmpty() ? null : running.get(random.nextInt(running.size()));
            int what = random.nextInt(100);
            if (what < 50 && one != null) {
                runs.succeed(one);
            } else if (what < 62 && one != null) {
                runs.fail(one);
            } else if (what < 74) {
                String taskId = "r" + random.nextInt(RUNS) + "-s" + random.nextInt(6);
                runs.approve(
                        taskId,
                        random.nextInt(4) == 0 ? Verdict.REJECTED : Verdict.APPROVED,
                        random.nextInt(5) == 0 ? "eve" : "ada");
            } else if (what < 84) {
                runs.signal("r" + random.nextInt(RUNS), null, "go", Map.of());
            } else if (what < 87) {
                runs.cancel("r" + random.nextInt(RUNS), null);
            } else if (what < 89) {
                runs.cancel(null, "r" + random.nextInt(RUNS) + "-s" + random.nextInt(6));
            } else if (what < 91) {
                runs.fleet.restartCore(10);
                runs.settle();
            } else {
                runs.fleet.pass(random.nextInt(3_000));
                runs.settle();
            }
        }

        /** Whatever still goes on comes to its end: agents succeed, and what nobody answers times out. */
        private void finish() {
            for (int i = 0; i < 1_000 && !allEnded(); i++) {
                List<String> running = runs.running();
                if (running.isEmpty()) {
                    runs.fleet.pass(2_000);
                    runs.settle();
                } else {
                    runs.succeed(running.get(0));
                }
            }
        }
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void shouldLoseNothingAndUndoExactlyWhatSucceeded(@ForAll long seed) {
        // Given
        History history = new History(seed);

        // When
        history.happen();

        // Then
        SimulatedFleet fleet = history.runs.fleet;
        assertThat(history.runs.problems()).isEmpty();
        assertThat(history.allEnded()).as("every run ended").isTrue();
        assertThat(fleet.refused).isEmpty();
        assertThat(fleet.view.get(new Key.OfBacklog(SimulatedFleet.POOL, "default")))
                .isNull();
        assertEachAcceptedTaskEndedOnce(fleet);
        for (WorkflowOutcome outcome : fleet.workflowOutcomes) {
            WorkflowDefinition definition = history.definitions.get(outcome.getDefinition());
            assertEndedInOrder(fleet, outcome, definition);
            assertUndone(fleet, outcome, definition);
        }
    }

    private static void assertEachAcceptedTaskEndedOnce(SimulatedFleet fleet) {
        List<String> accepted = tasks(fleet, TaskEventType.TASK_ACCEPTED);
        List<String> ended = tasks(fleet, TaskEventType.TASK_ENDED);
        assertThat(ended).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(accepted);
        // A second outcome of a task is refused by the simulation itself.
        assertThat(fleet.outcomeIds).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(fleet.workflowOutcomes)
                .extracting(WorkflowOutcome::getWorkflowId)
                .doesNotHaveDuplicates();
    }

    private static List<String> tasks(SimulatedFleet fleet, TaskEventType type) {
        return fleet.events.stream()
                .filter(event -> event.getType() == type)
                .map(TaskEvent::getTaskId)
                .toList();
    }

    /** No agent began a step, an item or an iteration of it before what the step depends on had ended. */
    private static void assertEndedInOrder(
            SimulatedFleet fleet, WorkflowOutcome outcome, WorkflowDefinition definition) {
        Map<String, Long> ended = new HashMap<>();
        for (TaskEvent event : fleet.events) {
            if (event.getType() == TaskEventType.TASK_ENDED) {
                ended.put(event.getTaskId(), event.getSequence());
            }
        }
        for (TaskEnd end : outcome.getTasks()) {
            WorkflowStep step = definition.getSteps().stream()
                    .filter(one -> one.getId().equals(end.getStep()))
                    .findFirst()
                    .orElseThrow();
            for (TaskEvent event : fleet.events) {
                if (end.getTaskId().equals(event.getTaskId()) && event.getType() == TaskEventType.TASK_ASSIGNED) {
                    for (String needed : step.getDependsOn()) {
                        assertThat(ended.get(outcome.getWorkflowId() + "-" + needed))
                                .as(needed + " ended before " + end.getTaskId() + " was given to an agent")
                                .isLessThan(event.getSequence());
                    }
                }
            }
        }
    }

    private static void assertUndone(SimulatedFleet fleet, WorkflowOutcome outcome, WorkflowDefinition definition) {
        Set<String> withCompensation = new HashSet<>();
        Set<String> frames = new HashSet<>();
        for (WorkflowStep step : definition.getSteps()) {
            if (step.getCompensate() != null) {
                withCompensation.add(step.getId());
            }
            if (step.getForEach() != null || step.getRepeat() != null) {
                frames.add(outcome.getWorkflowId() + "-" + step.getId());
            }
        }
        List<String> succeeded = new ArrayList<>();
        List<String> undone = new ArrayList<>();
        for (TaskOutcome task : fleet.outcomes) {
            if (!task.getWorkflowId().equals(outcome.getWorkflowId())) {
                continue;
            }
            if (task.getCompensates() != null) {
                undone.add(task.getCompensates());
            } else if (task.getStatus() == TaskStatus.SUCCEEDED
                    && withCompensation.contains(task.getStep())
                    && !frames.contains(task.getTaskId())) {
                succeeded.add(task.getTaskId());
            }
        }
        Collections.reverse(succeeded);
        assertThat(undone)
                .as("undone of " + outcome.getWorkflowId() + ", which " + outcome.getStatus())
                .isEqualTo(outcome.getStatus() == WorkflowStatus.SUCCEEDED ? List.of() : succeeded);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void shouldDecideTheSameAgain(@ForAll long seed) {
        // Given
        History first = new History(seed);
        History second = new History(seed);

        // When
        first.happen();
        second.happen();

        // Then
        assertThat(second.runs.fleet.events).isEqualTo(first.runs.fleet.events);
        assertThat(second.runs.fleet.outcomes).isEqualTo(first.runs.fleet.outcomes);
        assertThat(second.runs.fleet.workflowOutcomes).isEqualTo(first.runs.fleet.workflowOutcomes);
    }
}
