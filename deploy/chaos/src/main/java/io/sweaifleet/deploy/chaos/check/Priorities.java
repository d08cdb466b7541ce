package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;

/** The order that docs/scheduling.md states, which is exact. */
final class Priorities implements Check {

    @Override
    public String name() {
        return "priorities";
    }

    @Override
    public String promise() {
        return "of a tenant's tasks of a role that could run, the one with the smallest readySince - priority x"
                + " agingHalfTimeMs starts first";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().forEach((pool, events) -> {
            PoolDefinition definition = history.recorded().pools().get(pool);
            if (definition == null) {
                return;
            }
            Waiting waiting = new Waiting(history, pool, definition.getAgingHalfTimeMs());
            for (TaskEvent event : events) {
                String taskId = event.getTaskId();
                if (taskId != null && event.getType() == TaskEventType.TASK_ASSIGNED) {
                    verdict.look();
                    starts(verdict, waiting, event, taskId);
                }
                waiting.on(event);
            }
        });
        return verdict;
    }

    private static void starts(Verdict verdict, Waiting waiting, TaskEvent event, String taskId) {
        Waiting.Line line = waiting.lineOf(taskId);
        if (line == null) {
            verdict.violated("event " + event.getSequence() + " starts task " + taskId + ", which was never submitted");
            return;
        }
        verdict.require(
                waiting.waits(taskId),
                "event %d of pool %s starts task %s, which stood in no queue",
                event.getSequence(),
                event.getPool(),
                taskId);
        Waiting.Waiter first = waiting.first(line);
        verdict.require(
                first == null || first.order() >= waiting.orderOf(taskId),
                "event %d of pool %s starts task %s of %s before task %s, which is %d ms ahead of it",
                event.getSequence(),
                event.getPool(),
                taskId,
                line,
                first == null ? "" : first.task(),
                first == null ? 0 : waiting.orderOf(taskId) - first.order());
    }
}
