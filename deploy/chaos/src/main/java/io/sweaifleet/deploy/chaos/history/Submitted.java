package io.sweaifleet.deploy.chaos.history;

import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.List;
import java.util.Map;

/**
 * A submission as it stands in its topic: what the fleet owes an outcome for.
 *
 * @param workflow the workflow; a lone task is its own
 * @param topic topic that it was written to
 * @param partition partition there
 * @param offset offset there
 * @param tenant who pays
 * @param labels labels of the workflow
 * @param tasks its tasks, with the values of the workflow filled in where they have none
 * @param digest what tells it from another with the same id
 */
public record Submitted(
        Ref workflow,
        String topic,
        int partition,
        long offset,
        String tenant,
        Map<String, String> labels,
        List<TaskSubmitted> tasks,
        String digest) {

    public Submitted {
        labels = Map.copyOf(labels);
        tasks = List.copyOf(tasks);
    }
}
