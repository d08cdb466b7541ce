package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.deploy.chaos.history.Submitted;
import io.sweaifleet.schemas.task.TaskEnd;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is said of a workflow is what is said of its tasks. */
final class WorkflowOutcomes implements Check {

    @Override
    public String name() {
        return "workflow-outcomes";
    }

    @Override
    public String promise() {
        return "each workflow has exactly one outcome, which agrees with those of its tasks";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<Ref, List<WorkflowOutcome>> byWorkflow = new HashMap<>();
        history.recorded().workflowOutcomes().forEach(outcome -> byWorkflow
                .computeIfAbsent(new Ref(outcome.getPool(), outcome.getWorkflowId()), none -> new ArrayList<>())
                .add(outcome));
        Map<Ref, Submitted> accepted = history.recorded().accepted();
        accepted.forEach((workflow, submitted) -> {
            verdict.look();
            List<WorkflowOutcome> outcomes = byWorkflow.getOrDefault(workflow, List.of());
            verdict.require(outcomes.size() == 1, "workflow %s has %d outcomes", workflow, outcomes.size());
            outcomes.forEach(outcome -> agrees(verdict, history, submitted, outcome));
        });
        byWorkflow
                .keySet()
                .forEach(workflow -> verdict.require(
                        accepted.containsKey(workflow),
                        "workflow %s was never submitted and has an outcome",
                        workflow));
        return verdict;
    }

    private static void agrees(Verdict verdict, CheckedHistory history, Submitted submitted, WorkflowOutcome outcome) {
        Ref workflow = submitted.workflow();
        Set<String> wanted =
                submitted.tasks().stream().map(TaskSubmitted::getId).collect(Collectors.toSet());
        Set<String> told = new HashSet<>();
        for (TaskEnd end : outcome.getTasks()) {
            told.add(end.getTaskId());
            TaskOutcome task = history.outcome(new Ref(workflow.pool(), end.getTaskId()));
            verdict.require(
                    task != null
                            && task.getStatus() == end.getStatus()
                            && task.getAttempts().size() == end.getAttempts(),
                    "workflow %s says that task %s ended as %s after %d attempts, and its outcome says %s",
                    workflow,
                    end.getTaskId(),
                    end.getStatus(),
                    end.getAttempts(),
                    task == null
                            ? "nothing"
                            : task.getStatus() + " after " + task.getAttempts().size());
        }
        verdict.require(told.equals(wanted), "workflow %s tells of tasks %s and has %s", workflow, told, wanted);
        WorkflowStatus due = statusOf(outcome.getTasks());
        verdict.require(
                outcome.getStatus() == due,
                "workflow %s ended as %s, and its tasks make it %s",
                workflow,
                outcome.getStatus(),
                due);
    }

    private static WorkflowStatus statusOf(List<TaskEnd> ends) {
        Set<TaskStatus> statuses = ends.stream().map(TaskEnd::getStatus).collect(Collectors.toSet());
        if (statuses.equals(Set.of(TaskStatus.REJECTED))) {
            return WorkflowStatus.REJECTED;
        } else if (statuses.contains(TaskStatus.FAILED)
                || statuses.contains(TaskStatus.EXPIRED)
                || statuses.contains(TaskStatus.REJECTED)) {
            return WorkflowStatus.FAILED;
        }
        return statuses.contains(TaskStatus.CANCELLED) ? WorkflowStatus.CANCELLED : WorkflowStatus.SUCCEEDED;
    }
}
