package io.sweaifleet.schemas.topic;

import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.WorkerCommand;
import org.apache.avro.specific.SpecificRecord;

/** Every topic of the fleet, declared once: name, key, value, class, and who writes and reads it. */
public enum FleetTopic {
    TASKS("fleet.tasks", "any", TaskSubmitted.class, TopicClass.PUBLIC, "any producer", "intake"),
    WORKFLOWS("fleet.workflows", "any", WorkflowSubmitted.class, TopicClass.PUBLIC, "any producer", "intake"),
    TASK_CONTROL("fleet.task-control", "any", TaskControl.class, TopicClass.PUBLIC, "any producer", "intake"),
    CORE_INPUTS("fleet.core-inputs", "pool", CoreInput.class, TopicClass.INPUT, "intake", "core"),
    AGENT_HEARTBEATS("fleet.agent-heartbeats", "pool", Heartbeat.class, TopicClass.INPUT, "worker", "core"),
    AGENT_RESULTS("fleet.agent-results", "pool", AgentResult.class, TopicClass.INPUT, "worker", "core"),
    WORKER_COMMANDS("fleet.worker-commands", "pool/worker", WorkerCommand.class, TopicClass.QUEUE, "core", "worker"),
    TASK_EVENTS(
            "fleet.task-events", "pool/workflow id", TaskEvent.class, TopicClass.JOURNAL, "core", "CLI, Neo4j sink"),
    RESULTS(
            "fleet.results",
            "pool/task id",
            TaskOutcome.class,
            TopicClass.PUBLIC,
            "core",
            "any consumer, branch follower, Neo4j sink"),
    WORKFLOW_RESULTS(
            "fleet.workflow-results",
            "pool/workflow id",
            WorkflowOutcome.class,
            TopicClass.PUBLIC,
            "core",
            "any consumer, CLI, Neo4j sink"),
    AGENTS("fleet.agents", "pool/worker", AgentStatus.class, TopicClass.COMPACTED, "core", "CLI, Neo4j sink"),
    ROLES("fleet.roles", "role", RoleDefinition.class, TopicClass.COMPACTED, "CLI", "intake, worker"),
    POOLS("fleet.pools", "pool", PoolDefinition.class, TopicClass.COMPACTED, "CLI", "intake"),
    AUDIT("fleet.audit", "pool/workflow id", AuditEvent.class, TopicClass.JOURNAL, "worker", "CLI, Neo4j sink"),
    KNOWLEDGE("fleet.knowledge", "subject id", KnowledgeFact.class, TopicClass.JOURNAL, "worker", "Neo4j sink"),
    DEAD_LETTERS("fleet.dead-letters", "as received", DeadLetter.class, TopicClass.JOURNAL, "intake, core", "CLI");

    private final String topicName;
    private final String keyFormat;
    private final Class<? extends SpecificRecord> valueType;
    private final TopicClass topicClass;
    private final String writers;
    private final String readers;

    FleetTopic(
            String topicName,
            String keyFormat,
            Class<? extends SpecificRecord> valueType,
            TopicClass topicClass,
            String writers,
            String readers) {
        this.topicName = topicName;
        this.keyFormat = keyFormat;
        this.valueType = valueType;
        this.topicClass = topicClass;
        this.writers = writers;
        this.readers = readers;
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
}
