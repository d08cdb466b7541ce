package io.sweaifleet.schemas.query;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workflow with its tasks, all as of one moment.
 *
 * @param taskId the task that was asked for, which is the only one listed; null when it was the workflow
 * @param tasks in the order of submission
 * @param inputOffsets next offsets of core's inputs when it was read: the answer has everything before
 */
public record StatusAnswer(
        String pool,
        WorkflowAnswer workflow,
        @Nullable String taskId,
        List<TaskAnswer> tasks,
        Map<String, Long> inputOffsets) {

    public StatusAnswer {
        tasks = List.copyOf(tasks);
        inputOffsets = Map.copyOf(inputOffsets);
    }
}
