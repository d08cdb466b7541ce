package io.sweaifleet.ingest.follow;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows one workflow from before it is submitted to its last outcome. Made before the submission is sent, so that it
 * knows where everything about it will be appended; reads only the partitions its keys belong to. Not thread-safe.
 */
public final class WorkflowFollower implements AutoCloseable {

    private static final Set<String> BRANCH_PREDICATES = Set.of("BRANCH_CREATED", "BRANCH_REFUSED", "BRANCH_NOT_LOCAL");

    private static final int RUN_ID_KEPT = 86;

    private final Fleet fleet;
    private final TopicReader reader;
    private final String workflowKey;
    private final Set<String> taskKeys;
    /** How the keys of tasks begin that a run of a definition makes; null when the tasks were submitted. */
    private final @Nullable String runPrefix;

    private final Map<String, TaskOutcome> outcomes = new LinkedHashMap<>();
    private final Map<String, KnowledgeFact> branches = new LinkedHashMap<>();
    private WorkflowView view;
    private @Nullable WorkflowOutcome outcome;
    private @Nullable DeadLetter deadLetter;
    private Fleet.@Nullable Appended submission;
    private boolean accepted;
    private boolean ignored;
    private boolean duplicate;

    /**
     * Takes the present ends of what it will read.
     *
     * @param fleet the fleet
     * @param submitted what is about to be submitted: the workflow with its tasks; without any when it is a run of a
     *     definition, whose tasks core makes
     */
    public WorkflowFollower(Fleet fleet, WorkflowView submitted) {
        this.fleet = fleet;
        this.view = submitted;
        this.workflowKey = Keys.of(submitted.pool(), submitted.workflowId());
        this.taskKeys = new HashSet<>();
        submitted.tasks().keySet().forEach(id -> taskKeys.add(Keys.of(submitted.pool(), id)));
        this.runPrefix = submitted.tasks().isEmpty() ? workflowKey.substring(0, keptLength()) : null;
        this.reader = fleet.reader();
        reader.start(reader.ends(partitions()));
    }

    /** Ids of tasks begin with that of their workflow, unless it is so long that its end is left out. */
    private int keptLength() {
        return Math.min(workflowKey.length(), view.pool().length() + 1 + RUN_ID_KEPT);
    }

    private Set<TopicPartition> partitions() {
        Set<TopicPartition> partitions = new HashSet<>();
        partitions.addAll(of(FleetTopic.TASK_EVENTS, Set.of(workflowKey)));
        partitions.addAll(of(FleetTopic.WORKFLOW_RESULTS, Set.of(workflowKey)));
        for (FleetTopic topic : List.of(FleetTopic.RESULTS, FleetTopic.KNOWLEDGE)) {
            partitions.addAll(runPrefix == null ? of(topic, taskKeys) : reader.partitions(topic.topicName()));
        }
        partitions.addAll(reader.partitions(FleetTopic.DEAD_LETTERS.topicName()));
        return partitions;
    }

    private List<TopicPartition> of(FleetTopic topic, Collection<String> keys) {
        List<TopicPartition> all = reader.partitions(topic.topicName());
        return all.isEmpty()
                ? List.of()
                : keys.stream()
                        .map(key -> all.get(Keys.partition(key, all.size())))
                        .distinct()
                        .toList();
    }

    /** Tells where the submission was appended, so that its dead letter would be known. */
    public void submittedAt(Fleet.Appended appended) {
        submission = appended;
    }

