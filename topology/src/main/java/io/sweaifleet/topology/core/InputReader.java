package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.rule.Problems;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.text.Shortened;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.Refusal;
import io.sweaifleet.topology.stream.SharedSerdes;
import io.sweaifleet.topology.stream.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns records into events of the domain. Any program may be a worker, so what workers send is checked like any input. */
final class InputReader {

    private static final int MOST_SLOTS = 100_000;
    private static final int MOST_ROLES = 200;
    private static final int MOST_LABELS = 64;
    private static final int OUTPUTS_LIMIT = 16_384;
    /** Characters of what an agent asks: it stands in an event. */
    private static final int REQUEST_LIMIT = 64 * 1024;

    private static final int PATCH_LIMIT = 65_536;
    private static final int MOST_FINDINGS = 200;

    private final WireReader<CoreInput> coreInputs;
    private final WireReader<Heartbeat> heartbeats;
    private final WireReader<AgentResult> results;
    private final int partitions;

    /**
     * @param partitions number of partitions of core's inputs and of the worker commands
     */
    InputReader(SharedSerdes serdes, int partitions) {
        this.coreInputs = serdes.reader(CoreInput.class);
        this.heartbeats = serdes.reader(Heartbeat.class);
        this.results = serdes.reader(AgentResult.class);
        this.partitions = partitions;
    }

    /** What a record is: an event, or a refusal, or neither when it concerns another partition. */
    record Read(@Nullable Event event, @Nullable Refusal refusal) {

        static final Read ELSEWHERE = new Read(null, null);

        static Read of(Event event) {
            return new Read(event, null);
        }

        static Read refused(DeadLetterCause cause, Failure failure, @Nullable String pool) {
            return new Read(null, new Refusal(cause, failure, pool, null, null, null));
        }
    }

    Read read(Received record) {
        if (record.topic().equals(FleetTopic.AGENT_HEARTBEATS.topicName())) {
            return heartbeat(record);
        }
        if (record.topic().equals(FleetTopic.AGENT_RESULTS.topicName())) {
            return result(record);
        }
        return coreInput(record);
    }

    private Read coreInput(Received record) {
        WireReader.Reading<CoreInput> reading = coreInputs.read(record);
        CoreInput input = reading.value();
        if (input == null) {
            return new Read(null, reading.refusal());
        }
        if (input.getType() == CoreInputType.ROLE || input.getType() == CoreInputType.DEFINITION) {
            return Read.of(new Event.Accepted(input));
        }
        if (input.getType() == CoreInputType.POOL) {
            // Definitions go to every partition; a pool is of interest in its own.
            return partitionOf(input.getName()) == record.partition()
                    ? Read.of(new Event.Accepted(input))
                    : Read.ELSEWHERE;
        }
        Failure misplaced = misplaced(record, input.getPool());
        return misplaced == null
                ? Read.of(new Event.Accepted(input))
                : Read.refused(DeadLetterCause.MISPARTITIONED, misplaced, input.getPool());
    }

    private Read heartbeat(Received record) {
        WireReader.Reading<Heartbeat> reading = heartbeats.read(record);
        Heartbeat heartbeat = reading.value();
        if (heartbeat == null) {
            return new Read(null, reading.refusal());
        }
        if (heartbeat.getType() == HeartbeatType.MARKER) {
            return marker(record, heartbeat.getPool(), heartbeat.getMarker(), false);
        }
        Failure invalid = invalid(heartbeat);
        if (invalid != null) {
            return Read.refused(DeadLetterCause.INVALID, invalid, poolOrNull(heartbeat.getPool()));
        }
        Failure misplaced = misplaced(record, heartbeat.getPool());
        return misplaced == null
                ? Read.of(new Event.Alive(heartbeat, record.timestamp()))
                : Read.refused(DeadLetterCause.MISPARTITIONED, misplaced, heartbeat.getPool());
    }

