package io.sweaifleet.ingest.follow;

import io.sweaifleet.ingest.drawing.Flow;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a workflow stands, as a flow to draw: a node for each task. What a task depends on is told by its outcome once it has
 * ended, and before that by the reasons for which it waits.
 */
public final class RunFlow {

    private RunFlow() {}

    /**
     * The flow of a workflow.
     *
     * @param outcomes outcomes of its tasks, by task id, as far as there are any
     */
    public static Flow of(WorkflowView workflow, Map<String, TaskOutcome> outcomes) {
        String prefix = workflow.workflowId() + "-";
        Set<Flow.Edge> edges = new LinkedHashSet<>();
        Map<String, Flow.Node> nodes = new LinkedHashMap<>();
        for (TaskView task : workflow.tasks().values()) {
            String name = name(task.taskId(), prefix);
            nodes.put(name, new Flow.Node(name, lines(task), shape(task), state(task)));
            for (String needed : needs(task, outcomes.get(task.taskId()))) {
                edges.add(new Flow.Edge(name(needed, prefix), name));
            }
        }
        String state =
                workflow.status() == null ? "running" : workflow.status().name().toLowerCase(Locale.ROOT);
        return new Flow(workflow.workflowId() + ": " + state, List.copyOf(nodes.values()), List.copyOf(edges));
    }

    private static String name(String taskId, String prefix) {
        return taskId.startsWith(prefix) && taskId.length() > prefix.length()
                ? taskId.substring(prefix.length())
                : taskId;
    }

    private static Set<String> needs(TaskView task, @Nullable TaskOutcome outcome) {
        Set<String> needs = new LinkedHashSet<>();
        if (outcome != null) {
            needs.addAll(outcome.getDependsOn());
        }
        for (Waiting waiting : task.waiting()) {
            if (waiting.reason() == Waiting.Reason.DEPENDENCY) {
                needs.addAll(waiting.on());
            }
        }
        return needs;
    }

    private static Flow.Shape shape(TaskView task) {
        return switch (task.kind()) {
            case "core.approval" -> Flow.Shape.APPROVAL;
            case "core.signal" -> Flow.Shape.SIGNAL;
            case "core.workflow" -> Flow.Shape.WORKFLOW;
            case "core.for-each", "core.repeat" -> Flow.Shape.MANY;
            default -> Flow.Shape.TASK;
        };
    }

    private static List<String> lines(TaskView task) {
        List<String> lines = new ArrayList<>();
        if (!task.kind().isEmpty()) {
            lines.add(task.kind());
        }
        String state = task.status() == null
                ? task.phase().name().toLowerCase(Locale.ROOT)
                : task.status().name().toLowerCase(Locale.ROOT);
        lines.add(task.attempt() > 1 ? state + ", attempt " + task.attempt() : state);
        if (task.failure() != null && task.status() != TaskStatus.SUCCEEDED) {
            lines.add(task.failure().getCode());
        }
        return lines;
    }

    private static Flow.State state(TaskView task) {
        if (task.status() != null) {
            return switch (task.status()) {
                case SUCCEEDED -> Flow.State.SUCCEEDED;
                case SKIPPED, CANCELLED -> Flow.State.SKIPPED;
                case FAILED, REJECTED, EXPIRED, UNKNOWN -> Flow.State.FAILED;
            };
        }
        return switch (task.phase()) {
            case SUBMITTED, WAITING, QUEUED -> Flow.State.WAITING;
            case HELD -> Flow.State.HELD;
            case ASSIGNED, RUNNING, RETRYING -> Flow.State.RUNNING;
            case QUARANTINED, ENDED -> Flow.State.FAILED;
        };
    }
}
