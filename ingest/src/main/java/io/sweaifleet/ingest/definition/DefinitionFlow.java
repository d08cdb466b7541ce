package io.sweaifleet.ingest.definition;

import io.sweaifleet.ingest.drawing.Flow;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.ArrayList;
import java.util.List;

/** A definition as a flow to draw. */
public final class DefinitionFlow {

    private DefinitionFlow() {}

    /** Every step, with its conditions and what undoes it. */
    public static Flow of(WorkflowDefinition definition) {
        List<Flow.Node> nodes = new ArrayList<>();
        List<Flow.Edge> edges = new ArrayList<>();
        for (WorkflowStep step : definition.getSteps()) {
            nodes.add(new Flow.Node(step.getId(), lines(step), shape(step), Flow.State.WAITING));
            step.getDependsOn().forEach(needed -> edges.add(new Flow.Edge(needed, step.getId())));
        }
        return new Flow(definition.getName() + ", version " + definition.getVersion(), nodes, edges);
    }

    private static Flow.Shape shape(WorkflowStep step) {
        if (step.getForEach() != null || step.getRepeat() != null) {
            return Flow.Shape.MANY;
        }
        return switch (step.getType()) {
            case APPROVAL -> Flow.Shape.APPROVAL;
            case SIGNAL -> Flow.Shape.SIGNAL;
            case WORKFLOW -> Flow.Shape.WORKFLOW;
            case TASK, UNKNOWN -> Flow.Shape.TASK;
        };
    }

    private static List<String> lines(WorkflowStep step) {
        List<String> lines = new ArrayList<>();
        TaskSubmitted task = step.getTask();
        if (task != null) {
            lines.add(task.getKind());
        }
        ApprovalStep approval = step.getApproval();
        if (approval != null) {
            lines.add("approval by "
                    + (approval.getApprovers().isEmpty() ? "anybody" : String.join(", ", approval.getApprovers())));
        }
        SignalStep signal = step.getSignal();
        if (signal != null) {
            lines.add("signal " + signal.getName());
        }
        WorkflowCall call = step.getWorkflow();
        if (call != null) {
            lines.add("workflow " + call.getDefinition());
        }
        if (step.getWhen() != null) {
            lines.add("if " + step.getWhen());
        }
        if (step.getForEach() != null) {
            lines.add("for each of " + step.getForEach().getItems());
        }
        if (step.getRepeat() != null) {
            lines.add("until " + step.getRepeat().getUntil());
        }
        if (step.getContinueOnFailure()) {
            lines.add("may fail");
        }
        if (step.getCompensate() != null) {
            lines.add("undone by " + step.getCompensate().getKind());
        }
        return lines;
    }
}
