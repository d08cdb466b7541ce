package io.sweaifleet.ingest.print;

import io.sweaifleet.ingest.follow.TaskPhase;
import io.sweaifleet.ingest.follow.TaskView;
import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What live progress says: one line a task in place, or one line a change in a pipe. */
public final class ProgressLines {

    private static final int ROLE_WIDTH = 10;
    private static final int NAME_WIDTH = 24;
    private static final int AGENT_WIDTH = 16;

    private ProgressLines() {}

    /**
     * One line a task: mark, role, kind, agent, state or step, elapsed; none longer than the terminal is wide.
     *
     * @param now end of the elapsed time of what still runs
     */
    public static List<String> inPlace(WorkflowView view, Instant now, Style style, int width) {
        List<String> lines = new ArrayList<>();
        for (TaskView task : view.tasks().values()) {
            String elapsed = elapsed(task, now).map(Durations::clock).orElse("");
            String start = pad(task.role(), ROLE_WIDTH) + " " + pad(name(task), NAME_WIDTH) + " "
                    + pad(task.agentId(), AGENT_WIDTH) + " ";
            int room = Math.max(8, width - 2 - start.length() - 9);
            String state = pad(cut(state(task), room), room);
            lines.add(mark(task, style) + " " + start + coloured(task, style, state)
                    + String.format(Locale.ROOT, "%8s", elapsed));
        }
        return lines;
    }

    /** One line for a change worth telling, or none. */
    public static Optional<String> change(TaskEvent event, Instant start) {
        String what =
                switch (event.getType()) {
                    case TASK_STARTED ->
                        "started on "
                                + (event.getAgentId() == null ? "an agent" : event.getAgentId())
                                + (event.getAttempt() == null || event.getAttempt() == 1
                                        ? ""
                                        : ", attempt " + event.getAttempt());
                    case TASK_PROGRESS -> event.getStep();
                    case ATTEMPT_FAILED ->
                        "attempt " + event.getAttempt() + " failed: "
                                + (event.getFailure() == null
                                        ? event.getMessage()
                                        : OutcomeTable.words(event.getFailure()));
                    case LEASE_EXPIRED -> "lost its worker: " + event.getMessage();
                    case RETRY_SCHEDULED ->
                        "is tried again"
                                + (event.getDueAt() == null
                                        ? ""
                                        : " in " + Durations.words(event.getDecidedAt(), event.getDueAt()));
                    case TASK_HELD -> "is held: " + event.getMessage();
                    case APPROVAL_REQUESTED ->
                        event.getMessage() + "; answer with `fleet approve " + event.getTaskId() + "`, or reject";
                    case SIGNAL_AWAITED, ANSWER_IGNORED -> event.getMessage();
                    case PRIORITY_CHANGED, BUDGET_WARNING -> event.getMessage().toLowerCase(Locale.ROOT);
                    case CANCEL_REQUESTED -> "is being cancelled";
                    case TASK_ENDED -> ended(event);
                    case QUARANTINED -> "was set aside: " + event.getMessage();
                    case DUPLICATE_IGNORED -> "a repetition is ignored: " + event.getMessage();
                    default -> "";
                };
        if (what.isEmpty()) {
            return Optional.empty();
        }
        String elapsed = Durations.clock(Duration.between(start, event.getDecidedAt()));
        return Optional.of(String.format(
                        Locale.ROOT,
                        "%7s  %-" + ROLE_WIDTH + "s %-" + NAME_WIDTH + "s ",
                        elapsed,
                        event.getRole(),
                        kind(event))
                + what);
    }

    private static String ended(TaskEvent event) {
        TaskStatus status = event.getStatus() == null ? TaskStatus.UNKNOWN : event.getStatus();
        String word = status.name().toLowerCase(Locale.ROOT);
        return event.getFailure() == null ? word : word + ": " + OutcomeTable.words(event.getFailure());
    }

    private static String kind(TaskEvent event) {
        return shortKind(event.getRole(), event.getKind().isEmpty() ? "" : event.getKind());
    }

    private static String name(TaskView task) {
        return shortKind(task.role(), task.kind().isEmpty() ? task.taskId() : task.kind());
    }

    /** The kind without the role it repeats. */
    private static String shortKind(String role, String kind) {
        return kind.startsWith(role + ".") ? kind.substring(role.length() + 1) : kind;
    }

    private static String state(TaskView task) {
        return switch (task.phase()) {
            case SUBMITTED -> "submitted";
            case WAITING -> "waits for others";
            case QUEUED -> "queued";
            case HELD -> "held: " + task.message();
            case ASSIGNED -> "assigned to " + task.workerId();
            case RUNNING ->
                !task.asks().isEmpty()
                        ? Asks.words(task)
                        : (task.attempt() > 1 ? "attempt " + task.attempt() + ": " : "")
                                + (task.cancelRequested()
                                        ? "is being cancelled"
                                        : task.step().isEmpty() ? "running" : task.step());
            case RETRYING ->
                "tries again"
                        + (task.failure() == null ? "" : ": " + task.failure().getMessage());
            case ENDED ->
                (task.status() == null ? "ended" : task.status().name().toLowerCase(Locale.ROOT))
                        + (task.failure() == null || task.status() == TaskStatus.SUCCEEDED
                                ? ""
                                : ": " + task.failure().getMessage());
            case QUARANTINED -> "set aside: " + task.message();
        };
    }

    private static String mark(TaskView task, Style style) {
        if (task.phase() == TaskPhase.ENDED) {
            return switch (task.status() == null ? TaskStatus.UNKNOWN : task.status()) {
                case SUCCEEDED -> style.green("✓");
                case SKIPPED, CANCELLED -> style.yellow("–");
                default -> style.red("✗");
            };
        }
        return switch (task.phase()) {
            case ASSIGNED, RUNNING -> style.cyan("●");
            case RETRYING -> style.yellow("↻");
            case QUARANTINED -> style.red("✗");
            default -> style.faint("○");
        };
    }

    private static String coloured(TaskView task, Style style, String text) {
        return switch (task.phase()) {
            case SUBMITTED, WAITING, QUEUED, HELD -> style.faint(text);
            default -> text;
        };
    }

    private static Optional<Duration> elapsed(TaskView task, Instant now) {
        if (task.startedAt() == null) {
            return Optional.empty();
        }
        return Optional.of(Duration.between(task.startedAt(), task.isEnded() ? task.since() : now));
    }

    private static String pad(String text, int width) {
        String cut = cut(text, width);
        return cut + " ".repeat(Math.max(0, width - cut.length()));
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }
}
