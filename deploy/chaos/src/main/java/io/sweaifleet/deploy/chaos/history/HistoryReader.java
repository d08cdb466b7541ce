package io.sweaifleet.deploy.chaos.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.archive.Archive;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads a history from its directory. */
public final class HistoryReader {

    private final HistoryDirectory directory;
    private final Archive archive;
    private final Map<String, ?> serdes;
    /** Texts that many records share are kept once. */
    private final Map<String, String> texts = new HashMap<>();

    /** A reader of what is in a directory now. */
    public HistoryReader(HistoryDirectory directory) {
        this.directory = directory;
        this.archive = Archive.open(directory.archive());
        InMemorySchemaRegistry registry = InMemorySchemaRegistry.named("chaos-" + UUID.randomUUID());
        archive.schemas().forEach(registry::hold);
        this.serdes = Map.of("schema.registry.url", registry.address());
    }

    /** The topics that the checker needs. */
    public static List<FleetTopic> topics() {
        return List.of(
                FleetTopic.TASKS,
                FleetTopic.WORKFLOWS,
                FleetTopic.TASK_CONTROL,
                FleetTopic.POOLS,
                FleetTopic.DEAD_LETTERS,
                FleetTopic.TASK_EVENTS,
                FleetTopic.CORE_INPUTS,
                FleetTopic.AGENT_HEARTBEATS,
                FleetTopic.AGENT_RESULTS,
                FleetTopic.RESULTS,
                FleetTopic.WORKFLOW_RESULTS);
    }

    /** The topics alone, for who reads them by other means. */
    public Archive archive() {
        return archive;
    }

    /** Reads everything. */
    public History read() {
        List<Submitted> submissions = new ArrayList<>();
        each(FleetTopic.TASKS, TaskSubmitted.class, (record, task) -> submissions.add(lone(record, task)));
        each(FleetTopic.WORKFLOWS, WorkflowSubmitted.class, (record, all) -> submissions.add(workflow(record, all)));
        List<TaskControl> controls = new ArrayList<>();
        each(FleetTopic.TASK_CONTROL, TaskControl.class, (record, control) -> controls.add(control));
        Map<String, PoolDefinition> pools = new TreeMap<>();
        each(FleetTopic.POOLS, PoolDefinition.class, (record, pool) -> pools.put(pool.getPool(), pool));
        List<TaskOutcome> outcomes = new ArrayList<>();
        each(FleetTopic.RESULTS, TaskOutcome.class, (record, outcome) -> outcomes.add(outcome));
        List<WorkflowOutcome> ends = new ArrayList<>();
        each(FleetTopic.WORKFLOW_RESULTS, WorkflowOutcome.class, (record, end) -> ends.add(end));
        List<DeadLetter> letters = new ArrayList<>();
        each(FleetTopic.DEAD_LETTERS, DeadLetter.class, (record, letter) -> letters.add(letter));
        List<Fault> faults = lines(directory.faults()).stream().map(Fault::of).toList();
        return new History(
                pools,
                acknowledged(),
                submissions,
                controls,
                journal(),
                outcomes,
                ends,
                letters,
                new RunLogs(faults).read(directory.runs()),
                faults,
                hellos(),
                answers(),
                unanswered());
    }

    private List<Hello> hellos() {
        List<Hello> hellos = new ArrayList<>();
        each(FleetTopic.AGENT_HEARTBEATS, Heartbeat.class, (record, heartbeat) -> {
            if (heartbeat.getType() == HeartbeatType.HELLO) {
                hellos.add(
                        new Hello(heartbeat.getWorkerId(), heartbeat.getSentAt().toEpochMilli(), record.timestamp()));
            }
        });
        return hellos;
    }

    private Map<String, List<TaskEvent>> journal() {
        Map<String, List<TaskEvent>> journal = new TreeMap<>();
        each(FleetTopic.TASK_EVENTS, TaskEvent.class, (record, event) -> journal.computeIfAbsent(
                        event.getPool(), none -> new ArrayList<>())
                .add(lighter(event)));
        journal.values().forEach(events -> events.sort(Comparator.comparingLong(TaskEvent::getSequence)));
        return journal;
    }

