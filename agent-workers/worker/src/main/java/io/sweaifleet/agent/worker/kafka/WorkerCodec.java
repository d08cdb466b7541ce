package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.WorkerCommand;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** How the worker's records are written and read. Thread-safe as the fleet's serdes are. */
public record WorkerCodec(
        Serializer<Heartbeat> heartbeat,
        Serializer<AgentResult> result,
        Serializer<AuditEvent> audit,
        Serializer<KnowledgeFact> fact,
        Deserializer<WorkerCommand> command,
        Deserializer<RoleDefinition> role,
        Deserializer<TaskOutcome> outcome) {

    /** The serdes that the settings name. */
    public static WorkerCodec of(Settings settings) {
        return new WorkerCodec(
                FleetSerdes.value(Heartbeat.class, settings).serializer(),
                FleetSerdes.value(AgentResult.class, settings).serializer(),
                FleetSerdes.value(AuditEvent.class, settings).serializer(),
                FleetSerdes.value(KnowledgeFact.class, settings).serializer(),
                FleetSerdes.value(WorkerCommand.class, settings).deserializer(),
                FleetSerdes.value(RoleDefinition.class, settings).deserializer(),
                FleetSerdes.value(TaskOutcome.class, settings).deserializer());
    }
}
