package io.sweaifleet.ingest.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmissionParserTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);
    private final SubmissionParser parser =
            new SubmissionParser("default", Path.of("/home/me"), new RunIds(CLOCK, new Random(1)));

    @Test
    void shouldCompleteATaskWrittenInYaml() throws Exception {
        // When
        Submission submission = parser.parse(
                """
                # run the tests
                kind: qa.run-tests
                role: qa
                repository: ./project
                inputs:
                  release: 11
                """);

        // Then
        assertThat(submission).isInstanceOf(Submission.LoneTask.class);
        TaskSubmitted task = ((Submission.LoneTask) submission).task();
        assertThat(submission.workflowId()).matches("qa-run-tests-20260131-120000-[a-z0-9]{4}");
        assertThat(submission.taskIds()).containsExactly(submission.workflowId());
        assertThat(submission.pool()).isEqualTo("default");
        assertThat(task.getRepository()).isEqualTo("/home/me/project");
        assertThat(task.getInputs()).containsEntry("release", "11");
        // A time of its own would make a repeated submission another one.
        assertThat(task.getSubmittedAt()).isNull();
    }

    @Test
    void shouldCompleteAWorkflowAndItsTasks() throws Exception {
        // When
        Submission submission = parser.parse(
                """
                {"title": "Nightly check!", "pool": "night", "repository": "https://example.org/a.git", "tasks": [
                  {"id": "tests", "kind": "qa.run-tests", "role": "qa"},
                  {"kind": "architect.map-dependencies", "role": "architect", "dependsOn": ["tests"]}]}
                """);

        // Then
        assertThat(submission).isInstanceOf(Submission.Workflow.class);
        assertThat(submission.workflowId()).startsWith("nightly-check-20260131-120000-");
        assertThat(submission.pool()).isEqualTo("night");
        assertThat(submission.taskIds()).containsExactly("tests", submission.workflowId() + "-2");
        assertThat(((Submission.Workflow) submission).workflow().getRepository())
                .isEqualTo("https://example.org/a.git");
    }

    @Test
    void shouldNameFieldValueRemedyAndLine() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("kind: qa.run-tests\nrole: qa\npriorty: 3\nonFailure: maybe\n"))
                .withMessageContaining("priorty (line 3) = 3: TaskSubmitted has no such field; did you mean priority?")
                .withMessageContaining("onFailure (line 4) = \"maybe\"");
    }

    @Test
    void shouldNameAMissingField() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("tasks:\n  - kind: a\n"))
                .withMessageContaining("tasks[0].role (line 2): missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"kind\": \"a\", \"role\": }         | not JSON at line 1",
                "{\"kind\": \"a\", \"kind\": \"b\"}    | not JSON at line 1",
                "{\"kind\": \"a\"} {}                  | a second document begins at line 1",
                "just words                            | expected an object",
                "''                                    | the document is empty"
            })
    void shouldSayWhereADocumentCannotBeParsed(String text, String message) {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse(text == null ? "" : text))
                .withMessageContaining(message);
    }

    @Test
    void shouldSayWhereYamlCannotBeParsed() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("kind: a\nrole: [qa\n"))
                .withMessageContaining("not YAML at line");
    }

    @Test
    void shouldRefuseIdsPrioritiesAndSizesThatTheFleetWouldRefuse() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("id: My_Task\nkind: a\nrole: qa\npriority: 12\n"))
                .withMessageContaining("id (line 1) = \"My_Task\": not an id")
                .withMessageContaining("priority (line 4) = 12: out of range; use 0 to 9");
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("kind: a\nrole: qa\ntitle: " + "x".repeat(1_000_001)))
                .withMessageContaining("larger than 1000000 characters");
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> parser.parse("tasks: []"))
                .withMessageContaining("a workflow needs at least one task");
    }

    @Test
    void shouldMakeIdsThatAreIdsOfAnyName() {
        // Given
        RunIds ids = new RunIds(CLOCK, new Random(1));

        // When / Then
        assertThat(ids.next("-- Größe / Ünïcode --".repeat(9))).matches("[a-z0-9][a-z0-9-]{0,99}");
        assertThat(ids.next("日本")).startsWith("run-20260131-120000-");
        assertThat(ids.next("a")).isNotEqualTo(ids.next("a"));
    }
}