    /** What only a replay needs is let go, and texts that many events share are kept once: a long run has a million events. */
    private TaskEvent lighter(TaskEvent event) {
        put(event, "inputOffsets", Map.of());
        put(event, "quiet", List.of());
        for (Schema.Field field : event.getSchema().getFields()) {
            if (event.get(field.pos()) instanceof String text) {
                event.put(field.pos(), shared(text));
            }
        }
        return event;
    }

    private static void put(TaskEvent event, String field, Object value) {
        event.put(event.getSchema().getField(field).pos(), value);
    }

    private String shared(String text) {
        String known = texts.putIfAbsent(text, text);
        return known == null ? text : known;
    }

    private static Submitted lone(ConsumerRecord<byte[], byte[]> record, TaskSubmitted task) {
        String tenant = or(task.getTenant(), "default");
        return new Submitted(
                new Ref(or(task.getPool(), "default"), or(task.getId(), "?")),
                record.topic(),
                record.partition(),
                record.offset(),
                tenant,
                Map.of(),
                List.of(task),
                digest(record));
    }

    private static Submitted workflow(ConsumerRecord<byte[], byte[]> record, WorkflowSubmitted workflow) {
        String tenant = or(workflow.getTenant(), "default");
        List<TaskSubmitted> tasks = new ArrayList<>();
        for (TaskSubmitted task : workflow.getTasks()) {
            tasks.add(TaskSubmitted.newBuilder(task)
                    .setTenant(or(task.getTenant(), tenant))
                    .setPriority(task.getPriority() == null ? workflow.getPriority() : task.getPriority())
                    .build());
        }
        return new Submitted(
                new Ref(or(workflow.getPool(), "default"), or(workflow.getId(), "?")),
                record.topic(),
                record.partition(),
                record.offset(),
                tenant,
                workflow.getLabels(),
                tasks,
                digest(record));
    }

    private static String digest(ConsumerRecord<byte[], byte[]> record) {
        return UUID.nameUUIDFromBytes(record.value()).toString();
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }

    /** Calls for each record of a topic that can be read; what cannot be is a dead letter, which is looked at as such. */
    private <T extends SpecificRecord> void each(
            FleetTopic topic, Class<T> type, BiConsumer<ConsumerRecord<byte[], byte[]>, T> use) {
        try (Deserializer<T> deserializer = FleetSerdes.value(type, serdes).deserializer()) {
            for (int partition = 0; partition < topic.partitions(); partition++) {
                var records = archive.records(new TopicPartition(topic.topicName(), partition), 0, Long.MAX_VALUE);
                while (records.hasNext()) {
                    ConsumerRecord<byte[], byte[]> record = records.next();
                    if (record.value() != null) {
                        decoded(deserializer, topic, record, use);
                    }
                }
            }
        }
    }

    private static <T> void decoded(
            Deserializer<T> deserializer,
            FleetTopic topic,
            ConsumerRecord<byte[], byte[]> record,
            BiConsumer<ConsumerRecord<byte[], byte[]>, T> use) {
        T value;
        try {
            value = deserializer.deserialize(topic.topicName(), record.value());
        } catch (SerializationException hostile) {
            if (topic != FleetTopic.TASKS && topic != FleetTopic.WORKFLOWS && topic != FleetTopic.TASK_CONTROL) {
                throw hostile;
            }
            return;
        }
        use.accept(record, value);
    }

    private Set<Ref> acknowledged() {
        Set<Ref> acknowledged = new HashSet<>();
        for (String line : lines(directory.acknowledged())) {
            String[] columns = line.split("\t", 2);
            acknowledged.add(new Ref(columns[0], columns[1]));
        }
        return acknowledged;
    }

    private List<CheckAnswer> answers() {
        ObjectMapper json = new ObjectMapper();
        List<CheckAnswer> answers = new ArrayList<>();
        for (String line : lines(directory.answers())) {
            try {
                answers.add(json.readValue(line, CheckAnswer.class));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(directory.answers() + " has a line that is no answer: " + line, e);
            }
        }
        return answers;
    }

    private Map<String, String> unanswered() {
        Map<String, String> unanswered = new LinkedHashMap<>();
        for (String line : lines(directory.unanswered())) {
            String[] columns = line.split("\t", 2);
            unanswered.put(columns[0], columns[1]);
        }
        return unanswered;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
