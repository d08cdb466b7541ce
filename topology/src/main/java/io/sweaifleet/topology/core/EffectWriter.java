package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.topology.core.domain.Effect;
import io.sweaifleet.topology.stream.DeadLetters;
import io.sweaifleet.topology.stream.Payload;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.Refusal;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Turns effects into records. They are encoded before anything is applied, so that what cannot be written leaves no trace. */
final class EffectWriter {

    /** Room that a record's key, headers and frame take of what a topic accepts, in bytes. */
    private static final int FRAME_BYTES = 8_192;

    private final Serializer<TaskEvent> events;
    private final Serializer<TaskOutcome> outcomes;
    private final Serializer<WorkflowOutcome> workflowOutcomes;
    private final Serializer<WorkerCommand> commands;
    private final Serializer<AgentStatus> agents;
    private final Serializer<DeadLetter> deadLetters;
    private final Serializer<Heartbeat> heartbeats;
    private final Serializer<AgentResult> results;

    EffectWriter(SharedSerdes serdes) {
        this.events = serdes.writer(TaskEvent.class);
        this.outcomes = serdes.writer(TaskOutcome.class);
        this.workflowOutcomes = serdes.writer(WorkflowOutcome.class);
        this.commands = serdes.writer(WorkerCommand.class);
        this.agents = serdes.writer(AgentStatus.class);
        this.deadLetters = serdes.writer(DeadLetter.class);
        this.heartbeats = serdes.writer(Heartbeat.class);
        this.results = serdes.writer(AgentResult.class);
    }

    /**
     * A record to be sent.
     *
     * @param sink name of the sink
     * @param value its bytes, and the partition when it is fixed
     * @param urgent whether somebody waits for it to be committed
     */
    record Outgoing(String sink, byte @Nullable [] key, Payload value, Headers headers, boolean urgent) {}

    Outgoing write(Effect effect, @Nullable Received received, long now, @Nullable Throwable thrown) {
        if (effect instanceof Effect.Journal journal) {
            TaskEvent event = journal.event();
            return outgoing(
                    FleetTopic.TASK_EVENTS,
                    Keys.of(event.getPool(), event.getWorkflowId()),
                    events.serialize(FleetTopic.TASK_EVENTS.topicName(), event),
                    null,
                    false);
        } else if (effect instanceof Effect.Outcome end) {
            TaskOutcome outcome = end.outcome();
            return outgoing(
                    FleetTopic.RESULTS,
                    Keys.of(outcome.getPool(), outcome.getTaskId()),
                    outcomes.serialize(FleetTopic.RESULTS.topicName(), outcome),
                    end.traceparent(),
                    true);
        } else if (effect instanceof Effect.WorkflowEnd end) {
            WorkflowOutcome outcome = end.outcome();
            return outgoing(
                    FleetTopic.WORKFLOW_RESULTS,
                    Keys.of(outcome.getPool(), outcome.getWorkflowId()),
                    workflowOutcomes.serialize(FleetTopic.WORKFLOW_RESULTS.topicName(), outcome),
                    end.traceparent(),
                    true);
        } else if (effect instanceof Effect.Command told) {
            WorkerCommand command = told.command();
            byte[] bytes = checked(
                    FleetTopic.WORKER_COMMANDS, commands.serialize(FleetTopic.WORKER_COMMANDS.topicName(), command));
            return new Outgoing(
                    CoreTopology.sinkOf(FleetTopic.WORKER_COMMANDS),
                    utf8(Keys.of(command.getPool(), command.getWorkerId())),
                    new Payload(bytes, command.getPartition()),
                    headers(told.traceparent()),
                    true);
        } else if (effect instanceof Effect.Agent agent) {
            AgentStatus status = agent.status();
            return outgoing(
                    FleetTopic.AGENTS,
                    Keys.of(agent.pool(), agent.workerId()),
                    status == null ? null : agents.serialize(FleetTopic.AGENTS.topicName(), status),
                    null,
                    false);
        } else if (effect instanceof Effect.Marker marker) {
            return marker.inResults()
                    ? marker(
                            FleetTopic.AGENT_RESULTS,
                            marker,
                            results.serialize(FleetTopic.AGENT_RESULTS.topicName(), inResults(marker, now)))
                    : marker(
                            FleetTopic.AGENT_HEARTBEATS,
                            marker,
                            heartbeats.serialize(FleetTopic.AGENT_HEARTBEATS.topicName(), inHeartbeats(marker, now)));
        } else if (effect instanceof Effect.Refused refused) {
            if (received == null) {
                throw new IllegalStateException("A timer cannot become a dead letter: " + refused.failure());
            }
            return deadLetter(
                    received,
                    new Refusal(
                            refused.cause(),
                            refused.failure(),
                            refused.pool(),
                            refused.tenant(),
                            refused.workflowId(),
                            refused.taskId()),
                    now,
                    thrown);
        }
        throw new IllegalStateException("No topic for effect " + effect);
    }

    private static Outgoing marker(FleetTopic topic, Effect.Marker marker, byte[] value) {
        return outgoing(topic, marker.timer().pool(), value, null, true);
    }

    private static Heartbeat inHeartbeats(Effect.Marker marker, long now) {
        return Heartbeat.newBuilder()
                .setPool(marker.timer().pool())
                .setWorkerId("")
                .setIncarnation(0)
                .setSequence(0)
                .setType(HeartbeatType.MARKER)
                .setCommandPartition(0)
                .setSentAt(Instant.ofEpochMilli(now))
                .setMarker(marker.timer().name())
                .build();
    }

    private static AgentResult inResults(Effect.Marker marker, long now) {
        return AgentResult.newBuilder()
                .setPool(marker.timer().pool())
                .setTenant("")
                .setWorkflowId("")
                .setTaskId("")
                .setAttempt(0)
                .setLeaseId("")
                .setWorkerId("")
                .setIncarnation(0)
                .setAgentId("")
                .setRole("")
                .setSequence(0)
                .setType(AgentResultType.MARKER)
                .setAt(Instant.ofEpochMilli(now))
                .setMarker(marker.timer().name())
                .build();
    }

    Outgoing deadLetter(Received received, Refusal refusal, long now, @Nullable Throwable thrown) {
        DeadLetter letter = DeadLetters.of(received, refusal, CoreTopology.APPLICATION, now, thrown);
        return new Outgoing(
                CoreTopology.sinkOf(FleetTopic.DEAD_LETTERS),
                received.key(),
                Payload.of(deadLetters.serialize(FleetTopic.DEAD_LETTERS.topicName(), letter)),
                headers(received.traceparent()),
                true);
    }

    private static Outgoing outgoing(
            FleetTopic topic, String key, byte @Nullable [] value, @Nullable String traceparent, boolean urgent) {
        return new Outgoing(
                CoreTopology.sinkOf(topic), utf8(key), Payload.of(checked(topic, value)), headers(traceparent), urgent);
    }

    private static byte @Nullable [] checked(FleetTopic topic, byte @Nullable [] value) {
        int limit = topic.maxMessageBytes() - FRAME_BYTES;
        if (value != null && value.length > limit) {
            throw new IllegalArgumentException("A record for " + topic.topicName() + " would have " + value.length
                    + " bytes; at most " + limit + " are written");
        }
        return value;
    }

    private static Headers headers(@Nullable String traceparent) {
        RecordHeaders headers = new RecordHeaders();
        if (traceparent != null) {
            headers.add(Received.TRACEPARENT, utf8(traceparent));
        }
        return headers;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
