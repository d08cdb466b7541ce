package io.sweaifleet.schemas.topic;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every topic of the fleet, declared once: name, key, value, class, partitions, size limit, and who writes and reads it.
 *
 * <p>Keyed topics have 12 partitions unless {@link TopicSettings#PARTITIONS} says otherwise, all the same number, fixed at
 * creation: keys would move if there were more. {@code fleet topics enlarge} moves what belongs to them along.
 * The small compacted tables have one: readers take them whole at start, and one partition gives every change one
 * order, by which core recognises the newest definition.
 */
public enum FleetTopic {
    TASKS("fleet.tasks", "any", TaskSubmitted.class, TopicClass.PUBLIC, Shape.submissions(), "any producer", "intake"),
    WORKFLOWS(
            "fleet.workflows",
            "any",
            WorkflowSubmitted.class,
            TopicClass.PUBLIC,
            Shape.submissions(),
            "any producer",
            "intake"),
    TASK_CONTROL(
            "fleet.task-control",
            "any",
            TaskControl.class,
            TopicClass.PUBLIC,
            Shape.submissions(),
            "any producer",
            "intake"),
    /** Apart from control, so that access rules can differ: whoever may write it may approve, under any name. */
    APPROVALS(
            "fleet.approvals", "any", Approval.class, TopicClass.PUBLIC, Shape.submissions(), "any producer", "intake"),
    /** Larger than a submission, since intake fills in what the submitter left out. */
    CORE_INPUTS(
            "fleet.core-inputs",
            "pool",
            CoreInput.class,
            TopicClass.INPUT,
            Shape.keyed(4 * Shape.MIB),
            "intake",
            "core"),
    AGENT_HEARTBEATS(
            "fleet.agent-heartbeats",
            "pool",
            Heartbeat.class,
            TopicClass.INPUT,
            Shape.keyed(Shape.MIB),
            "worker, core",
            "core, CLI"),
    AGENT_RESULTS(
            "fleet.agent-results",
            "pool",
            AgentResult.class,
            TopicClass.INPUT,
            Shape.keyed(2 * Shape.MIB),
            "worker, core",
            "core"),
    /** An assignment carries the submitter's instructions and what the tasks it depends on produced. */
    WORKER_COMMANDS(
            "fleet.worker-commands",
            "pool/worker",
            WorkerCommand.class,
            TopicClass.QUEUE,
            Shape.keyed(4 * Shape.MIB),
            "core",
            "worker"),
    TASK_EVENTS(
            "fleet.task-events",
            "pool/workflow id",
            TaskEvent.class,
            TopicClass.JOURNAL,
            Shape.keyed(Shape.MIB),
            "core",
            "CLI, Neo4j sink"),
    RESULTS(
            "fleet.results",
            "pool/task id",
            TaskOutcome.class,
            TopicClass.PUBLIC,
            Shape.keyed(4 * Shape.MIB),
            "core",
            "any consumer, branch follower, Neo4j sink"),
    WORKFLOW_RESULTS(
            "fleet.workflow-results",
            "pool/workflow id",
            WorkflowOutcome.class,
            TopicClass.PUBLIC,
            Shape.keyed(2 * Shape.MIB),
            "core",
            "any consumer, CLI, Neo4j sink"),
    AGENTS("fleet.agents", "pool/worker", AgentStatus.class, TopicClass.COMPACTED, Shape.table(), "core", "CLI"),
    ROLES("fleet.roles", "role", RoleDefinition.class, TopicClass.COMPACTED, Shape.table(), "CLI", "intake, worker"),
    POOLS("fleet.pools", "pool", PoolDefinition.class, TopicClass.COMPACTED, Shape.table(), "CLI", "intake"),
    SCHEDULES(
            "fleet.schedules",
            "pool/schedule id",
            Schedule.class,
            TopicClass.COMPACTED,
            Shape.table(),
            "CLI",
            "intake, CLI"),
    WORKFLOW_DEFINITIONS(
            "fleet.workflow-definitions",
            "definition",
            WorkflowDefinition.class,
            TopicClass.COMPACTED,
            Shape.table(),
            "CLI",
            "intake"),
    AUDIT(
            "fleet.audit",
            "pool/workflow id",
            AuditEvent.class,
            TopicClass.JOURNAL,
            Shape.keyed(Shape.MIB),
            "worker",
            "CLI, Neo4j sink"),
    KNOWLEDGE(
            "fleet.knowledge",
            "subject id",
            KnowledgeFact.class,
            TopicClass.JOURNAL,
            Shape.keyed(Shape.MIB),
            "worker",
            "Neo4j sink"),
    /** Holds any record of any input whole, with its headers, the failure and a stack trace. */
    DEAD_LETTERS(
            "fleet.dead-letters",
            "as received",
            DeadLetter.class,
            TopicClass.JOURNAL,
            Shape.keyed(6 * Shape.MIB),
            "intake, core",
            "CLI");

    /** Largest value of a submission in bytes: 1 MiB. Intake refuses a larger one by name. */
    public static final int MAX_SUBMISSION_BYTES = Shape.MIB;

    private final String topicName;
    private final String keyFormat;
    private final Class<? extends SpecificRecord> valueType;
    private final TopicClass topicClass;
    private final Shape shape;
    private final String writers;
    private final String readers;

    FleetTopic(
            String topicName,
            String keyFormat,
            Class<? extends SpecificRecord> valueType,
            TopicClass topicClass,
            Shape shape,
            String writers,
            String readers) {
        this.topicName = topicName;
        this.keyFormat = keyFormat;
        this.valueType = valueType;
        this.topicClass = topicClass;
        this.shape = shape;
        this.writers = writers;
        this.readers = readers;
    }

    /** The topic with this name on the broker, if it is one of the fleet's. */
    public static Optional<FleetTopic> byName(String topicName) {
        return Arrays.stream(values())
                .filter(topic -> topic.topicName.equals(topicName))
                .findFirst();
    }

    /**
     * What a producer that may write to any topic needs as {@code max.request.size}, in bytes; clients refuse records
     * above 1 MiB by default, before the broker's limit is asked.
     */
    public static int largestMessageBytes() {
        return Arrays.stream(values())
                .mapToInt(FleetTopic::maxMessageBytes)
                .max()
                .orElseThrow();
    }

    /** Name on the broker. */
    public String topicName() {
        return topicName;
    }

    /** What the key is made of; keys are UTF-8 strings. */
    public String keyFormat() {
        return keyFormat;
    }

    /** Generated class of the value. */
    public Class<? extends SpecificRecord> valueType() {
        return valueType;
    }

    /** Retention and cleanup. */
    public TopicClass topicClass() {
        return topicClass;
    }

    /** Number of partitions unless an operator chose another; what the brokers have is in {@link TopicAdmin#partitions}. */
    public int partitions() {
        return shape.partitions();
    }

    /** True for a topic whose key chooses the partition; false for a small table of one partition. */
    public boolean keyed() {
        return shape.partitions() > 1;
    }

    /** Largest record batch the broker takes, in bytes ({@code max.message.bytes}): value, key, headers and framing. */
    public int maxMessageBytes() {
        return shape.valueBytes() + Shape.OVERHEAD_BYTES;
    }

    /**
     * True when records bear the time at which the broker appended them: core's inputs, and the submissions, whose
     * age decides whether they are too old to be taken. The others bear the time that their writer gave them.
     */
    public boolean logAppendTime() {
        return topicClass == TopicClass.INPUT || shape.submission();
    }

    /**
     * True when a dead letter of it may be sent again. What intake and workers wrote for core was right at its moment only: core has
     * long drawn its conclusions (an attempt timed out, a workflow failed), which an old record would contradict.
     */
    public boolean redrivable() {
        return topicClass != TopicClass.INPUT;
    }

    /** Who writes it, for people. */
    public String writers() {
        return writers;
    }

    /** Who reads it, for people. */
    public String readers() {
        return readers;
    }

    /** Registry subject of the value (TopicNameStrategy). */
    public String valueSubject() {
        return topicName + "-value";
    }

    private record Shape(int partitions, int valueBytes, boolean submission) {
        static final int MIB = 1024 * 1024;
        static final int KEYED = 12;
        /** Room for key, headers and the batch's own fields beside the value. */
        static final int OVERHEAD_BYTES = 64 * 1024;

        static Shape submissions() {
            return new Shape(KEYED, MIB, true);
        }

        static Shape keyed(int valueBytes) {
            return new Shape(KEYED, valueBytes, false);
        }

        static Shape table() {
            return new Shape(1, MIB, false);
        }
    }
}
