package io.sweaifleet.ingest.replay;

import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Submissions as new work: the same with ids of their own, so that the fleet does not take them for repeated ones. */
public final class NewIds {

    private static final String NAME = "replay";

    private NewIds() {}

    /** The task with a new id. */
    public static TaskSubmitted of(TaskSubmitted task, RunIds ids) {
        return TaskSubmitted.newBuilder(task).setId(ids.next(NAME)).build();
    }

    /** The workflow and its tasks with new ids; dependencies follow. */
    public static WorkflowSubmitted of(WorkflowSubmitted workflow, RunIds ids) {
        String id = ids.next(NAME);
        Map<String, String> renamed = new HashMap<>();
        List<TaskSubmitted> tasks = workflow.getTasks();
        for (int i = 0; i < tasks.size(); i++) {
            String former = tasks.get(i).getId();
            if (former != null) {
                renamed.put(former, id + "-" + (i + 1));
            }
        }
        List<TaskSubmitted> copies = tasks.stream()
                .map(task -> TaskSubmitted.newBuilder(task)
                        .setId(task.getId() == null ? null : renamed.get(task.getId()))
                        .setDependsOn(task.getDependsOn().stream()
                                .map(dependency -> renamed.getOrDefault(dependency, dependency))
                                .toList())
                        .build())
                .toList();
        return WorkflowSubmitted.newBuilder(workflow).setId(id).setTasks(copies).build();
    }
}
