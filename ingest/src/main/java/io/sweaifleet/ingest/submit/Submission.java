package io.sweaifleet.ingest.submit;

import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.util.List;
import java.util.Objects;

/** What is submitted, complete: ids and pool are set, so that its outcome can be followed. */
public sealed interface Submission {

    /** Pool that does the work. */
    String pool();

    /** Id of the workflow; of the task itself when it is alone. */
    String workflowId();

    /** Ids of the tasks, in the order of the document. */
    List<String> taskIds();

    /** A task on its own. */
    record LoneTask(TaskSubmitted task) implements Submission {

        @Override
        public String pool() {
            return Objects.requireNonNull(task.getPool(), "pool");
        }

        @Override
        public String workflowId() {
            return Objects.requireNonNull(task.getId(), "id");
        }

        @Override
        public List<String> taskIds() {
            return List.of(workflowId());
        }
    }

    /** Several tasks that belong together. */
    record Workflow(WorkflowSubmitted workflow) implements Submission {

        @Override
        public String pool() {
            return Objects.requireNonNull(workflow.getPool(), "pool");
        }

        @Override
        public String workflowId() {
            return Objects.requireNonNull(workflow.getId(), "id");
        }

        @Override
        public List<String> taskIds() {
            return workflow.getTasks().stream()
                    .map(task -> Objects.requireNonNull(task.getId(), "id"))
                    .toList();
        }
    }
}
