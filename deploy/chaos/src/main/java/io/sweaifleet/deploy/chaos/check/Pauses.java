package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Nothing starts that is paused. */
final class Pauses implements Check {

    /** What a PAUSE_REQUESTED or RESUME_REQUESTED says. */
    private static final Pattern REQUEST = Pattern.compile("(?:Paused|Resumed) (\\S+).*", Pattern.DOTALL);

    @Override
    public String name() {
        return "pauses";
    }

    @Override
    public String promise() {
        return "nothing starts while it, its workflow, tenant, role or pool is paused";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().values().forEach(events -> {
            Set<String> paused = new HashSet<>();
            for (TaskEvent event : events) {
                if (event.getType() == TaskEventType.PAUSE_REQUESTED) {
                    verdict.look();
                    paused.add(gate(event));
                } else if (event.getType() == TaskEventType.RESUME_REQUESTED) {
                    paused.remove(gate(event));
                } else if (event.getType() == TaskEventType.TASK_ASSIGNED && !paused.isEmpty()) {
                    starts(verdict, history, event, paused);
                }
            }
        });
        return verdict;
    }

    private static String gate(TaskEvent event) {
        Matcher told = REQUEST.matcher(event.getMessage());
        if (!told.matches()) {
            throw new IllegalStateException("event " + event.getSequence() + " of pool " + event.getPool()
                    + " does not say what is paused: " + event.getMessage());
        }
        return told.group(1);
    }

    private static void starts(Verdict verdict, CheckedHistory history, TaskEvent event, Set<String> paused) {
        TaskSubmitted task = history.task(new Ref(event.getPool(), String.valueOf(event.getTaskId())));
        if (task == null) {
            return;
        }
        for (String gate : List.of(
                "pool:",
                "role:" + task.getRole(),
                "tenant:" + event.getTenant(),
                "workflow:" + event.getWorkflowId(),
                "task:" + event.getTaskId())) {
            verdict.require(
                    !paused.contains(gate),
                    "event %d of pool %s starts task %s, and %s is paused",
                    event.getSequence(),
                    event.getPool(),
                    event.getTaskId(),
                    gate);
        }
    }
}
