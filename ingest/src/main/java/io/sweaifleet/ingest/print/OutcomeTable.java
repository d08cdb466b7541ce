package io.sweaifleet.ingest.print;

import io.sweaifleet.schemas.common.Failure;
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

    private static final int SKIPPED_SUMMARY = 100;

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

    /** What was not done, one line each with reason and remedy. */
    public static List<String> skipped(Collection<TaskOutcome> outcomes, Style style) {
        return NotDone.of(outcomes).stream()
                .map(one -> style.yellow("skipped") + "  " + one)
                .toList();
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

    /** The reason of a skipped task stands in full among what was not done. */
    private static String summary(TaskOutcome outcome) {
        String summary = whole(outcome);
        return outcome.getStatus() == TaskStatus.SKIPPED && summary.length() > SKIPPED_SUMMARY
                ? summary.substring(0, SKIPPED_SUMMARY - 1) + "…"
                : summary;
    }

    private static String whole(TaskOutcome outcome) {
        if (outcome.getResult() != null && !outcome.getResult().getSummary().isEmpty()) {
            return outcome.getResult().getSummary();
        }
        return outcome.getFailure() == null ? outcome.getTitle() : words(outcome.getFailure());
    }

    static String withoutPrefix(String id, String prefix) {
        return id.startsWith(prefix) && id.length() > prefix.length() ? id.substring(prefix.length()) : id;
    }
}
