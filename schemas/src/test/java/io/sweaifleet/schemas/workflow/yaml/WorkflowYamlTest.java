package io.sweaifleet.schemas.workflow.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.TimeoutAction;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import io.sweaifleet.schemas.yaml.YamlProblem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowYamlTest {

    private static final String WHOLE =
            """
            name: release
            description: tests, asks, and announces
            inputs:
              - name: branch
                required: true
              - name: channel
                defaultValue: general
            steps:
              - id: find
                task: {role: architect, kind: architect.map-dependencies, baseRef: "${ inputs.branch }"}
              - id: test
                dependsOn: [find]
                forEach:
                  items: json(steps.find.outputs.modules)
                  maxParallel: 4
                task:
                  role: qa
                  kind: qa.run-tests
                  inputs: {module: "${ item }"}
              - id: ask
                dependsOn: [test]
                when: steps.test.status == 'SUCCEEDED'
                approval:
                  approvers: [ann]
                  prompt: "release ${ inputs.branch }?"
                  timeoutMs: 2h
                  onTimeout: reject
              - id: go
                dependsOn: [ask]
                signal: {name: window-open}
              - id: announce
                dependsOn: [go]
                repeat: {until: "last.outputs.ok == 'true' || iteration > 2", maxIterations: 3}
                workflow: {definition: announce, inputs: {to: "${ inputs.channel }"}}
                compensate: {role: devops, kind: devops.withdraw, inputs: {what: "${ done.outputs.id }"}}
            outputs:
              by: steps.ask.outputs.by
            """;

    @Test
    void shouldReadADefinitionWithEveryKindOfStep() throws Exception {
        // When
        List<WorkflowDefinition> definitions = WorkflowYaml.parse("release.yaml", WHOLE);

        // Then
        assertThat(definitions).hasSize(1);
        WorkflowDefinition definition = definitions.get(0);
        assertThat(definition.getName()).isEqualTo("release");
        assertThat(definition.getVersion()).isEqualTo(1);
        assertThat(definition.getInputs().get(1).getDefaultValue()).isEqualTo("general");
        assertThat(definition.getSteps())
                .extracting(WorkflowStep::getType)
                .containsExactly(StepType.TASK, StepType.TASK, StepType.APPROVAL, StepType.SIGNAL, StepType.WORKFLOW);
        assertThat(definition.getSteps().get(2).getApproval().getTimeoutMs()).isEqualTo(7_200_000);
        assertThat(definition.getSteps().get(2).getApproval().getOnTimeout()).isEqualTo(TimeoutAction.REJECT);
        assertThat(definition.getSteps().get(4).getRepeat().getMaxIterations()).isEqualTo(3);
    }

    @Test
    void shouldReadSeveralDefinitionsOfOneFile() throws Exception {
        // When
        List<WorkflowDefinition> definitions =
                WorkflowYaml.parse("two.yaml", WHOLE + "---\n" + WHOLE.replace("name: release", "name: other"));

        // Then
        assertThat(definitions).extracting(WorkflowDefinition::getName).containsExactly("release", "other");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            textBlock =
                    """
                    name: release            § name: Release           § name § 1 § lower-case
                    - id: test               § - id: find              § steps[1].id § 11 § id of its own
                    dependsOn: [find]        § dependsOn: [fid]       § steps[1].dependsOn[0] § 12 § Did you mean find?
                    dependsOn: [find]        § dependsOn: [test]       § steps[1].dependsOn[0] § 12 § depends on itself
                    dependsOn: [find]        § dependsOn: [announce]   § steps[4].dependsOn § 32 § announce -> go -> ask -> test -> announce
                    when: steps.test.status == 'SUCCEEDED' § when: steps.test.status = 'SUCCEEDED' § steps[2].when § 22 § column 19
                    when: steps.test.status == 'SUCCEEDED' § when: steps.test.status § steps[2].when § 22 § not true or false
                    when: steps.test.status == 'SUCCEEDED' § when: steps.tests.status == 'SUCCEEDED' § steps[2].when § 22 § Did you mean test?
                    when: steps.test.status == 'SUCCEEDED' § when: steps.go.status == 'SUCCEEDED' § steps[2].when § 22 § Add go to dependsOn
                    when: steps.test.status == 'SUCCEEDED' § when: item == 'x' § steps[2].when § 22 § forEach
                    when: steps.test.status == 'SUCCEEDED' § when: steps.test.outcome == 'x' § steps[2].when § 22 § status, outputs
                    when: steps.test.status == 'SUCCEEDED' § whenn: steps.test.status == 'SUCCEEDED' § steps[2].whenn § 22 § did you mean when?
                    baseRef: "${ inputs.branch }" § baseRef: "${ inputs.brunch }" § steps[0].task.baseRef § 10 § Did you mean branch?
                    baseRef: "${ inputs.branch }" § baseRef: "${ inputs.branch" § steps[0].task.baseRef § 10 § close it with }
                    baseRef: "${ inputs.branch }" § dependsOn: [x]     § steps[0].task.dependsOn § 10 § Say it of the step
                    prompt: "release ${ inputs.branch }?" § prompt: "release ${ inputs.branch + }?" § steps[2].approval.prompt § 25 § column 28: mismatched input the end; correct
                    items: json(steps.find.outputs.modules) § items: steps.find.outputs.modules § steps[1].forEach.items § 14 § json(
                    maxParallel: 4           § maxItems: 1001          § steps[1].forEach.maxItems § 15 § 1 to 1000
                    kind: qa.run-tests       § kind: QA                § steps[1].task.kind § 18 § qa.run-tests
                    inputs: {module: "${ item }"} § inputs: {module: "${ last }"} § steps[1].task.inputs.module § 19 § repeat
                    maxIterations: 3         § maxIterations: 101      § steps[4].repeat.maxIterations § 33 § 1 to 100
                    signal: {name: window-open} § signal: {name: Window} § steps[3].signal.name § 30 § lower-case
                    signal: {name: window-open} § title: nothing       § steps[3].task § 28 § Add task
                    timeoutMs: 2h            § timeoutMs: 2y           § steps[2].approval.timeoutMs § 26 § 15m
                    onTimeout: reject        § onTimeout: ignore       § steps[2].approval.onTimeout § 27 § APPROVE
                    definition: announce     § definition: An          § steps[4].workflow.definition § 34 § lower-case
                    by: steps.ask.outputs.by § by: steps.who.outputs.by § outputs.by § 37 § Name a step: announce, ask
                    - name: branch           § - name: the-branch      § inputs[0].name § 4 § underscores
                    """)
    void shouldNameFileLineFieldAndRemedy(String good, String bad, String field, int line, String remedy) {
        // Given
        String text = WHOLE.replace(good, bad);
        assertThat(text).isNotEqualTo(WHOLE);

        // When
        InvalidYamlException thrown =
                catchThrowableOfType(InvalidYamlException.class, () -> WorkflowYaml.parse("release.yaml", text));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(thrown.problems()).as(thrown.getMessage()).anySatisfy(problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.line()).isEqualTo(line);
            assertThat(problem.toString())
                    .startsWith("release.yaml:" + line + ": " + field)
                    .contains(remedy);
        });
    }

    @Test
    void shouldTellOfEverythingThatIsWrongInTheOrderOfTheFile() {
        // Given
        String text = WHOLE.replace("maxParallel: 4", "maxParallel: 0")
                .replace("dependsOn: [ask]", "dependsOn: [asc]")
                .replace("kind: devops.withdraw", "kind: ''");

        // When
        InvalidYamlException thrown =
                catchThrowableOfType(InvalidYamlException.class, () -> WorkflowYaml.parse("release.yaml", text));

        // Then
        assertThat(thrown.problems())
                .extracting(YamlProblem::field)
                .containsSubsequence(
                        "steps[1].forEach.maxParallel", "steps[3].dependsOn[0]", "steps[4].compensate.kind");
    }

    @Test
    void shouldRefuseAnEmptyFile() {
        // When
        InvalidYamlException thrown =
                catchThrowableOfType(InvalidYamlException.class, () -> WorkflowYaml.parse("empty.yaml", "# nothing\n"));

        // Then
        assertThat(thrown.getMessage()).contains("empty").contains("name and steps");
    }
}
