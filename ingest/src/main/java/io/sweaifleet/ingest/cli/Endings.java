package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a followed submission ended: as JSON, and as an exit code. */
final class Endings {

    private Endings() {}

    /** Ids of what was submitted. */
    static ObjectNode submitted(Submission submission) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("pool", submission.pool());
        document.put("workflowId", submission.workflowId());
        ArrayNode ids = document.putArray("taskIds");
        submission.taskIds().forEach(ids::add);
        return document;
    }

    /** Outputs of a definition's run by name, sorted; none of what is no such run. */
    static SortedMap<String, String> outputs(WorkflowFollower end) {
        return end.outcome().map(outcome -> new TreeMap<>(outcome.getOutputs())).orElseGet(TreeMap::new);
    }

    /** Adds status, outputs and outcomes. */
    static void addOutcomes(ObjectNode document, WorkflowFollower end) {
        document.put("status", end.outcome().map(o -> o.getStatus().name()).orElse("UNKNOWN"));
        ObjectNode outputs = document.putObject("outputs");
        outputs(end).forEach(outputs::put);
        ArrayNode outcomes = document.putArray("tasks");
        OutcomeTable.sorted(end.outcomes().values()).forEach(outcome -> outcomes.add(OutcomeJson.of(outcome)));
    }

    /** OK when every task succeeded or was skipped for a named reason. */
    static int exitCode(WorkflowFollower end) {
        return allWell(end.outcomes().values()) ? ExitCode.OK : ExitCode.FAILED;
    }

    /** True when every task succeeded or was skipped for a named reason; false when there is none. */
    static boolean allWell(Collection<TaskOutcome> outcomes) {
        return !outcomes.isEmpty() && outcomes.stream().allMatch(Endings::isWell);
    }

    private static boolean isWell(TaskOutcome outcome) {
        return outcome.getStatus() == TaskStatus.SUCCEEDED
                || outcome.getStatus() == TaskStatus.SKIPPED && isForANamedReason(outcome);
    }

    /** A task that was skipped since one before it failed is part of that failure, and that one decides. */
    private static boolean isForANamedReason(TaskOutcome outcome) {
        return outcome.getFailure() != null && !outcome.getFailure().getCode().isEmpty();
    }
}