    private Read marker(Received record, String pool, @Nullable String name, boolean inResults) {
        Key.OfTimer timer;
        try {
            timer = Key.OfTimer.named(pool, String.valueOf(name));
        } catch (IllegalArgumentException e) {
            Failure invalid = Problems.of(
                    "INVALID_MARKER",
                    "Field marker of the record at " + record.place() + " is " + name + ", which names no timer",
                    "Only core writes records of type MARKER",
                    "marker",
                    name);
            return Read.refused(DeadLetterCause.INVALID, invalid, poolOrNull(pool));
        }
        Failure misplaced = misplaced(record, pool);
        return misplaced == null
                ? Read.of(new Event.Marked(timer, inResults))
                : Read.refused(DeadLetterCause.MISPARTITIONED, misplaced, pool);
    }

    private @Nullable Failure invalid(Heartbeat heartbeat) {
        if (!Keys.isId(heartbeat.getPool())) {
            return notAnId("pool", heartbeat.getPool());
        }
        if (!Keys.isId(heartbeat.getWorkerId())) {
            return notAnId("workerId", heartbeat.getWorkerId());
        }
        if (heartbeat.getIncarnation() <= 0) {
            return outOfRange("incarnation", heartbeat.getIncarnation(), "the worker's start in ms since the epoch");
        }
        if (heartbeat.getCommandPartition() < 0 || heartbeat.getCommandPartition() >= partitions) {
            return outOfRange("commandPartition", heartbeat.getCommandPartition(), "0 to " + (partitions - 1));
        }
        if (heartbeat.getCapacity() < 0 || heartbeat.getCapacity() > MOST_SLOTS) {
            return outOfRange("capacity", heartbeat.getCapacity(), "0 to " + MOST_SLOTS);
        }
        if (heartbeat.getRoles().size() > MOST_ROLES) {
            return outOfRange("roles", heartbeat.getRoles().size() + " entries", "at most " + MOST_ROLES);
        }
        for (RoleCapacity role : heartbeat.getRoles()) {
            if (!Keys.isId(role.getRole())) {
                return notAnId("roles.role", role.getRole());
            }
            if (role.getSlots() < 0 || role.getSlots() > MOST_SLOTS) {
                return outOfRange("roles.slots", role.getSlots(), "0 to " + MOST_SLOTS);
            }
        }
        if (heartbeat.getLeases().size() > MOST_SLOTS) {
            return outOfRange("leases", heartbeat.getLeases().size() + " entries", "at most " + MOST_SLOTS);
        }
        for (HeldLease lease : heartbeat.getLeases()) {
            if (lease.getLeaseId().length() > 200) {
                return outOfRange("leases.leaseId", lease.getLeaseId(), "at most 200 characters");
            }
        }
        if (heartbeat.getLabels().size() > MOST_LABELS) {
            return outOfRange("labels", heartbeat.getLabels().size() + " entries", "at most " + MOST_LABELS);
        }
        return null;
    }

    private Read result(Received record) {
        WireReader.Reading<AgentResult> reading = results.read(record);
        AgentResult result = reading.value();
        if (result == null) {
            return new Read(null, reading.refusal());
        }
        if (result.getType() == AgentResultType.MARKER) {
            return marker(record, result.getPool(), result.getMarker(), true);
        }
        Failure invalid = !Keys.isId(result.getPool())
                ? notAnId("pool", result.getPool())
                : !Keys.isId(result.getWorkerId())
                        ? notAnId("workerId", result.getWorkerId())
                        : !Keys.isId(result.getTaskId()) ? notAnId("taskId", result.getTaskId()) : null;
        if (invalid != null) {
            return Read.refused(DeadLetterCause.INVALID, invalid, poolOrNull(result.getPool()));
        }
        Failure misplaced = misplaced(record, result.getPool());
        if (misplaced != null) {
            return Read.refused(DeadLetterCause.MISPARTITIONED, misplaced, result.getPool());
        }
        Failure excess = excess(record, result);
        return Read.of(new Event.Reported(excess == null ? result : failed(result, excess)));
    }

