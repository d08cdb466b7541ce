package io.sweaifleet.topology;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.registry.InMemorySchemaRegistry;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.topology.core.CoreClients;
import io.sweaifleet.topology.core.CoreTopology;
import io.sweaifleet.topology.intake.IntakeTopology;
import io.sweaifleet.topology.intake.Patience;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.internals.PunctuationQueue;
import org.apache.kafka.streams.processor.internals.StreamTask;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** Intake and core, joined at core's inputs, with a clock and a registry of their own. */
public final class TestFleet implements AutoCloseable {

    public static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    public final Map<String, Object> serdes;
    private Instant now = START;
    private final TopologyTestDriver intake;
    private final TopologyTestDriver core;
    private final Map<FleetTopic, TestInputTopic<byte[], byte[]>> inputs = new java.util.EnumMap<>(FleetTopic.class);
    private final TestOutputTopic<byte[], byte[]> coreInputs;
    private final Map<FleetTopic, List<ConsumerRecord<byte[], byte[]>>> taken =
            new java.util.EnumMap<>(FleetTopic.class);

    private TestFleet(Map<String, Object> serdes, Patience patience) {
        this(serdes, patience, Optional.empty());
    }

    private TestFleet(Map<String, Object> serdes, Patience patience, Optional<ApprovalKey> approvals) {
        this.serdes = serdes;
        InstantSource clock = () -> now;
        intake = driver(
                IntakeTopology.build(
                        serdes,
                        Map.of("fleet.tasks", "topic-1", "fleet.workflows", "topic-2"),
                        clock,
                        patience,
                        approvals),
                "intake");
        core = driver(CoreTopology.build(serdes, 1, clock, new CoreClients(System::nanoTime)), "core");
        for (FleetTopic topic : IntakeTopology.INPUTS) {
            inputs.put(topic, input(intake, topic));
        }
        for (FleetTopic topic :
                List.of(FleetTopic.CORE_INPUTS, FleetTopic.AGENT_HEARTBEATS, FleetTopic.AGENT_RESULTS)) {
            inputs.put(topic, input(core, topic));
        }
        coreInputs = intake.createOutputTopic(
                FleetTopic.CORE_INPUTS.topicName(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A fleet with a registry of its own that knows every schema. */
    public static TestFleet create() {
        return with(serdesOfAFullRegistry());
    }

    private static Map<String, Object> serdesOfAFullRegistry() {
        String name = "topology-" + UUID.randomUUID();
        InMemorySchemaRegistry registry = InMemorySchemaRegistry.named(name);
        for (FleetTopic topic : FleetTopic.values()) {
            registry.register(
                    topic.valueSubject(),
                    org.apache.avro.specific.SpecificData.get().getSchema(topic.valueType()));
        }
        return Map.of("schema.registry.url", registry.address(), "use.latest.version", "true");
    }

    /** A fleet in which only what this key has signed answers what agents ask. */
    public static TestFleet answeredWith(ApprovalKey key) {
        return new TestFleet(serdesOfAFullRegistry(), new Patience(Duration.ofSeconds(30)), Optional.of(key));
    }

    /** A fleet with these serdes. */
    public static TestFleet with(Map<String, Object> serdes) {
        return with(serdes, new Patience(Duration.ofSeconds(30)));
    }

    /** A fleet with these serdes, and this patience with the registry. */
    public static TestFleet with(Map<String, Object> serdes, Patience patience) {
        return new TestFleet(serdes, patience);
    }

    /** A fleet with the pool default, the roles named, and nothing to be read yet. */
    public static TestFleet withRoles(String... roles) {
        TestFleet fleet = create();
        fleet.definePool(pool("default"));
        for (String role : roles) {
            fleet.defineRole(role(role));
        }
        return fleet;
    }

    private TopologyTestDriver driver(Topology topology, String name) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, name + "-" + UUID.randomUUID());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:0");
        return new TopologyTestDriver(topology, properties, now);
    }

    private static TestInputTopic<byte[], byte[]> input(TopologyTestDriver driver, FleetTopic topic) {
        return driver.createInputTopic(topic.topicName(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    public Instant now() {
        return now;
    }

    /** Lets time pass; timers that become due are done. */
    public void pass(Duration duration) {
        pass(duration, Duration.ofSeconds(1));
    }

    /** Lets time pass in steps, as the real clock goes: a jump would count as a gap. */
    public void pass(Duration duration, Duration longest) {
        Instant end = now.plus(duration);
        while (now.isBefore(end)) {
            Duration step = Duration.between(now, end);
            step = step.compareTo(longest) > 0 ? longest : step;
            now = now.plus(step);
            core.advanceWallClockTime(step);
            takeMarkers();
        }
    }

    /** The clock jumps, as after the machine slept. */
    public void jump(Duration duration) {
        now = now.plus(duration);
        core.advanceWallClockTime(Duration.ofMillis(5));
        takeMarkers();
    }

    /**
     * Core's partition is revoked and comes back.
     *
     * @param asStandby whether its task was a standby in between, which has no timers of Streams
     * @return how many timers of Streams core has now
     */
    public int revokeAndGiveBack(boolean asStandby) throws ReflectiveOperationException {
        StreamTask task = (StreamTask) field(TopologyTestDriver.class, core, "task");
        PunctuationQueue ticks = (PunctuationQueue) field(StreamTask.class, task, "systemTimePunctuationQueue");
        task.prepareCommit(true);
        task.postCommit(true);
        task.suspend();
        if (asStandby) {
            ticks.close();
        }
        task.resume();
        task.completeRestoration(partitions -> {});
        core.advanceWallClockTime(Duration.ofMillis(10)); // What was cancelled goes when it is due.
        return ((Collection<?>) field(PunctuationQueue.class, ticks, "pq")).size();
    }

    private static Object field(Class<?> type, Object of, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    public KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]> store() {
        return core.getKeyValueStore("pool-state-by-key");
    }

    public void send(FleetTopic topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        pipe(topic, new TestRecord<>(key, value, headers, now));
        if (IntakeTopology.INPUTS.contains(topic)) {
            for (TestRecord<byte[], byte[]> passed : coreInputs.readRecordsToList()) {
                pipe(FleetTopic.CORE_INPUTS, new TestRecord<>(passed.key(), passed.value(), passed.headers(), now));
            }
        }
    }

    private void pipe(FleetTopic topic, TestRecord<byte[], byte[]> record) {
        take(topic, record.key(), record.value());
        inputs.get(topic).pipeInput(record);
        takeMarkers();
    }

    private void take(FleetTopic topic, byte @Nullable [] key, byte @Nullable [] value) {
        List<ConsumerRecord<byte[], byte[]>> before = taken.computeIfAbsent(topic, none -> new ArrayList<>());
        before.add(new ConsumerRecord<>(
                topic.topicName(),
                0,
                before.size(),
                now.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                key,
                value,
                new RecordHeaders(),
                Optional.empty()));
    }

    /** What core writes to its own inputs it has read by now. */
    private void takeMarkers() {
        for (FleetTopic topic : List.of(FleetTopic.AGENT_HEARTBEATS, FleetTopic.AGENT_RESULTS)) {
            for (ConsumerRecord<byte[], byte[]> marker : written(topic)) {
                take(topic, marker.key(), marker.value());
            }
        }
    }

    /** Every record that was sent to a topic, in order, in partition 0. */
    public List<ConsumerRecord<byte[], byte[]>> taken(FleetTopic topic) {
        return taken.getOrDefault(topic, List.of());
    }

    /** What core wrote to a topic since it was last read, in order, in the partition of its key. */
    public List<ConsumerRecord<byte[], byte[]>> written(FleetTopic topic) {
        List<ConsumerRecord<byte[], byte[]>> written = new ArrayList<>();
        for (TestRecord<byte[], byte[]> record : core.createOutputTopic(
                        topic.topicName(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            written.add(new ConsumerRecord<>(
                    topic.topicName(),
                    Keys.partition(key, topic.partitions()),
                    written.size(),
                    record.key(),
                    record.value()));
        }
        return written;
    }

    public <T extends SpecificRecord> void send(FleetTopic topic, @Nullable String key, @Nullable T value) {
        send(topic, key == null ? null : utf8(key), value == null ? null : encode(topic, value), new RecordHeaders());
    }

    @SuppressWarnings("unchecked")
    public <T extends SpecificRecord> byte[] encode(FleetTopic topic, T value) {
        return FleetSerdes.value((Class<T>) topic.valueType(), serdes)
                .serializer()
                .serialize(topic.topicName(), value);
    }

    public void submit(TaskSubmitted task) {
        send(FleetTopic.TASKS, null, task);
    }

    public void submit(WorkflowSubmitted workflow) {
        send(FleetTopic.WORKFLOWS, null, workflow);
    }

    public void definePool(PoolDefinition pool) {
        send(FleetTopic.POOLS, pool.getPool(), pool);
    }

    public void defineRole(RoleDefinition role) {
        send(FleetTopic.ROLES, role.getRole(), role);
    }

    private <T extends SpecificRecord> List<T> read(TopologyTestDriver driver, FleetTopic topic, Class<T> type) {
        TestOutputTopic<String, T> output = driver.createOutputTopic(
                topic.topicName(),
                new StringDeserializer(),
                FleetSerdes.value(type, serdes).deserializer());
        return output.readValuesToList();
    }

    public List<TaskOutcome> outcomes() {
        return read(core, FleetTopic.RESULTS, TaskOutcome.class);
    }

    public List<TestRecord<String, TaskOutcome>> outcomeRecords() {
        return core.createOutputTopic(
                        FleetTopic.RESULTS.topicName(),
                        new StringDeserializer(),
                        FleetSerdes.value(TaskOutcome.class, serdes).deserializer())
                .readRecordsToList();
    }

    public List<WorkflowOutcome> workflowOutcomes() {
        return read(core, FleetTopic.WORKFLOW_RESULTS, WorkflowOutcome.class);
    }

    public List<TaskEvent> events() {
        return read(core, FleetTopic.TASK_EVENTS, TaskEvent.class);
    }

    public List<WorkerCommand> commands() {
        return read(core, FleetTopic.WORKER_COMMANDS, WorkerCommand.class);
    }

    public List<AgentStatus> agents() {
        return read(core, FleetTopic.AGENTS, AgentStatus.class);
    }

    public List<DeadLetter> deadLetters() {
        List<DeadLetter> letters = new ArrayList<>(read(intake, FleetTopic.DEAD_LETTERS, DeadLetter.class));
        letters.addAll(read(core, FleetTopic.DEAD_LETTERS, DeadLetter.class));
        return letters;
    }

    /** What intake passed on since the last time; only without core being fed. */
    public CoreInput decodeCoreInput(byte[] bytes) {
        return FleetSerdes.value(CoreInput.class, serdes)
                .deserializer()
                .deserialize(FleetTopic.CORE_INPUTS.topicName(), bytes);
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static TaskSubmitted.Builder task(@Nullable String id, String role) {
        return TaskSubmitted.newBuilder().setId(id).setKind(role + ".work").setRole(role);
    }

    public static PoolDefinition pool(String name) {
        return PoolDefinition.newBuilder()
                .setPool(name)
                .setVersion(1)
                .setUpdatedAt(START)
                .build();
    }

    public static RoleDefinition role(String name) {
        return RoleDefinition.newBuilder()
                .setRole(name)
                .setVersion(1)
                .setUpdatedAt(START)
                .build();
    }

    public void control(TaskControl control) {
        send(FleetTopic.TASK_CONTROL, null, control);
    }

    /** A worker with one role. */
    public Worker worker(String id, String role, int slots) {
        return new Worker("default", id, role, slots, now.toEpochMilli());
    }

    /** A worker that is driven by hand. */
    public final class Worker {
        public final String pool;
        public final String id;
        public final long incarnation;
        private final String role;
        private final int slots;
        private long sequence;
        public long lastCommand;
        public final List<HeldLease> held = new ArrayList<>();

        private Worker(String pool, String id, String role, int slots, long incarnation) {
            this.pool = pool;
            this.id = id;
            this.role = role;
            this.slots = slots;
            this.incarnation = incarnation;
        }

        public Worker hello() {
            beat(HeartbeatType.HELLO);
            return this;
        }

        public void beat(HeartbeatType type) {
            send(FleetTopic.AGENT_HEARTBEATS, pool, heartbeat(type));
        }

        public Heartbeat heartbeat(HeartbeatType type) {
            return new Heartbeat(
                    pool,
                    id,
                    incarnation,
                    ++sequence,
                    type,
                    0,
                    lastCommand,
                    slots,
                    List.of(new RoleCapacity(role, 1, slots, slots, slots - held.size())),
                    List.copyOf(held),
                    Map.of(),
                    "host",
                    now,
                    null,
                    List.of(),
                    null,
                    false,
                    false);
        }

        /** Takes what core sent: assignments are held. */
        public List<WorkerCommand> take() {
            List<WorkerCommand> mine = commands().stream()
                    .filter(command -> command.getWorkerId().equals(id))
                    .toList();
            for (WorkerCommand command : mine) {
                lastCommand = command.getSequence();
                if (command.getType() == CommandType.ASSIGN) {
                    held.add(new HeldLease(
                            command.getAssignment().getLeaseId(),
                            command.getAssignment().getWorkflowId(),
                            command.getAssignment().getTaskId(),
                            command.getAssignment().getAttempt(),
                            false,
                            0L));
                } else if (command.getType() == CommandType.ACKNOWLEDGE) {
                    held.removeIf(lease -> lease.getLeaseId().equals(command.getLeaseId()));
                }
            }
            return mine;
        }

        public void report(HeldLease lease, AgentResultType type) {
            report(lease, type, null, null);
        }

        public void report(
                HeldLease lease,
                AgentResultType type,
                io.sweaifleet.schemas.task.@Nullable TaskResult result,
                io.sweaifleet.schemas.common.@Nullable Failure failure) {
            send(
                    FleetTopic.AGENT_RESULTS,
                    pool,
                    new AgentResult(
                            pool,
                            "default",
                            lease.getWorkflowId(),
                            lease.getTaskId(),
                            lease.getAttempt(),
                            lease.getLeaseId(),
                            id,
                            incarnation,
                            id + "-agent",
                            role,
                            1,
                            type,
                            now,
                            "",
                            null,
                            result,
                            failure,
                            null,
                            null,
                            null));
        }
    }

    @Override
    public void close() {
        intake.close();
        core.close();
    }
}
