package io.sweaifleet.ingest.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.run.WorkflowTemplate;
import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.schemas.expression.Expression;
import io.sweaifleet.schemas.expression.Template;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedDefinitionsTest {

    private static WorkflowDefinition named(String name) {
        return Shipped.workflows().stream()
                .filter(definition -> definition.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static WorkflowStep step(WorkflowDefinition definition, String id) {
        return definition.getSteps().stream()
                .filter(step -> step.getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** What a step gave: its status, and its outputs by name and value in turn. */
    private static Map<String, Object> gave(String status, String... outputs) {
        Map<String, String> named = new TreeMap<>();
        for (int i = 0; i < outputs.length; i += 2) {
            named.put(outputs[i], outputs[i + 1]);
        }
        return Map.of("status", status, "outputs", named, "artifacts", Map.of(), "failure", Map.of(), "findings", 0L);
    }

    private static Map<String, Object> variables(
            WorkflowDefinition definition, Map<String, String> given, Map<String, Object> steps) {
        Map<String, String> inputs = new HashMap<>();
        for (WorkflowInput input : definition.getInputs()) {
            if (input.getDefaultValue() != null) {
                inputs.put(input.getName(), input.getDefaultValue());
            }
        }
        inputs.putAll(given);
        return Map.of("inputs", inputs, "steps", steps, "workflow", Map.of("id", "r", "pool", "default"));
    }

    @Test
    void shouldNameOnlyPlaybooksThatShippedRolesHave() throws Exception {
        // Given
        Map<String, RoleDefinition> roles = new HashMap<>();
        for (String name : List.of("architect", "data", "developer", "devops", "qa")) {
            Path file = Path.of("src/main/resources/roles/" + name + ".yaml");
            roles.put(name, RoleYaml.parse(name, Files.readString(file)).get(0));
        }

        // When
        List<WorkflowDefinition> definitions = Shipped.workflows();

        // Then
        assertThat(definitions).hasSize(4);
        for (WorkflowDefinition definition : definitions) {
            for (WorkflowStep step : definition.getSteps()) {
                TaskSubmitted task = step.getTask();
                if (task != null) {
                    assertThat(roles.get(task.getRole()).getPlaybooks())
                            .as(definition.getName() + " " + step.getId())
                            .contains(task.getKind());
                }
            }
        }
    }

    @Test
    void shouldCheckUpAsTheCommandDoes() throws Exception {
        // Given
        RunIds ids = new RunIds(Clock.systemUTC(), new Random(1));
        List<TaskSubmitted> tasks = WorkflowTemplate.checkUp()
                .instantiate(new WorkflowTemplate.Run("default", "/r", null, null, Instant.EPOCH), ids)
                .workflow()
                .getTasks();

        // When
        List<WorkflowStep> steps = named("check-up").getSteps();

        // Then
        assertThat(steps)
                .extracting(step -> step.getTask().getKind())
                .containsExactlyElementsOf(
                        tasks.stream().map(TaskSubmitted::getKind).toList());
        assertThat(steps)
                .extracting(step -> step.getDependsOn().size())
                .containsExactlyElementsOf(
                        tasks.stream().map(task -> task.getDependsOn().size()).toList());
    }

    @ParameterizedTest
    @CsvSource({"2, '', '', tidy", "2, diff, '', patch", "2, '', some.Recipe, recipe", "0, diff, '', none"})
    void shouldTryTheOneChangeThatWasNamedWhenTestsFail(String failed, String patch, String recipe, String tried)
            throws Exception {
        // Given
        WorkflowDefinition fix = named("fix-a-failing-test");
        Map<String, Object> variables = variables(
                fix,
                Map.of("patch", patch, "recipe", recipe),
                Map.of("test", gave("SUCCEEDED", "tests.failed", failed)));

        // When / Then
        for (String step : List.of("patch", "recipe", "tidy")) {
            String when = step(fix, step).getWhen();
            assertThat(Expression.compile(when, Expression.Result.CONDITION).isTrue(variables))
                    .as(step)
                    .isEqualTo(step.equals(tried));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "0, false"})
    void shouldTestTheBranchOfAChangeThatChangedSomething(String changed, boolean tested) throws Exception {
        // Given
        WorkflowDefinition fix = named("fix-a-failing-test");
        WorkflowStep again = step(fix, "again");
        Map<String, Object> variables = variables(
                fix,
                Map.of(),
                Map.of(
                        "patch", gave("SKIPPED"),
                        "recipe", gave("SKIPPED"),
                        "tidy", gave("SUCCEEDED", "files.changed", changed)));

        // When / Then
        assertThat(Expression.compile(again.getWhen(), Expression.Result.CONDITION)
                        .isTrue(variables))
                .isEqualTo(tested);
        assertThat(Template.parse(again.getTask().getBaseRef()).fill(variables)).isEqualTo("fleet/default/r-tidy");
    }

    @ParameterizedTest
    @CsvSource({"1, 1, true", "1, 2, false"})
    void shouldAskForApprovalOnlyWhenNoMoreTestsFail(String before, String after, boolean asks) throws Exception {
        // Given
        WorkflowDefinition upgrade = named("upgrade-a-dependency");
        Map<String, Object> variables = variables(
                upgrade,
                Map.of("property", "guava.version", "version", "33"),
                Map.of(
                        "before", gave("SUCCEEDED", "tests.failed", before),
                        "after", gave("SUCCEEDED", "tests.failed", after)));

        // When / Then
        WorkflowStep approve = step(upgrade, "approve");
        assertThat(Expression.compile(approve.getWhen(), Expression.Result.CONDITION)
                        .isTrue(variables))
                .isEqualTo(asks);
        assertThat(Template.parse(step(upgrade, "change").getTask().getInputs().get("options"))
                        .fill(variables))
                .isEqualTo("{\"elementName\": \"/project/properties/guava.version\", \"newValue\": \"33\"}");
    }

    @Test
    void shouldSayWhatIsWorseOnABranch() throws Exception {
        // Given
        WorkflowDefinition review = named("review-a-branch");
        Map<String, Object> steps = new HashMap<>();
        for (WorkflowStep step : review.getSteps()) {
            steps.put(step.getId(), gave("SUCCEEDED", "tests.failed", "0", "cycles", "1", "findings", "2"));
        }
        steps.put("tests-of-branch", gave("FAILED"));
        Map<String, Object> variables = variables(review, Map.of("branch", "x"), steps);

        // When
        Map<String, String> outputs = new HashMap<>();
        for (Map.Entry<String, String> output : review.getOutputs().entrySet()) {
            outputs.put(
                    output.getKey(),
                    Expression.compile(output.getValue(), Expression.Result.VALUE)
                            .text(variables));
        }

        // Then
        assertThat(outputs)
                .containsEntry("failedTests", "base 0, branch unknown")
                .containsEntry("cycles", "base 1, branch 1")
                .containsEntry("findingsInFiles", "base 2, branch 2")
                .containsEntry("worse", "true");
    }
}
