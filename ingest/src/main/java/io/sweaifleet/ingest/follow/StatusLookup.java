package io.sweaifleet.ingest.follow;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds a task or workflow by its id. The id of a task does not tell its workflow, so the search goes from the likely to
 * the costly: events under the id itself, the outcome under the id, then every event since the given time.
 */
public final class StatusLookup {

    private final Fleet fleet;
    private final Instant since;

    /**
     * @param fleet where to look
     * @param since how far back; the fleet itself forgets ended tasks after its dedupe retention
     */
    public StatusLookup(Fleet fleet, Instant since) {
        this.fleet = fleet;
        this.since = since;
    }

    /**
     * What was found.
     *
     * @param workflow the workflow, with the tasks its events told of
     * @param taskId the task that was asked for, or null when it was the workflow
     * @param outcome the task's outcome, or null while there is none
     */
    public record Found(
            WorkflowView workflow,
            @Nullable String taskId,
            @Nullable TaskOutcome outcome) {}

    /** A task or workflow that the fleet's state has, with what events and its outcome tell beside. */
    public Found find(StatusAnswer standing) {
        try (TopicReader reader = fleet.reader()) {
            String taskId = standing.taskId();
            WorkflowView told =
                    workflow(reader, standing.pool(), standing.workflow().workflowId());
            return new Found(
                    told.standing(standing), taskId, taskId == null ? null : outcome(reader, standing.pool(), taskId));
        }
    }

    /** The task or workflow with the id; empty when no event and no outcome names it. */
    public Optional<Found> find(String pool, String id) {
        try (TopicReader reader = fleet.reader()) {
            WorkflowView own = workflow(reader, pool, id);
            TaskOutcome outcome = outcome(reader, pool, id);
            if (own.isKnown()) {
                boolean lone = own.tasks().size() == 1 && own.tasks().containsKey(id);
                return Optional.of(new Found(own, lone ? id : null, outcome));
            }
            String workflowId = outcome == null ? workflowOf(reader, pool, id) : outcome.getWorkflowId();
            if (workflowId == null) {
                return Optional.empty();
            }
            return Optional.of(new Found(workflow(reader, pool, workflowId), id, outcome));
        }
    }

    /** Outcomes of the tasks of a workflow, by task id, as far as there are any. */
    public Map<String, TaskOutcome> outcomes(WorkflowView workflow) {
        Map<String, String> ids = new HashMap<>();
        workflow.tasks().keySet().forEach(id -> ids.put(Keys.of(workflow.pool(), id), id));
        Map<String, TaskOutcome> outcomes = new HashMap<>();
        try (TopicReader reader = fleet.reader()) {
            List<TopicPartition> all = reader.partitions(FleetTopic.RESULTS.topicName());
            Set<TopicPartition> ours = new LinkedHashSet<>();
            if (!all.isEmpty()) {
                ids.keySet().forEach(key -> ours.add(all.get(Keys.partition(key, all.size()))));
            }
            Scan.read(reader, reader.offsetsAt(List.copyOf(ours), since), record -> {
                String id = record.value() == null ? null : ids.get(Fleet.keyOf(record));
                if (id != null) {
                    outcomes.put(id, fleet.decode(TaskOutcome.class, record));
                }
            });
        }
        return outcomes;
    }

    private WorkflowView workflow(TopicReader reader, String pool, String workflowId) {
        List<TaskEvent> events = new ArrayList<>();
        String key = Keys.of(pool, workflowId);
        Scan.read(reader, since(reader, FleetTopic.TASK_EVENTS, key), record -> {
            if (record.value() != null && key.equals(Fleet.keyOf(record))) {
                events.add(fleet.decode(TaskEvent.class, record));
            }
        });
        WorkflowView view = WorkflowView.unknown(pool, workflowId);
        for (TaskEvent event : events) {
            view = view.after(event);
        }
        return view;
    }

    private @Nullable TaskOutcome outcome(TopicReader reader, String pool, String taskId) {
        AtomicReference<@Nullable TaskOutcome> found = new AtomicReference<>();
        String key = Keys.of(pool, taskId);
        Scan.read(reader, since(reader, FleetTopic.RESULTS, key), record -> {
            if (record.value() != null && key.equals(Fleet.keyOf(record))) {
                found.set(fleet.decode(TaskOutcome.class, record));
            }
        });
        return found.get();
    }

    private @Nullable String workflowOf(TopicReader reader, String pool, String taskId) {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        List<TopicPartition> all = reader.partitions(FleetTopic.TASK_EVENTS.topicName());
        Scan.read(reader, reader.offsetsAt(all, since), record -> {
            // The key is the workflow's: decoding every value of another pool can be spared, of another workflow not.
            String key = Fleet.keyOf(record);
            if (found.get() == null && record.value() != null && key != null && key.startsWith(pool + "/")) {
                TaskEvent event = fleet.decode(TaskEvent.class, record);
                if (taskId.equals(event.getTaskId())) {
                    found.set(event.getWorkflowId());
                }
            }
        });
        return found.get();
    }

    private Map<TopicPartition, Long> since(TopicReader reader, FleetTopic topic, String key) {
        List<TopicPartition> all = reader.partitions(topic.topicName());
        return all.isEmpty() ? Map.of() : reader.offsetsAt(List.of(all.get(Keys.partition(key, all.size()))), since);
    }
}
