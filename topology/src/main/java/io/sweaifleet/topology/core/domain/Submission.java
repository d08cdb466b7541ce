package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A workflow (or lone task) as intake passed it on: ids and defaults are filled in. */
record Submission(CoreInput input, WorkflowSubmitted workflow) {

    static Submission of(CoreInput input) {
        WorkflowSubmitted workflow = input.getWorkflow();
        if (workflow == null || workflow.getId() == null) {
            throw new IllegalArgumentException(
                    "A core input of type " + input.getType() + " must carry a workflow with an id");
        }
        return new Submission(input, workflow);
    }

    String workflowId() {
        return workflow.getId();
    }

    List<TaskSubmitted> tasks() {
        return workflow.getTasks();
    }

    String idOf(TaskSubmitted task) {
        String id = task.getId();
        if (id == null) {
            throw new IllegalArgumentException("A task of workflow " + workflowId() + " has no id");
        }
        return id;
    }

    String tenant() {
        return Texts.tenant(workflow.getTenant());
    }

    String title() {
        return workflow.getTitle();
    }

    Map<String, String> labels() {
        return workflow.getLabels();
    }

    @Nullable
    String correlationId() {
        return workflow.getCorrelationId();
    }

    String digest() {
        return input.getDigest();
    }

    boolean lone() {
        return input.getLone();
    }

    Origin origin() {
        return input.getOrigin();
    }

    @Nullable
    String traceparent() {
        return input.getTraceparent();
    }

    /** Where it was read, for people. */
    String place() {
        return origin().getTopic() + "/" + origin().getPartition() + "@" + origin().getOffset();
    }
}
