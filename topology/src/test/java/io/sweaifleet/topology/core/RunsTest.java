package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedRuns.definition;
import static io.sweaifleet.topology.core.SimulatedRuns.step;
import static io.sweaifleet.topology.core.SimulatedRuns.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.Verdict;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.WhyWaiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of runs of definitions. */
class RunsTest {

    private final SimulatedRuns runs = new SimulatedRuns(2_000);
    private final SimulatedFleet fleet = runs.fleet;

    @AfterEach
    void shouldForgetNothing() {
        assertThat(runs.problems()).isEmpty();
    }

    // --- Definitions and requests

    @Test
    void shouldRunStepsInSequenceAndParallel() {
        // Given
        runs.define(definition("build", step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")));

        // When
        runs.run("r", "build", Map.of());

        // Then
        assertThat(runs.running()).containsExactly("r-a");
        runs.succeed("r-a");
        assertThat(runs.running()).containsExactlyInAnyOrder("r-b", "r-c");
        runs.succeed("r-c");
        assertThat(runs.running()).containsExactly("r-b");
        runs.succeed("r-b");
        runs.succeed("r-d");
        WorkflowOutcome outcome = runs.outcomeOf("r");
        assertThat(outcome.getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(outcome.getDefinition()).isEqualTo("build");
        assertThat(outcome.getDefinitionVersion()).isEqualTo(1);
        assertThat(outcome.getTasks()).extracting(TaskEnd::getStep).containsExactly("a", "b", "c", "d");
        assertThat(runs.entries('i')).isZero();
    }

    @Test
    void shouldStayOnTheVersionThatItBeganWith() {
        // Given
        runs.define(definition("build", step("a"), step("b", "a")));
        runs.run("old", "build", Map.of());

        // When
        runs.define(definition("build", step("a"), step("z", "a")).setVersion(2));
        runs.run("new", "build", Map.of());
        runs.run(WorkflowSubmitted.newBuilder()
                .setId("back")
                .setDefinition("build")
                .setDefinitionVersion(1));
        List.of("old-a", "new-a", "back-a").forEach(runs::succeed);

        // Then
        assertThat(runs.running()).containsExactlyInAnyOrder("old-b", "new-z", "back-b");
        List.of("old-b", "new-z", "back-b").forEach(runs::succeed);
        assertThat(runs.outcomeOf("old").getDefinitionVersion()).isEqualTo(1);
        assertThat(runs.outcomeOf("new").getDefinitionVersion()).isEqualTo(2);
        assertThat(runs.outcomeOf("back").getDefinitionVersion()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAVersionWithOtherContent() {
        // Given
        runs.define(definition("build", step("a")));

        // When
        runs.define(definition("build", step("a")));
        runs.define(definition("build", step("other")));
        runs.run("r", "build", Map.of());

        // Then
        assertThat(fleet.refused)
                .extracting(refused -> refused.failure().getCode())
                .containsExactly("VERSION_REUSED");
        assertThat(runs.running()).containsExactly("r-a");
        runs.succeed("r-a");
    }

    @Test
    void shouldWaitALittleForADefinition() {
        // Given
        runs.run("r", "build", Map.of());
        assertThat(runs.problems()).isEmpty();
        fleet.pass(1_000);
        assertThat(runs.hasEnded("r")).isFalse();

        // When
        runs.define(definition("build", step("a")));
        fleet.pass(500);

        // Then
        assertThat(runs.running()).containsExactly("r-a");
        assertThat(fleet.events.stream().filter(event -> "r".equals(event.getWorkflowId())))
                .extracting(TaskEvent::getType)
                .startsWith(TaskEventType.RUN_DELAYED, TaskEventType.WORKFLOW_ACCEPTED);
        runs.succeed("r-a");
    }

    @Test
    void shouldRefuseARunWhoseDefinitionDoesNotCome() {
        // Given
        runs.run("r", "build", Map.of());
        runs.run("r", "build", Map.of());

        // When
        fleet.pass(6_000);

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.REJECTED);
        assertThat(runs.outcomeOf("r").getFailure().getCode()).isEqualTo("UNKNOWN_DEFINITION");
        assertThat(fleet.workflowOutcomes).hasSize(1);
    }

    @Test
    void shouldCancelARunWhoseDefinitionHasNotCome() {
        // Given
        runs.run("r", "build", Map.of());

        // When
        runs.cancel("r", null);

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.CANCELLED);
        fleet.pass(6_000);
        assertThat(fleet.workflowOutcomes).hasSize(1);
    }

    @Test
    void shouldBeginNothingOfARemovedDefinition() {
        // Given
        runs.define(definition("build", step("a"), step("b", "a")));
        runs.run("r", "build", Map.of());

        // When
        runs.define("build", null);
        runs.run("late", "build", Map.of());
        runs.succeed("r-a");
        runs.succeed("r-b");
        fleet.pass(6_000);

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(runs.outcomeOf("late").getFailure().getMessage()).contains("was removed");
    }

    @Test
    void shouldCheckInputs() {
        // Given
        runs.define(definition("build", step("a").setTask(task(Map.of("m", "${inputs.module}/${inputs.depth}"))))
                .setInputs(List.of(
                        new WorkflowInput("module", "", true, null), new WorkflowInput("depth", "", false, "3"))));

        // When
        runs.run("missing", "build", Map.of());
        runs.run("unknown", "build", Map.of("module", "core", "mode", "x"));
        runs.run("good", "build", Map.of("module", "core"));

        // Then
        assertThat(runs.outcomeOf("missing").getFailure())
                .returns("MISSING_INPUT", failure -> failure.getCode())
                .returns("inputs.module", failure -> failure.getField());
        assertThat(runs.outcomeOf("unknown").getFailure().getMessage()).contains("no input mode; it has depth, module");
        assertThat(runs.assignment("good-a").getInputs()).containsEntry("m", "core/3");
        runs.succeed("good-a");
    }

    @Test
    void shouldRefuseARunWhoseTaskIdsAreTaken() {
        // Given
        fleet.submit(SimulatedFleet.workflow(
                "other", SimulatedFleet.task("r-a", SimulatedRuns.ROLE).build()));
        runs.define(definition("build", step("a")));

        // When
        runs.run("r", "build", Map.of());

        // Then
        assertThat(runs.outcomeOf("r").getFailure().getCode()).isEqualTo("TASK_ID_TAKEN");
        runs.succeed("r-a");
    }

    @Test
    void shouldGiveTasksWhatTheRunHas() {
        // Given
        runs.define(definition("build", step("a")).setLabels(Map.of("kind", "build", "team", "x")));

        // When
        runs.run(WorkflowSubmitted.newBuilder()
                .setId("r")
                .setDefinition("build")
                .setRepository("/repo")
                .setBaseRef("main")
                .setPriority(8)
                .setTenant("acme")
                .setLabels(Map.of("team", "y")));

        // Then
        assertThat(runs.assignment("r-a"))
                .returns("/repo", given -> given.getRepository())
                .returns("main", given -> given.getBaseRef())
                .returns(8, given -> given.getPriority())
                .returns("acme", given -> given.getTenant())
                .returns(Map.of("kind", "build", "team", "y"), given -> given.getLabels());
        runs.succeed("r-a");
    }

    // --- Data flow

    @Test
    void shouldHandOnOutputsAndTheAddressesOfArtifacts() {
        // Given
        runs.define(definition(
                        "flow",
                        step("find"),
                        step("fix", "find")
                                .setTask(TaskSubmitted.newBuilder(task(Map.of(
                                                "first",
                                                "${json(steps.find.outputs.tests)[0]}",
                                                "all",
                                                "${steps.find.outputs.tests}",
                                                "report",
                                                "${steps.find.artifacts['report.json']}")))
                                        .setTitle("Fix ${steps.find.findings} of ${workflow.id}")
                                        .build()))
                .setOutputs(Map.of("patch", "steps.fix.outputs.patch", "status", "steps.find.status")));
        runs.run("r", "flow", Map.of());

        // When
        runs.succeed(
                "r-find",
                TaskResult.newBuilder()
                        .setOutputs(Map.of("tests", "[\"t1\",\"t2\"]"))
                        .setFindingsTotal(2)
                        .setArtifacts(List.of(new ArtifactRef("report.json", "report", "aa", 1L, "x/y", "file:/r")))
                        .build());

        // Then
        assertThat(runs.assignment("r-fix").getInputs())
                .isEqualTo(Map.of("first", "t1", "all", "[\"t1\",\"t2\"]", "report", "file:/r"));
        assertThat(runs.assignment("r-fix").getTitle()).isEqualTo("Fix 2 of r");
        runs.succeed("r-fix", Map.of("patch", "p"));
        assertThat(runs.outcomeOf("r").getOutputs()).isEqualTo(Map.of("patch", "p", "status", "SUCCEEDED"));
        assertThat(fleet.view.get(new Key.OfTask(SimulatedFleet.POOL, "r-find")))
                .as("its tombstone")
                .isEqualTo(new TaskEntry.Ended("r", TaskStatus.SUCCEEDED, 1, Map.of(), List.of(), null));
    }

    @Test
    void shouldFailAStepWhoseExpressionHasNoValue() {
        // Given
        runs.define(definition(
                "flow",
                step("find"),
                step("fix", "find").setTask(task(Map.of("t", "${steps.find.outputs.test}"))),
                step("last", "fix")));
        runs.run("r", "flow", Map.of());

        // When
        runs.succeed("r-find");

        // Then
        TaskOutcome outcome = fleet.outcomeOf("r-fix");
        assertThat(outcome.getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(outcome.getStep()).isEqualTo("fix");
        assertThat(outcome.getFailure())
                .returns("EXPRESSION_FAILED", failure -> failure.getCode())
                .returns("task.inputs.t", failure -> failure.getField())
                .returns("${steps.find.outputs.test}", failure -> failure.getValue());
        assertThat(outcome.getFailure().getMessage()).contains("step fix");
        assertThat(runs.statusOf("r-last")).isEqualTo(TaskStatus.SKIPPED);
        assertThat(runs.outcomeOf("r").getFailure().getMessage()).startsWith("Step fix: ");
    }

    @Test
    void shouldFailARunWhoseOutputsHaveNoValue() {
        // Given
        runs.define(definition("flow", step("find")).setOutputs(Map.of("x", "steps.find.outputs.x")));
        runs.run("r", "flow", Map.of());

        // When
        runs.succeed("r-find");

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(runs.outcomeOf("r").getFailure().getCode()).isEqualTo("EXPRESSION_FAILED");
    }

    @Test
    void shouldDelayAStepFromWhenItCouldBegin() {
        // Given
        TaskSubmitted late =
                TaskSubmitted.newBuilder(task(Map.of())).setDelayMs(10_000L).build();
        runs.define(definition("flow", step("a"), step("b", "a").setTask(late)));
        runs.run("r", "flow", Map.of());
        fleet.pass(20_000);

        // When
        runs.succeed("r-a");

        // Then
        fleet.pass(9_000);
        assertThat(runs.running()).isEmpty();
        fleet.pass(1_500);
        assertThat(runs.running()).containsExactly("r-b");
        runs.succeed("r-b");
    }

    // --- Conditions and failures

    @Test
    void shouldLeaveOutWhatItsConditionExcludes() {
        // Given
        runs.define(definition(
                "flow",
                step("test"),
                step("fix", "test").setWhen("steps.test.findings > 0"),
                step("report", "fix").setTask(task(Map.of("fixed", "${steps.fix.status}")))));
        runs.run("r", "flow", Map.of());

        // When
        runs.succeed("r-test");

        // Then
        assertThat(runs.statusOf("r-fix")).isEqualTo(TaskStatus.SKIPPED);
        assertThat(runs.codeOf("r-fix")).isEqualTo("CONDITION_FALSE");
        assertThat(runs.assignment("r-report").getInputs()).containsEntry("fixed", "SKIPPED");
        runs.succeed("r-report");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldSkipALongChainOfConditionsWithoutDeepRecursion() {
        // Given
        WorkflowStep.Builder[] steps = new WorkflowStep.Builder[200];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (i == 0 ? step("s0") : step("s" + i, "s" + (i - 1))).setWhen("false");
        }
        runs.define(definition("long", steps));

        // When
        runs.run("r", "long", Map.of());

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(fleet.outcomes).hasSize(200).allMatch(outcome -> outcome.getStatus() == TaskStatus.SKIPPED);
    }

    @Test
    void shouldGoOnAfterAFailureThatIsTolerated() {
        // Given
        runs.define(definition(
                "flow",
                step("lint").setContinueOnFailure(true),
                step("after", "lint").setTask(task(Map.of("why", "${steps.lint.failure.code}")))));
        runs.run("r", "flow", Map.of());

        // When
        runs.fail("r-lint");

        // Then
        assertThat(runs.assignment("r-after").getInputs()).containsEntry("why", "BROKEN");
        runs.succeed("r-after");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldTakeTheDefinitionsPolicyForStepsThatHaveNone() {
        // Given
        runs.define(definition(
                        "flow",
                        step("a"),
                        step("b", "a"),
                        step("c").setOnFailure(FailurePolicy.FAIL_DEPENDENTS),
                        step("d", "c"))
                .setOnFailure(FailurePolicy.CONTINUE));
        runs.run("r", "flow", Map.of());

        // When
        runs.fail("r-a");
        runs.fail("r-c");

        // Then
        assertThat(runs.running()).containsExactly("r-b");
        assertThat(runs.statusOf("r-d")).isEqualTo(TaskStatus.FAILED);
        runs.succeed("r-b");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    // --- Items

    private static WorkflowStep.Builder each(String id, String items, String... dependsOn) {
        return step(id, dependsOn)
                .setTask(task(Map.of("of", "${item}", "n", "${index}")))
                .setForEach(new ForEach(items, 1_000, null));
    }

    @Test
    void shouldDoAStepForEachItemOfAComputedListAndGatherTheOutputs() {
        // Given
        runs.define(definition(
                "fan",
                step("find"),
                each("fix", "json(steps.find.outputs.modules)", "find"),
                step("gather", "fix")
                        .setTask(task(Map.of(
                                "all",
                                "${steps.fix.outputs.patch}",
                                "second",
                                "${json(steps.fix.outputs.patch)[1]}",
                                "log",
                                "${steps.fix.artifacts['1-log']}")))));
        runs.run("r", "fan", Map.of());

        // When
        runs.succeed("r-find", Map.of("modules", "[\"core\",{\"name\":\"web\"},3]"));

        // Then
        assertThat(runs.running()).containsExactlyInAnyOrder("r-fix-0", "r-fix-1", "r-fix-2");
        assertThat(runs.assignment("r-fix-0").getInputs()).isEqualTo(Map.of("of", "core", "n", "0"));
        assertThat(runs.assignment("r-fix-1").getInputs()).containsEntry("of", "{\"name\":\"web\"}");
        assertThat(runs.assignment("r-fix-0").getDependencies())
                .extracting(dependency -> dependency.getTaskId())
                .containsExactly("r-find");
        assertThat(waiting("r-fix")).containsExactly("0 of 3 items have ended, 3 are under way");
        runs.succeed("r-fix-2", Map.of("patch", "p\"2"));
        runs.succeed(
                "r-fix-1",
                TaskResult.newBuilder()
                        .setOutputs(Map.of("patch", "p1"))
                        .setArtifacts(List.of(new ArtifactRef("log", "log", "aa", 1L, "x/y", "file:/l1")))
                        .build());
        runs.succeed("r-fix-0");
        assertThat(runs.assignment("r-gather").getInputs())
                .isEqualTo(Map.of("all", "[null,\"p1\",\"p\\\"2\"]", "second", "p1", "log", "file:/l1"));
        runs.succeed("r-gather");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    private List<String> waiting(String taskId) {
        TaskEntry.Live task = (TaskEntry.Live) fleet.view.get(new Key.OfTask(SimulatedFleet.POOL, taskId));
        return new WhyWaiting(fleet.view, SimulatedFleet.POOL)
                .of(taskId, task).stream().map(Waiting::message).toList();
    }

    @Test
    void shouldBeginAThousandItemsInBoundedSteps() {
        // Given
        String numbers = IntStream.range(0, 1_000).boxed().toList().toString();
        runs.define(definition("fan", each("fix", "json(inputs.list)"))
                .setInputs(List.of(new WorkflowInput("list", "", true, null))));

        // When
        runs.run("r", "fan", Map.of("list", numbers));

        // Then
        assertThat(runs.running()).hasSize(1_000);
        assertThat(runs.problems()).isEmpty();
        IntStream.range(0, 1_000).forEach(i -> runs.succeed("r-fix-" + i, Map.of("v", String.valueOf(i))));
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(fleet.outcomeOf("r-fix").getResult().getOutputs().get("v")).startsWith("[\"0\",\"1\",");
        assertThat(fleet.outcomes).hasSize(1_001);
    }

    @Test
    void shouldKeepSoManyItemsUnderWayAsTheStepAllows() {
        // Given
        runs.define(
                definition("fan", each("fix", "[1, 2, 3, 4, 5]").setForEach(new ForEach("[1, 2, 3, 4, 5]", 10, 2))));
        runs.run("r", "fan", Map.of());

        // When / Then
        assertThat(runs.running()).containsExactly("r-fix-0", "r-fix-1");
        runs.succeed("r-fix-1");
        assertThat(runs.running()).containsExactly("r-fix-0", "r-fix-2");
        List.of("r-fix-0", "r-fix-2", "r-fix-3", "r-fix-4").forEach(runs::succeed);
        assertThat(runs.hasEnded("r")).isTrue();
    }

    @Test
    void shouldBeginNoFurtherItemOnceOneHasFailed() {
        // Given
        runs.define(definition(
                "fan", each("fix", "[1]").setForEach(new ForEach("[1, 2, 3, 4]", 10, 2)), step("after", "fix")));
        runs.run("r", "fan", Map.of());

        // When
        runs.fail("r-fix-0");

        // Then
        assertThat(runs.running()).containsExactly("r-fix-1");
        runs.succeed("r-fix-1");
        assertThat(fleet.outcomeOf("r-fix").getFailure().getMessage())
                .isEqualTo("1 of the 4 items of step fix did not succeed; 2 were not begun");
        assertThat(runs.statusOf("r-after")).isEqualTo(TaskStatus.SKIPPED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    @Test
    void shouldDoEveryItemWhenFailuresAreTolerated() {
        // Given
        runs.define(definition(
                "fan",
                each("fix", "[1]").setForEach(new ForEach("[1, 2, 3]", 10, 1)).setContinueOnFailure(true),
                step("after", "fix")));
        runs.run("r", "fan", Map.of());

        // When
        runs.fail("r-fix-0");
        runs.succeed("r-fix-1");
        runs.fail("r-fix-2");

        // Then
        assertThat(runs.statusOf("r-fix")).isEqualTo(TaskStatus.FAILED);
        runs.succeed("r-after");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldEndAStepWithoutItemsAtOnceAndFailOneWithTooMany() {
        // Given
        runs.define(definition(
                "fan",
                each("none", "[]"),
                each("many", "[1]").setForEach(new ForEach("[1, 2, 3]", 2, null)),
                each("text", "inputs.list")));

        // When
        runs.run("r", "fan", Map.of());

        // Then
        assertThat(runs.statusOf("r-none")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.codeOf("r-many")).isEqualTo("TOO_MANY_ITEMS");
        assertThat(runs.codeOf("r-text")).isEqualTo("EXPRESSION_FAILED");
    }

    @Test
    void shouldFailItemsWhoseExpressionsHaveNoValue() {
        // Given
        WorkflowStep.Builder fix = each("fix", "[1, 2, 3]").setTask(task(Map.of("x", "${item.name}")));
        runs.define(definition("fan", fix));

        // When
        runs.run("r", "fan", Map.of());

        // Then
        assertThat(runs.codeOf("r-fix-0")).isEqualTo("EXPRESSION_FAILED");
        assertThat(runs.codeOf("r-fix")).isEqualTo("ITEMS_FAILED");
        assertThat(runs.hasEnded("r")).isTrue();
    }

    // --- Iterations

    private static WorkflowStep.Builder loop(String id, String until, int most, boolean goOn) {
        return step(id).setTask(task(Map.of(
                        "n", "${iteration}", "before", "${has(last.outputs.left) ? last.outputs.left : 'none'}")))
                .setRepeat(new Repeat(until, most, goOn));
    }

    @Test
    void shouldRepeatAStepUntilItsConditionHolds() {
        // Given
        runs.define(definition(
                "loop",
                loop("fix", "last.outputs.left == '0'", 5, false),
                step("after", "fix").setTask(task(Map.of("left", "${steps.fix.outputs.left}")))));
        runs.run("r", "loop", Map.of());
        assertThat(runs.assignment("r-fix-1").getInputs()).isEqualTo(Map.of("n", "1", "before", "none"));
        assertThat(waiting("r-fix")).containsExactly("iteration 1 is under way: task r-fix-1");

        // When
        runs.succeed("r-fix-1", Map.of("left", "2"));
        assertThat(runs.assignment("r-fix-2").getInputs()).isEqualTo(Map.of("n", "2", "before", "2"));
        runs.succeed("r-fix-2", Map.of("left", "0"));

        // Then
        assertThat(runs.statusOf("r-fix")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.assignment("r-after").getInputs()).containsEntry("left", "0");
        runs.succeed("r-after");
    }

    @Test
    void shouldFailARepeatedStepWhoseConditionNeverHolds() {
        // Given
        runs.define(definition("loop", loop("fix", "false", 2, false)));
        runs.run("r", "loop", Map.of());

        // When
        runs.succeed("r-fix-1", Map.of("left", "2"));
        runs.succeed("r-fix-2", Map.of("left", "1"));

        // Then
        assertThat(runs.codeOf("r-fix")).isEqualTo("ITERATIONS_EXHAUSTED");
        assertThat(fleet.outcomeOf("r-fix").getResult().getOutputs()).containsEntry("left", "1");
    }

    @Test
    void shouldLetTheConditionLookAtFailuresWhenItIsToldTo() {
        // Given
        runs.define(definition(
                "loop",
                loop("patient", "last.status == 'SUCCEEDED'", 3, true),
                loop("strict", "last.status == 'SUCCEEDED'", 3, false)));
        runs.run("r", "loop", Map.of());

        // When
        runs.fail("r-patient-1");
        runs.fail("r-strict-1");
        runs.succeed("r-patient-2");

        // Then
        assertThat(runs.statusOf("r-patient")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.codeOf("r-strict")).isEqualTo("ITERATION_FAILED");
    }

    @Test
    void shouldRepeatEachItem() {
        // Given
        WorkflowStep.Builder both =
                loop("fix", "last.outputs.left == item", 4, false).setForEach(new ForEach("['a', 'b']", 10, null));
        runs.define(definition("both", both));
        runs.run("r", "both", Map.of());

        // When
        runs.succeed("r-fix-0-1", Map.of("left", "x"));
        runs.succeed("r-fix-1-1", Map.of("left", "b"));
        runs.succeed("r-fix-0-2", Map.of("left", "a"));

        // Then
        assertThat(fleet.outcomeOf("r-fix").getResult().getOutputs()).containsEntry("left", "[\"a\",\"b\"]");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    // --- Approvals

    private static WorkflowStep.Builder approval(
            String id, List<String> approvers, Long timeoutMs, TimeoutAction onTimeout, String... dependsOn) {
        return WorkflowStep.newBuilder()
                .setId(id)
                .setType(StepType.APPROVAL)
                .setDependsOn(List.of(dependsOn))
                .setApproval(new ApprovalStep(approvers, "Ship ${workflow.id}?", timeoutMs, onTimeout));
    }

    @Test
    void shouldWaitForTheApprovalOfSomebodyListed() {
        // Given
        runs.define(definition(
                "ship",
                approval("ok", List.of("ada", "leads"), 60_000L, TimeoutAction.FAIL),
                step("ship", "ok").setTask(task(Map.of("by", "${steps.ok.outputs.by}")))));
        runs.run("r", "ship", Map.of());
        assertThat(waiting("r-ok")).containsExactly("asks ada, leads for approval: Ship r?");
        TaskEvent asked = fleet.events.stream()
                .filter(event -> event.getType() == TaskEventType.APPROVAL_REQUESTED)
                .findFirst()
                .orElseThrow();
        assertThat(asked.getDueAt()).isEqualTo(Instant.ofEpochMilli(fleet.now + 60_000));

        // When
        runs.approve("r-ok", Verdict.APPROVED, "eve");
        runs.approve("r-ok", Verdict.APPROVED, "bob", "leads");

        // Then
        assertThat(fleet.eventsOf("r-ok"))
                .containsSubsequence(
                        TaskEventType.ANSWER_IGNORED, TaskEventType.APPROVAL_GIVEN, TaskEventType.TASK_ENDED);
        assertThat(runs.assignment("r-ship").getInputs()).containsEntry("by", "bob");
        runs.approve("r-ok", Verdict.REJECTED, "ada");
        runs.succeed("r-ship");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        fleet.pass(61_000);
        assertThat(fleet.outcomes).hasSize(2);
    }

    @Test
    void shouldFailAStepThatIsRejected() {
        // Given
        runs.define(definition("ship", approval("ok", List.of(), null, TimeoutAction.UNKNOWN), step("ship", "ok")));
        runs.run("r", "ship", Map.of());

        // When
        runs.approve("r-ok", Verdict.REJECTED, "ada");

        // Then
        assertThat(runs.codeOf("r-ok")).isEqualTo("APPROVAL_REJECTED");
        assertThat(fleet.outcomeOf("r-ok").getResult().getOutputs())
                .isEqualTo(Map.of("verdict", "REJECTED", "by", "ada", "comment", "because"));
        assertThat(runs.statusOf("r-ship")).isEqualTo(TaskStatus.SKIPPED);
    }

    @ParameterizedTest
    @EnumSource(TimeoutAction.class)
    void shouldDoWhatTheStepSaysWhenNobodyAnswers(TimeoutAction action) {
        // Given
        runs.define(definition("ship", approval("ok", List.of("ada"), 10_000L, action)));
        runs.run("r", "ship", Map.of());

        // When
        fleet.pass(9_000);
        assertThat(runs.hasEnded("r")).isFalse();
        fleet.pass(1_500);

        // Then
        assertThat(runs.statusOf("r-ok"))
                .isEqualTo(
                        switch (action) {
                            case APPROVE -> TaskStatus.SUCCEEDED;
                            case REJECT -> TaskStatus.FAILED;
                            case FAIL, UNKNOWN -> TaskStatus.EXPIRED;
                        });
    }

    @Test
    void shouldKeepAnAnswerThatComesEarly() {
        // Given
        runs.define(
                definition("ship", step("build"), approval("ok", List.of("ada"), null, TimeoutAction.FAIL, "build")));

        // When
        runs.approve("same", "r-ok", Verdict.APPROVED, "ada");
        runs.approve("same", "r-ok", Verdict.APPROVED, "ada");
        runs.run("r", "ship", Map.of());
        runs.approve("r-ok", Verdict.REJECTED, "eve");
        assertThat(runs.running()).containsExactly("r-build");
        runs.succeed("r-build");

        // Then
        assertThat(runs.statusOf("r-ok")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(runs.entries('i')).isZero();
    }

    @Test
    void shouldForgetAnAnswerThatNothingEverWaitedFor() {
        // Given
        runs.approve("nobody-asks", Verdict.APPROVED, "ada");
        runs.signal("nowhere", null, "go", Map.of());
        assertThat(runs.entries('i')).isEqualTo(2);

        // When
        fleet.now += 8L * 24 * 3_600_000;
        fleet.tick();

        // Then
        assertThat(runs.entries('i')).isZero();
    }

    @Test
    void shouldIgnoreAnApprovalOfWhatAsksForNone() {
        // Given
        runs.define(definition("flow", step("a")));
        runs.run("r", "flow", Map.of());

        // When
        runs.approve("r-a", Verdict.APPROVED, "ada");

        // Then
        assertThat(fleet.eventsOf("r-a")).endsWith(TaskEventType.ANSWER_IGNORED);
        runs.succeed("r-a");
    }

    // --- Signals

    private static WorkflowStep.Builder signal(String id, String name, Long timeoutMs, String... dependsOn) {
        return WorkflowStep.newBuilder()
                .setId(id)
                .setType(StepType.SIGNAL)
                .setDependsOn(List.of(dependsOn))
                .setSignal(new SignalStep(name, timeoutMs));
    }

    @Test
    void shouldGiveASignalToTheStepThatHasWaitedLongest() {
        // Given
        runs.define(definition(
                "flow",
                signal("first", "go", null),
                step("work"),
                signal("second", "go", null, "work"),
                step("use", "first").setTask(task(Map.of("v", "${steps.first.outputs.version}")))));
        runs.run("r", "flow", Map.of());
        fleet.pass(1_000);
        runs.succeed("r-work");
        assertThat(waiting("r-second")).containsExactly("waits for signal go");

        // When
        runs.signal("r", null, "go", Map.of("version", "1.2"));

        // Then
        assertThat(runs.statusOf("r-first")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(runs.assignment("r-use").getInputs()).containsEntry("v", "1.2");
        runs.signal(null, "r-second", "go", Map.of());
        runs.succeed("r-use");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldKeepSignalsInTheOrderInWhichTheyCame() {
        // Given
        runs.define(definition("flow", step("work"), signal("a", "go", null, "work"), signal("b", "go", null, "a"))
                .setOutputs(Map.of("got", "steps.a.outputs.n + steps.b.outputs.n")));
        runs.signal("r", null, "go", Map.of("n", "1"));
        runs.run("r", "flow", Map.of());
        runs.signal("r", null, "go", Map.of("n", "2"));
        runs.signal("r", null, "other", Map.of());

        // When
        runs.succeed("r-work");

        // Then
        assertThat(runs.outcomeOf("r").getOutputs()).containsEntry("got", "12");
        assertThat(runs.entries('i')).isZero();
        runs.signal("r", null, "go", Map.of());
        assertThat(fleet.events.get(fleet.events.size() - 1).getType()).isEqualTo(TaskEventType.ANSWER_IGNORED);
    }

    @Test
    void shouldExpireAStepWhoseSignalDoesNotCome() {
        // Given
        runs.define(definition("flow", signal("a", "go", 5_000L)));
        runs.run("r", "flow", Map.of());

        // When
        fleet.pass(6_000);

        // Then
        assertThat(runs.statusOf("r-a")).isEqualTo(TaskStatus.EXPIRED);
        assertThat(runs.codeOf("r-a")).isEqualTo("SIGNAL_TIMED_OUT");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    // --- Workflows within workflows

    private static WorkflowStep.Builder call(String id, String definition, Map<String, String> inputs, String... on) {
        return SimulatedRuns.call(id, definition, on).setWorkflow(new WorkflowCall(definition, null, inputs));
    }

    private void defineInner() {
        runs.define(definition("inner", step("x").setTask(task(Map.of("m", "${inputs.m}"))), step("y", "x"))
                .setInputs(List.of(new WorkflowInput("m", "", true, null)))
                .setOutputs(Map.of("made", "steps.x.outputs.made")));
    }

    @Test
    void shouldRunAnotherDefinitionAndTakeItsOutputs() {
        // Given
        defineInner();
        runs.define(definition(
                        "outer",
                        call("in", "inner", Map.of("m", "${inputs.m}!")),
                        step("after", "in").setTask(task(Map.of("made", "${steps['in'].outputs.made}"))))
                .setInputs(List.of(new WorkflowInput("m", "", true, null))));

        // When
        runs.run("r", "outer", Map.of("m", "core"));

        // Then
        assertThat(runs.assignment("r-in-x").getInputs()).containsEntry("m", "core!");
        assertThat(runs.assignment("r-in-x").getWorkflowId()).isEqualTo("r-in");
        assertThat(waiting("r-in")).containsExactly("waits for workflow r-in");
        runs.succeed("r-in-x", Map.of("made", "it"));
        runs.succeed("r-in-y");
        WorkflowOutcome inner = runs.outcomeOf("r-in");
        assertThat(inner.getParentWorkflowId()).isEqualTo("r");
        assertThat(inner.getParentTaskId()).isEqualTo("r-in");
        assertThat(runs.assignment("r-after").getInputs()).containsEntry("made", "it");
        runs.succeed("r-after");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    @Test
    void shouldBringAFailureUp() {
        // Given
        defineInner();
        runs.define(definition("outer", call("in", "inner", Map.of("m", "1")), step("after", "in")));
        runs.run("r", "outer", Map.of());

        // When
        runs.fail("r-in-x");

        // Then
        assertThat(runs.outcomeOf("r-in").getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(runs.statusOf("r-in")).isEqualTo(TaskStatus.FAILED);
        assertThat(runs.codeOf("r-in")).isEqualTo("BROKEN");
        assertThat(runs.statusOf("r-after")).isEqualTo(TaskStatus.SKIPPED);
        assertThat(runs.outcomeOf("r").getFailure().getMessage()).isEqualTo("Step in: Step x: r-in-x broke");
    }

    @Test
    void shouldTakeACancelDownAndEndLast() {
        // Given
        defineInner();
        runs.define(definition("outer", call("in", "inner", Map.of("m", "1")), step("after", "in")));
        runs.run("r", "outer", Map.of());

        // When
        runs.cancel("r", null);

        // Then
        assertThat(fleet.workflowOutcomes)
                .extracting(WorkflowOutcome::getWorkflowId, WorkflowOutcome::getStatus)
                .containsExactly(tuple("r-in", WorkflowStatus.CANCELLED), tuple("r", WorkflowStatus.CANCELLED));
        assertThat(runs.statusOf("r-in-x")).isEqualTo(TaskStatus.CANCELLED);
        assertThat(runs.statusOf("r-after")).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void shouldHoldBackAWorkflowWhileOneAboveItIsPaused() {
        // Given
        defineInner();
        runs.define(definition("outer", call("in", "inner", Map.of("m", "1"))));
        runs.run("r", "outer", Map.of());
        fleet.control(TaskControl.newBuilder().setId("p").setWorkflowId("r").setAction(ControlAction.PAUSE));

        // When
        runs.succeed("r-in-x");

        // Then
        assertThat(runs.running()).isEmpty();
        assertThat(waiting("r-in-y")).containsExactly("paused (workflow:r)");
        fleet.control(TaskControl.newBuilder().setId("q").setWorkflowId("r").setAction(ControlAction.RESUME));
        runs.succeed("r-in-y");
        assertThat(runs.hasEnded("r")).isTrue();
    }

    @Test
    void shouldTakeAPriorityDown() {
        // Given
        defineInner();
        runs.define(definition("outer", call("in", "inner", Map.of("m", "1")), step("after", "in")));
        runs.run("r", "outer", Map.of());

        // When
        fleet.control(TaskControl.newBuilder()
                .setId("p")
                .setWorkflowId("r")
                .setAction(ControlAction.REPRIORITISE)
                .setPriority(8));
        runs.succeed("r-in-x");

        // Then
        assertThat(runs.assignment("r-in-y").getPriority()).isEqualTo(8);
    }

    @Test
    void shouldFailAStepThatCannotBegin() {
        // Given
        defineInner();
        runs.define(definition(
                "outer",
                call("unknown", "nowhere", Map.of()),
                call("wrong", "inner", Map.of()),
                call("bad", "inner", Map.of("m", "${steps.wrong.outputs.x}"), "wrong")
                        .setOnFailure(FailurePolicy.CONTINUE)));
        runs.run("r", "outer", Map.of());

        // When
        fleet.pass(6_000);

        // Then
        assertThat(runs.codeOf("r-unknown")).isEqualTo("UNKNOWN_DEFINITION");
        assertThat(runs.codeOf("r-wrong")).isEqualTo("MISSING_INPUT");
        assertThat(runs.statusOf("r-bad")).isEqualTo(TaskStatus.SKIPPED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    @Test
    void shouldStopADefinitionThatRunsItself() {
        // Given
        runs.define(definition("self", call("again", "self", Map.of())));

        // When
        runs.run("r", "self", Map.of());
        fleet.pass(2_000);

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(runs.outcomeOf("r").getFailure().getCode()).isEqualTo("TOO_DEEP");
        assertThat(fleet.workflowOutcomes).hasSize(10);
    }

    @Test
    void shouldRunAWorkflowForEachItem() {
        // Given
        defineInner();
        runs.define(definition(
                "outer", call("in", "inner", Map.of("m", "${item}")).setForEach(new ForEach("['a', 'b']", 5, null))));
        runs.run("r", "outer", Map.of());

        // When
        runs.succeed("r-in-0-x", Map.of("made", "A"));
        runs.succeed("r-in-1-x", Map.of("made", "B"));
        runs.succeed("r-in-0-y");
        runs.succeed("r-in-1-y");

        // Then
        assertThat(fleet.outcomeOf("r-in").getResult().getOutputs()).containsEntry("made", "[\"A\",\"B\"]");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
    }

    // --- Cancel and deadlines of what core does

    @Test
    void shouldStopTheItemsOfAStepThatIsCancelled() {
        // Given
        runs.define(
                definition("fan", each("fix", "[1]").setForEach(new ForEach("[1, 2, 3, 4]", 9, 2)), step("b", "fix")));
        runs.run("r", "fan", Map.of());

        // When
        runs.cancel(null, "r-fix");

        // Then
        assertThat(runs.running()).isEmpty();
        assertThat(runs.statusOf("r-fix-0")).isEqualTo(TaskStatus.CANCELLED);
        assertThat(runs.statusOf("r-fix")).isEqualTo(TaskStatus.CANCELLED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.CANCELLED);
        assertThat(fleet.outcomes).extracting(TaskOutcome::getTaskId).doesNotContain("r-fix-2");
    }

    @Test
    void shouldCancelAThousandItemsInBoundedSteps() {
        // Given
        String numbers = IntStream.range(0, 1_000).boxed().toList().toString();
        runs.define(definition("fan", each("fix", "json(inputs.list)"))
                .setInputs(List.of(new WorkflowInput("list", "", true, null))));
        runs.run("r", "fan", Map.of("list", numbers));

        // When
        runs.cancel("r", null);
        for (int i = 0; i < 20 && !runs.hasEnded("r"); i++) {
            fleet.pass(500);
        }

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.CANCELLED);
        assertThat(fleet.outcomes).hasSize(1_001).allMatch(outcome -> outcome.getStatus() == TaskStatus.CANCELLED);
    }

    @Test
    void shouldExpireEverythingAtTheDeadlineOfTheRun() {
        // Given
        defineInner();
        runs.define(definition(
                "outer",
                call("in", "inner", Map.of("m", "1")),
                each("fix", "[1, 2]"),
                approval("ok", List.of(), null, TimeoutAction.FAIL)));
        runs.run(WorkflowSubmitted.newBuilder()
                .setId("r")
                .setDefinition("outer")
                .setDeadline(Instant.ofEpochMilli(fleet.now + 10_000)));

        // When
        fleet.pass(40_000);

        // Then
        assertThat(List.of("r-in", "r-fix", "r-fix-0", "r-ok", "r-in-x"))
                .allMatch(task -> runs.statusOf(task) == TaskStatus.EXPIRED);
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    // --- Compensation

    private static WorkflowStep.Builder undoable(String id, String... dependsOn) {
        return step(id, dependsOn).setCompensate(task(Map.of("what", "${done.outputs.made}", "of", id)));
    }

    @Test
    void shouldUndoWhatSucceededInReverseOrderWhenARunFails() {
        // Given
        runs.define(definition("saga", undoable("a"), undoable("b"), undoable("c", "a"), step("bad", "b", "c")));
        runs.run("r", "saga", Map.of());
        runs.succeed("r-b", Map.of("made", "B"));
        runs.succeed("r-a", Map.of("made", "A"));
        runs.succeed("r-c", Map.of("made", "C"));

        // When
        runs.fail("r-bad");

        // Then
        assertThat(runs.running()).containsExactly("r-c-undo");
        assertThat(runs.assignment("r-c-undo").getInputs()).isEqualTo(Map.of("what", "C", "of", "c"));
        assertThat(runs.problems()).isEmpty();
        runs.succeed("r-c-undo");
        assertThat(runs.running()).containsExactly("r-a-undo");
        runs.fail("r-a-undo");
        assertThat(runs.running()).containsExactly("r-b-undo");
        assertThat(runs.hasEnded("r")).isFalse();
        runs.succeed("r-b-undo");
        WorkflowOutcome outcome = runs.outcomeOf("r");
        assertThat(outcome.getStatus()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(outcome.getFailure().getMessage()).isEqualTo("Step bad: r-bad broke");
        assertThat(outcome.getTasks())
                .filteredOn(end -> end.getCompensates() != null)
                .extracting(TaskEnd::getCompensates, TaskEnd::getStatus)
                .containsExactly(
                        tuple("r-c", TaskStatus.SUCCEEDED),
                        tuple("r-a", TaskStatus.FAILED),
                        tuple("r-b", TaskStatus.SUCCEEDED));
    }

    @Test
    void shouldUndoNothingOfARunThatSucceeds() {
        // Given
        runs.define(definition("saga", undoable("a"), step("lint").setContinueOnFailure(true)));
        runs.run("r", "saga", Map.of());

        // When
        runs.succeed("r-a", Map.of("made", "A"));
        runs.fail("r-lint");

        // Then
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(fleet.outcomes).hasSize(2);
    }

    @Test
    void shouldUndoACancelledRunAndNotLetThatBeCancelled() {
        // Given
        runs.define(definition("saga", undoable("a"), undoable("b", "a")));
        runs.run("r", "saga", Map.of());
        runs.succeed("r-a", Map.of("made", "A"));

        // When
        runs.cancel("r", null);
        runs.cancel("r", null);

        // Then
        assertThat(runs.running()).containsExactly("r-a-undo");
        runs.succeed("r-a-undo");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.CANCELLED);
        assertThat(runs.statusOf("r-b")).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void shouldUndoTheItemsThatSucceeded() {
        // Given
        WorkflowStep.Builder fix = each("fix", "['x', 'y', 'z']")
                .setCompensate(task(Map.of("item", "${item}", "made", "${done.outputs.made}")));
        runs.define(definition("saga", fix));
        runs.run("r", "saga", Map.of());
        runs.succeed("r-fix-2", Map.of("made", "Z"));
        runs.succeed("r-fix-0", Map.of("made", "X"));

        // When
        runs.fail("r-fix-1");

        // Then
        assertThat(runs.assignment("r-fix-0-undo").getInputs()).isEqualTo(Map.of("item", "x", "made", "X"));
        runs.succeed("r-fix-0-undo");
        assertThat(runs.assignment("r-fix-2-undo").getInputs()).isEqualTo(Map.of("item", "z", "made", "Z"));
        runs.succeed("r-fix-2-undo");
        assertThat(runs.hasEnded("r")).isTrue();
    }

    @Test
    void shouldReportACompensationWhoseExpressionHasNoValueAndGoOn() {
        // Given
        runs.define(definition("saga", undoable("a"), undoable("b"), step("bad", "a", "b")));
        runs.run("r", "saga", Map.of());
        runs.succeed("r-a", Map.of("made", "A"));
        runs.succeed("r-b");

        // When
        runs.fail("r-bad");

        // Then
        assertThat(runs.codeOf("r-b-undo")).isEqualTo("EXPRESSION_FAILED");
        assertThat(fleet.outcomeOf("r-b-undo").getCompensates()).isEqualTo("r-b");
        runs.succeed("r-a-undo");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.FAILED);
    }

    // --- The rest

    @Test
    void shouldGoOnAfterARestart() {
        // Given
        defineInner();
        runs.define(definition(
                "outer",
                call("in", "inner", Map.of("m", "1")),
                each("fix", "[1]").setForEach(new ForEach("[1, 2, 3]", 9, 1)),
                loop("loop", "last.outputs.left == '0'", 3, false),
                undoable("saga"),
                approval("ok", List.of("ada"), 60_000L, TimeoutAction.FAIL),
                signal("sig", "go", 60_000L),
                step("last", "in", "fix", "loop", "ok", "sig", "saga")));
        runs.run("r", "outer", Map.of());

        // When
        fleet.restartCore(100);
        runs.settle();

        // Then
        assertThat(runs.problems()).isEmpty();
        runs.succeed("r-in-x", Map.of("made", "m"));
        runs.succeed("r-fix-0");
        runs.succeed("r-loop-1", Map.of("left", "1"));
        fleet.restartCore(100);
        List.of("r-in-y", "r-fix-1", "r-fix-2").forEach(runs::succeed);
        runs.succeed("r-loop-2", Map.of("left", "0"));
        runs.approve("r-ok", Verdict.APPROVED, "ada");
        runs.signal("r", null, "go", Map.of());
        runs.succeed("r-saga", Map.of("made", "s"));
        runs.succeed("r-last");
        assertThat(runs.outcomeOf("r").getStatus()).isEqualTo(WorkflowStatus.SUCCEEDED);
        assertThat(fleet.view.get(new Key.OfBacklog(SimulatedFleet.POOL, "default")))
                .isNull();
    }

    @Test
    void shouldCountTheTasksOfARunAgainstTheBacklogOfItsTenant() {
        // Given
        runs.define(definition("fan", each("fix", "[1, 2, 3]"), step("b", "fix")));

        // When
        runs.run("r", "fan", Map.of());

        // Then
        assertThat(fleet.view.get(new Key.OfBacklog(SimulatedFleet.POOL, "default")))
                .isEqualTo(5L);
        List.of("r-fix-0", "r-fix-1", "r-fix-2", "r-b").forEach(runs::succeed);
        assertThat(fleet.view.get(new Key.OfBacklog(SimulatedFleet.POOL, "default")))
                .isNull();
    }
}
