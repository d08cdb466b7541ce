package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.tests.NodeFixture.Answer;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A definition with everything that a step can be, run on a whole node by the commands that people use. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DefinitionsIT {

    private static final String DEFINITION =
            """
            name: everything
            inputs:
              - {name: who, required: true}
            steps:
              - id: map
                task: {role: architect, kind: architect.map-dependencies}
                compensate: {role: architect, kind: architect.map-dependencies, title: "undo ${ done.outputs.modules }"}
              - id: each
                dependsOn: [map]
                forEach:
                  items: "(steps.map.outputs.languages + ',' + steps.map.outputs.modules).split(',')"
                  maxParallel: 1
                task: {role: devops, kind: devops.check-files, title: "number ${ index }: ${ item }", inputs: {write: "false"}}
              - id: never
                dependsOn: [map]
                when: steps.map.outputs.modules == '0'
                task: {role: architect, kind: architect.map-dependencies}
              - id: ask
                dependsOn: [each, never]
                approval: {approvers: [ann], prompt: "go on, ${ inputs.who }?", timeoutMs: 10m}
              - id: window
                dependsOn: [ask]
                signal: {name: window-open, timeoutMs: 10m}
              - id: break
                dependsOn: [window]
                task: {role: tester, kind: test.throw, title: "${ steps.window.outputs.until }", retry: {maxAttempts: 1}}
            """;

    @TempDir
    static Path directory;

    private static NodeFixture node;
    private static NodeClient client;
    private static Path repository;

    private final String run = "everything-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        node = NodeFixture.shared();
        client = new NodeClient(node.settings());
        repository = TestRepositories.withOneCommit(directory.resolve("repository"));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    private static void does(String... words) throws Exception {
        Answer answer = node.fleet(words);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }

    private void awaitEvent(TaskEventType type, String step) {
        client.event(
                type + " of " + step,
                (TaskEvent event) -> event.getType() == type && (run + "-" + step).equals(event.getTaskId()));
    }

    private TaskOutcome outcome(String step) {
        return client.outcome(run + "-" + step);
    }

    @Test
    void shouldRunEveryKindOfStepAndUndoWhatSucceeded() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("everything.yaml"), DEFINITION);
        does("definitions", "apply", file.toString());
        assertThat(node.fleet("definitions", "list").output()).contains("everything", "check-up", "review-a-branch");
        assertThat(node.fleet("start", "everything").output()).contains("needs the input who");

        // When
        does("start", "everything", "--id", run, "--repo", repository.toString(), "--input", "who=ann");
        awaitEvent(TaskEventType.APPROVAL_REQUESTED, "ask");
        does("approve", run, "--by", "bob");
        awaitEvent(TaskEventType.ANSWER_IGNORED, "ask");
        Answer asking = node.fleet("status", run, "--draw", "mermaid");
        does("approve", run, "--by", "ann", "--comment", "fine");
        awaitEvent(TaskEventType.SIGNAL_AWAITED, "window");
        does("signal", run, "window-open", "until=noon");

        // Then
        TaskOutcome broken = outcome("break");
        assertThat(broken.getStatus()).isEqualTo(TaskStatus.FAILED);
        assertThat(broken.getTitle()).isEqualTo("noon");
        assertThat(outcome("never").getStatus()).isEqualTo(TaskStatus.SKIPPED);
        assertThat(outcome("each-0").getTitle()).isEqualTo("number 0: python");
        assertThat(outcome("each-1").getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(outcome("ask").getResult().getOutputs())
                .containsEntry("by", "ann")
                .containsEntry("comment", "fine");
        TaskOutcome undone = outcome("map-undo");
        assertThat(undone.getStatus()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(undone.getCompensates()).isEqualTo(run + "-map");
        assertThat(asking.output()).contains("<b>ask</b>").contains(":::held").contains(":::succeeded");
        assertThat(node.fleet("status", run).output()).contains("failed");
    }
}
