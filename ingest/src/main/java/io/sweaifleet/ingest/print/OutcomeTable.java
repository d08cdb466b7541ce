package io.sweaifleet.ingest.print;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Outcomes as a table for people. */
public final class OutcomeTable {

    /** What a reader should see first stands first. */
    private static final List<TaskStatus> ORDER = List.of(
            TaskStatus.SKIPPED,
            TaskStatus.FAILED,
            TaskStatus.REJECTED,
            TaskStatus.EXPIRED,
            TaskStatus.CANCELLED,
            TaskStatus.UNKNOWN,
            TaskStatus.SUCCEEDED);

    private static final Map<TaskStatus, TextTable.Emphasis> EMPHASIS = Map.of(
            TaskStatus.SUCCEEDED, TextTable.Emphasis.GOOD,
            TaskStatus.SKIPPED, TextTable.Emphasis.ATTENTION,
            TaskStatus.CANCELLED, TextTable.Emphasis.ATTENTION,
            TaskStatus.FAILED, TextTable.Emphasis.BAD,
            TaskStatus.REJECTED, TextTable.Emphasis.BAD,
            TaskStatus.EXPIRED, TextTable.Emphasis.BAD);

    private OutcomeTable() {}

    /** Outcomes in the order of a report: what was skipped first, then what failed, then what succeeded. */
    public static List<TaskOutcome> sorted(Collection<TaskOutcome> outcomes) {
        return outcomes.stream()
                .sorted(Comparator.comparing((TaskOutcome o) -> ORDER.indexOf(o.getStatus()))
                        .thenComparing(TaskOutcome::getFinishedAt)
                        .thenComparing(TaskOutcome::getTaskId))
                .toList();
    }

    /**
     * A table of outcomes, in the given order.
     *
     * @param prefix what task ids begin with and the table leaves out, such as the workflow's id and a dash
     */
    public static TextTable of(Collection<TaskOutcome> outcomes, String prefix) {
        TextTable table = new TextTable("STATUS", "TASK", "ROLE", "KIND", "ATTEMPTS", "TIME", "FINDINGS", "SUMMARY")
                .alignRight(4, 5, 6);
        for (TaskOutcome outcome : outcomes) {
            table.add(
                    EMPHASIS.getOrDefault(outcome.getStatus(), TextTable.Emphasis.NONE),
                    List.of(
                            outcome.getStatus().name().toLowerCase(Locale.ROOT),
                            withoutPrefix(outcome.getTaskId(), prefix),
                            outcome.getRole(),
                            outcome.getKind(),
                            String.valueOf(outcome.getAttempts().size()),
                            Durations.words(outcome.getStartedAt(), outcome.getFinishedAt()),
                            findings(outcome),
                            summary(outcome)));
        }
        return table;
    }

    /** Steps that were not done although their task ended, and tasks that were skipped: one line each with reason and remedy. */
    public static List<String> skipped(Collection<TaskOutcome> outcomes, Style style) {
        List<String> lines = new ArrayList<>();
        for (TaskOutcome outcome : outcomes) {
            if (outcome.getStatus() == TaskStatus.SKIPPED && outcome.getFailure() != null) {
                Failure why = outcome.getFailure();
                lines.add(skippedLine(
                        style, outcome.getRole(), outcome.getKind(), why.getCode(), why.getMessage(), why.getRemedy()));
            }
            if (outcome.getResult() != null) {
                for (SkippedStep step : outcome.getResult().getSkipped()) {
                    lines.add(skippedLine(
                            style,
                            outcome.getRole(),
                            step.getWhat(),
                            step.getCode(),
                            step.getReason(),
                            step.getRemedy()));
                }
            }
        }
        return lines;
    }

    private static String skippedLine(
            Style style, String role, String what, String code, String reason, String remedy) {
        return style.yellow("skipped") + "  " + role + ": " + what + " — " + reason + " [" + code + "]"
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }

    /** What went wrong with tasks that did not succeed: one line each with cause and remedy. */
    public static List<String> failures(Collection<TaskOutcome> outcomes, Style style) {
        List<String> lines = new ArrayList<>();
        for (TaskOutcome outcome : outcomes) {
            Failure failure = outcome.getFailure();
            if (failure != null
                    && outcome.getStatus() != TaskStatus.SKIPPED
                    && outcome.getStatus() != TaskStatus.SUCCEEDED) {
                lines.add(style.red(outcome.getStatus().name().toLowerCase(Locale.ROOT)) + "  " + outcome.getTaskId()
                        + ": " + words(failure));
            }
        }
        return lines;
    }

    /** Code, message, field, value and remedy on one line. */
    public static String words(Failure failure) {
        StringBuilder line = new StringBuilder(failure.getMessage());
        if (failure.getField() != null) {
            line.append(" (").append(failure.getField());
            if (failure.getValue() != null) {
                line.append(" = ").append(failure.getValue());
            }
            line.append(')');
        }
        line.append(" [").append(failure.getCode()).append(']');
        if (!failure.getRemedy().isEmpty()) {
            line.append("; ").append(failure.getRemedy());
        }
        return line.toString();
    }

    private static String findings(TaskOutcome outcome) {
        return outcome.getResult() == null
                ? ""
                : String.valueOf(outcome.getResult().getFindingsTotal());
    }

    private static String summary(TaskOutcome outcome) {
        if (outcome.getResult() != null && !outcome.getResult().getSummary().isEmpty()) {
            return outcome.getResult().getSummary();
        }
        return outcome.getFailure() == null ? outcome.getTitle() : words(outcome.getFailure());
    }

    static String withoutPrefix(String id, String prefix) {
        return id.startsWith(prefix) && id.length() > prefix.length() ? id.substring(prefix.length()) : id;
    }
}