    /**
     * Reads what has arrived, waiting up to the time for the first.
     *
     * @return events of the workflow and its tasks, in order
     */
    public List<TaskEvent> poll(Duration timeout) {
        List<TaskEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(timeout)) {
            if (record.value() != null) {
                accept(record, events);
            }
        }
        return events;
    }

    private void accept(ConsumerRecord<byte[], byte[]> record, List<TaskEvent> events) {
        String key = Fleet.keyOf(record);
        String topic = record.topic();
        if (topic.equals(FleetTopic.TASK_EVENTS.topicName())) {
            if (workflowKey.equals(key)) {
                TaskEvent event = fleet.decode(TaskEvent.class, record);
                accepted |= event.getType() == TaskEventType.WORKFLOW_ACCEPTED;
                ignored |= event.getType() == TaskEventType.DUPLICATE_IGNORED;
                // After the acceptance of this submission it is another that is ignored, or a second reading of this
                // one.
                duplicate |= event.getType() == TaskEventType.DUPLICATE_IGNORED && !accepted;
                view = view.after(event);
                events.add(event);
            }
        } else if (topic.equals(FleetTopic.RESULTS.topicName())) {
            if (mayBeOurs(key)) {
                TaskOutcome found = fleet.decode(TaskOutcome.class, record);
                if (found.getWorkflowId().equals(view.workflowId())) {
                    outcomes.put(found.getTaskId(), found);
                }
            }
        } else if (topic.equals(FleetTopic.WORKFLOW_RESULTS.topicName())) {
            if (workflowKey.equals(key)) {
                outcome = fleet.decode(WorkflowOutcome.class, record);
            }
        } else if (topic.equals(FleetTopic.KNOWLEDGE.topicName())) {
            if (mayBeOurs(key)) {
                KnowledgeFact fact = fleet.decode(KnowledgeFact.class, record);
                if (BRANCH_PREDICATES.contains(fact.getPredicate())
                        && fact.getWorkflowId().equals(view.workflowId())) {
                    branches.put(fact.getTaskId(), fact);
                }
            }
        } else if (topic.equals(FleetTopic.DEAD_LETTERS.topicName())) {
            DeadLetter letter = fleet.decode(DeadLetter.class, record);
            if (isOurs(letter)) {
                deadLetter = letter;
            }
        }
    }

    private boolean mayBeOurs(@Nullable String key) {
        return taskKeys.contains(key) || runPrefix != null && key != null && key.startsWith(runPrefix);
    }

    /** What intake refused came from where it was submitted; what core refused carries that place within. */
    private boolean isOurs(DeadLetter letter) {
        if (letter.getOrigin().getTopic().equals(FleetTopic.CORE_INPUTS.topicName())) {
            return view.workflowId().equals(letter.getWorkflowId())
                    && received(letter).filter(this::isSubmission).isPresent();
        }
        return isSubmission(letter.getOrigin());
    }

    private boolean isSubmission(Origin origin) {
        return submission != null
                && origin.getTopic().equals(submission.partition().topic())
                && origin.getPartition() == submission.partition().partition()
                && origin.getOffset() == submission.offset();
    }

    private Optional<Origin> received(DeadLetter letter) {
        ByteBuffer value = letter.getValue();
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        Origin at = letter.getOrigin();
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(at.getTopic(), at.getPartition(), at.getOffset(), null, bytes);
        return Optional.of(fleet.decode(CoreInput.class, record).getOrigin());
    }

    /** What is known now. */
    public WorkflowView view() {
        return view;
    }

    /** Outcomes so far, by task id. */
    public Map<String, TaskOutcome> outcomes() {
        return Collections.unmodifiableMap(outcomes);
    }

    /** The workflow's outcome, once it has one. */
    public Optional<WorkflowOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    /** What became of finished branches so far, by task id: created, refused, or not on this host. */
    public Map<String, KnowledgeFact> branches() {
        return Collections.unmodifiableMap(branches);
    }

    /** The submission's dead letter, when it was refused without an outcome. */
    public Optional<DeadLetter> deadLetter() {
        return Optional.ofNullable(deadLetter);
    }

    /** True when the fleet has seen the id before and ignored this submission. */
    public boolean isDuplicate() {
        return duplicate;
    }

    /** True when every outcome is there, or none will come: the submission was refused, ignored or quarantined. */
    public boolean isComplete() {
        WorkflowOutcome end = outcome;
        return deadLetter != null
                || duplicate
                || end != null
                        && end.getTasks().stream()
                                .allMatch(task -> isOver(task.getTaskId()) || !isAwaited(task.getTaskId()));
    }

    /** An outcome of other work under the same id is none: what became of this submission is told after it. */
    private boolean isOver(String taskId) {
        TaskOutcome found = outcomes.get(taskId);
        return found != null
                && (ignored || submission == null || found.getOrigin() == null || isSubmission(found.getOrigin()));
    }

    private boolean isAwaited(String taskId) {
        return runPrefix != null || taskKeys.contains(Keys.of(view.pool(), taskId));
    }

    /** Makes a waiting {@link #poll} throw; from any thread. */
    public void wakeup() {
        reader.wakeup();
    }

    @Override
    public void close() {
        reader.close();
    }
}