    /** What of a result is beyond the contract; such a result cannot be told to consumers or dependents. */
    private static @Nullable Failure excess(Received record, AgentResult report) {
        int size = record.value() == null ? 0 : record.value().length;
        if (size > WireReader.VALUE_LIMIT) {
            return tooLarge("result", size + " bytes", WireReader.VALUE_LIMIT + " bytes");
        }
        ApprovalRequest request = report.getRequest();
        if (request != null) {
            Failure invalid = invalid(request);
            if (invalid != null) {
                return invalid;
            }
        }
        TaskResult result = report.getResult();
        if (result == null) {
            return null;
        }
        int outputs = 0;
        for (Map.Entry<String, String> output : result.getOutputs().entrySet()) {
            outputs += output.getKey().length() + output.getValue().length();
        }
        if (outputs > OUTPUTS_LIMIT) {
            return tooLarge("result.outputs", outputs + " characters", OUTPUTS_LIMIT + " characters in all");
        }
        if (result.getFindings().size() > MOST_FINDINGS) {
            return tooLarge("result.findings", result.getFindings().size() + " findings", MOST_FINDINGS + " findings");
        }
        String patch = result.getPatch();
        if (patch != null && patch.getBytes(StandardCharsets.UTF_8).length > PATCH_LIMIT) {
            return tooLarge("result.patch", patch.length() + " characters", PATCH_LIMIT + " bytes");
        }
        return null;
    }

    private static @Nullable Failure invalid(ApprovalRequest request) {
        if (!Keys.isId(request.getRequestId())) {
            return notAnId("request.requestId", request.getRequestId());
        }
        int characters = request.getPreview().length()
                + request.getTool().length()
                + request.getRule().length()
                + request.getReason().length();
        for (Map.Entry<String, String> argument : request.getArguments().entrySet()) {
            characters += argument.getKey().length() + argument.getValue().length();
        }
        return characters > REQUEST_LIMIT
                ? tooLarge("request", characters + " characters", REQUEST_LIMIT + " characters in all")
                : null;
    }

    private static Failure tooLarge(String field, String found, String limit) {
        return new Failure(
                FailureClass.PERMANENT,
                "RESULT_TOO_LARGE",
                "The agent's result has " + found + " in " + field + "; at most " + limit + " are taken",
                "Put large output into artifacts",
                field,
                found);
    }

    private static AgentResult failed(AgentResult result, Failure failure) {
        boolean over = !ReportTypes.isUnderWay(result.getType());
        return new AgentResult(
                result.getPool(),
                result.getTenant(),
                result.getWorkflowId(),
                result.getTaskId(),
                result.getAttempt(),
                result.getLeaseId(),
                result.getWorkerId(),
                result.getIncarnation(),
                result.getAgentId(),
                result.getRole(),
                result.getSequence(),
                over ? AgentResultType.FAILED : result.getType(),
                result.getAt(),
                Shortened.to(200, result.getStep()),
                result.getBrain(),
                null,
                failure,
                null,
                result.getUsage(),
                null);
    }

    private @Nullable Failure misplaced(Received record, String pool) {
        if (pool.equals(record.keyText()) && partitionOf(pool) == record.partition()) {
            return null;
        }
        return Problems.of(
                "MISPARTITIONED",
                "The record at " + record.place() + " is for pool " + pool + " and has key " + record.keyText()
                        + ": the key must be the pool, whose partition is " + partitionOf(pool),
                "Use the pool as key and the default partitioner of Kafka's Java client (murmur2); librdkafka:"
                        + " partitioner=murmur2_random",
                "key",
                record.keyText());
    }

    private int partitionOf(String pool) {
        return Keys.partition(pool, partitions);
    }

    private static @Nullable String poolOrNull(String pool) {
        return Keys.isId(pool) ? pool : null;
    }

    private static Failure notAnId(String field, String value) {
        return Problems.of(
                "INVALID_ID",
                "Field " + field + " is '" + Shortened.to(120, value) + "', which is not an id",
                "Ids match " + Keys.ID_PATTERN.pattern(),
                field,
                value);
    }

    private static Failure outOfRange(String field, Object value, String range) {
        return Problems.of(
                "OUT_OF_RANGE",
                "Field " + field + " is " + value + ", expected " + range,
                "Send " + range,
                field,
                value);
    }
}
