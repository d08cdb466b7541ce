package io.sweaifleet.ingest.print;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.event;
import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintTest {

    @Test
    void shouldPutWhatWasSkippedOnTop() {
        // Given
        TaskOutcome good = outcome("w", "w-qa", "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                .setResult(result("12 tests passed", List.of())
                        .setSkipped(List.of(
                                new SkippedStep("npm tests", "TOOL_MISSING", "npm is not installed", "install npm")))
                        .build())
                .build();
        TaskOutcome skipped = outcome("w", "w-dev", "developer", "developer.x", TaskStatus.SKIPPED)
                .setFailure(failure("NOTHING_TO_DO", "no Java", ""))
                .build();

        // When
        List<String> table = OutcomeTable.of(OutcomeTable.sorted(List.of(good, skipped)), "w-")
                .lines(Style.PLAIN, 0);
        List<String> lines = OutcomeTable.skipped(List.of(good, skipped), Style.PLAIN);

        // Then
        assertThat(table)
                .containsExactly(
                        "STATUS     TASK  ROLE       KIND          ATTEMPTS   TIME  FINDINGS  SUMMARY",
                        "skipped    dev   developer  developer.x          1  3.9 s            no Java [NOTHING_TO_DO]",
                        "succeeded  qa    qa         qa.run-tests         1  3.9 s         0  12 tests passed");
        assertThat(lines)
                .containsExactly(
                        "skipped  qa: npm tests — npm is not installed [TOOL_MISSING]; install npm",
                        "skipped  developer: developer.x — no Java [NOTHING_TO_DO]");
    }

    @Test
    void shouldTellOnceWhatASkippedTaskAndItsStepHaveInCommonAndLastWhereThereIsNothingToDo() {
        // Given
        TaskOutcome nothing = outcome("w", "w-dev", "developer", "developer.x", TaskStatus.SKIPPED)
                .setFailure(failure("NOTHING_TO_DO", "no Java", ""))
                .build();
        TaskOutcome untested = outcome("w", "w-qa", "qa", "qa.run-tests", TaskStatus.SKIPPED)
                .setFailure(failure("ENVIRONMENT", "no test was run: npm .: lodash is not cached", "run npm ci"))
                .setResult(result("", List.of())
                        .setSkipped(
                                List.of(new SkippedStep("npm .", "ENVIRONMENT", "lodash is not cached", "run npm ci")))
                        .build())
                .build();

        // When
        List<String> lines = OutcomeTable.skipped(List.of(nothing, untested), Style.PLAIN);

        // Then
        assertThat(lines)
                .containsExactly(
                        "skipped  qa: npm . — lodash is not cached [ENVIRONMENT]; run npm ci",
                        "skipped  developer: developer.x — no Java [NOTHING_TO_DO]");
    }

    @Test
    void shouldTellOnceWhatSeveralRolesDidNotDo() {
        // Given
        List<SkippedStep> uncommitted =
                List.of(new SkippedStep("changes", "UNCOMMITTED_CHANGES", "2 paths were not looked at", "commit them"));
        TaskOutcome qa = outcome("w", "w-qa", "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                .setResult(result("", List.of()).setSkipped(uncommitted).build())
                .build();
        TaskOutcome data = outcome("w", "w-data", "data", "data.profile", TaskStatus.SUCCEEDED)
                .setResult(result("", List.of()).setSkipped(uncommitted).build())
                .build();

        // When
        List<String> lines = OutcomeTable.skipped(List.of(qa, data), Style.PLAIN);

        // Then
        assertThat(lines)
                .containsExactly(
                        "skipped  qa, data: changes — 2 paths were not looked at [UNCOMMITTED_CHANGES]; commit them");
    }

    @Test
    void shouldCutTheLastColumnAtTheEdgeAndColourOnlyTheFirst() {
        // Given
        TextTable table = new TextTable("A", "B").add(TextTable.Emphasis.BAD, List.of("x", "long\ntext ".repeat(9)));

        // When / Then
        assertThat(table.lines(Style.PLAIN, 30).get(1))
                .hasSize(30)
                .endsWith("…")
                .doesNotContain("\n");
        assertThat(table.lines(Style.COLOUR, 0).get(1)).startsWith("\u001b[31mx\u001b[0m  long text");
    }

    @Test
    void shouldRewriteOneLineATaskOnATerminal() {
        // Given
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress =
                Progress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), true, Style.PLAIN, 100, START);
        WorkflowView before =
                WorkflowView.unknown("default", "w").plus(TaskView.submitted("t", "qa", "qa.run-tests", START));
        WorkflowView after = before.after(event("w", "t", TaskEventType.TASK_STARTED, 1, e -> e.setAgentId("qa-1")
                        .setAttempt(1)))
                .after(event("w", "t", TaskEventType.TASK_PROGRESS, 2, e -> e.setStep("mvn test")));

        // When
        progress.show(before, List.of(), START);
        progress.show(after, List.of(), START.plusSeconds(63));
        progress.show(after, List.of(), START.plusSeconds(63));

        // Then
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertThat(text).contains("○ qa         run-tests").contains("submitted");
        assertThat(text.split("\u001b\\[1A", -1)).hasSize(2);
        String last = text.substring(text.lastIndexOf('\r') + 1).stripTrailing();
        assertThat(last)
                .startsWith("● qa         run-tests")
                .contains("qa-1")
                .contains("mvn test")
                .endsWith("1:02");
        assertThat(last.length()).isLessThanOrEqualTo(100);
    }

    @Test
    void shouldAppendOneLineAChangeInAPipe() {
        // Given
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress =
                Progress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), false, Style.PLAIN, 100, START);
        WorkflowView view = WorkflowView.unknown("default", "w");

        // When
        progress.show(
                view,
                List.of(
                        event("w", "t", TaskEventType.TASK_READY, 1),
                        event("w", "t", TaskEventType.TASK_STARTED, 1, e -> e.setRole("qa")
                                .setKind("qa.run-tests")
                                .setAgentId("qa-1")),
                        event("w", "t", TaskEventType.TASK_ENDED, 65, e -> e.setRole("qa")
                                .setKind("qa.run-tests")
                                .setStatus(TaskStatus.FAILED)
                                .setFailure(failure("NO_REPOSITORY", "no such repository", "check the path")))),
                START.plusSeconds(65));

        // Then
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "   0:01  qa         run-tests                started on qa-1",
                        "   1:05  qa         run-tests                failed: no such repository [NO_REPOSITORY]; check the path");
    }

    @Test
    void shouldSayDurationsAsPeopleDo() {
        assertThat(Durations.words(Duration.ofMillis(85))).isEqualTo("85 ms");
        assertThat(Durations.words(Duration.ofMillis(4_249))).isEqualTo("4.2 s");
        assertThat(Durations.words(Duration.ofSeconds(185))).isEqualTo("3 min 05 s");
        assertThat(Durations.words(Duration.ofMinutes(130))).isEqualTo("2 h 10 min");
        assertThat(Durations.clock(Duration.ofSeconds(3_723))).isEqualTo("1:02:03");
    }

    @Test
    void shouldShowAttemptsAndTimingsInJson() {
        // When
        var json = OutcomeJson.of(
                outcome("w", "t", "qa", "qa.run-tests", TaskStatus.SUCCEEDED).build());

        // Then
        assertThat(json.get("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(json.get("attemptCount").asInt()).isEqualTo(1);
        assertThat(json.at("/timings/queuedMs").asLong()).isEqualTo(100);
        assertThat(json.at("/timings/runningMs").asLong()).isEqualTo(3_895);
        assertThat(json.at("/timings/totalMs").asLong()).isEqualTo(4_000);
        assertThat(json.at("/attempts/0/startedAt").asText()).isEqualTo("2026-01-31T12:00:00.105Z");
    }
}
