package io.sweaifleet.deploy.tests;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Records that nobody should send, of many kinds, on every topic that intake or core reads. All of it follows from the seed. A kind is
 * named by its number and what is wrong with its records; each of its records must become one dead letter with its cause.
 */
final class HostileRecords {

    /** Topics whose records are keyed by anything. */
    private static final List<FleetTopic> SUBMISSIONS =
            List.of(FleetTopic.TASKS, FleetTopic.WORKFLOWS, FleetTopic.TASK_CONTROL);

    private static final List<FleetTopic> CORES =
            List.of(FleetTopic.CORE_INPUTS, FleetTopic.AGENT_HEARTBEATS, FleetTopic.AGENT_RESULTS);

    private static final List<FleetTopic> DEFINITIONS = List.of(FleetTopic.ROLES, FleetTopic.POOLS);

    private static final String POOL = "default";
    private static final int HEAD = 5;
    private static final long ONCE = 1_700_000_000_000L;

    private final Random random;
    private final Codec codec;
    private long number;

    /** Reads and writes values as the fleet does. */
    interface Codec {
        byte[] encode(FleetTopic topic, SpecificRecord value);

        /** @throws UndecodableException when the bytes are no value of the topic */
        void decode(FleetTopic topic, byte[] bytes);

        /** Id of a registered schema that no topic of the fleet has. */
        int foreignSchema();
    }

    /**
     * A record that is to be refused.
     *
     * @param kind what is wrong with it
     * @param cause of its dead letter
     */
    record Hostile(Kind kind, ProducerRecord<byte[], byte[]> record, DeadLetterCause cause) {}

    /** What can be wrong. */
    enum Kind {
        NO_VALUE(DeadLetterCause.UNDECODABLE, all -> all.wire(without(DEFINITIONS), null)),
        EMPTY_VALUE(DeadLetterCause.UNDECODABLE, all -> all.wire(everywhere(), new byte[0])),
        SHORTER_THAN_A_HEAD(
                DeadLetterCause.UNDECODABLE, all -> all.wire(everywhere(), new byte[1 + all.random.nextInt(4)])),
        HEAD_WITHOUT_A_BODY(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(everywhere());
            return all.raw(topic, Arrays.copyOf(all.good(topic), HEAD));
        }),
        OTHER_MAGIC_BYTE(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(everywhere());
            byte[] bytes = all.good(topic);
            bytes[0] = (byte) (1 + all.random.nextInt(255));
            return all.raw(topic, bytes);
        }),
        JSON(
                DeadLetterCause.UNDECODABLE,
                all -> all.wire(
                        everywhere(),
                        ("{\"kind\": \"qa.run-tests\", \"n\": " + all.random.nextInt() + "}")
                                .getBytes(StandardCharsets.UTF_8))),
        NOISE(DeadLetterCause.UNDECODABLE, all -> {
            return all.wire(everywhere(), all.noise(1 + all.random.nextInt(2_000)));
        }),
        UNKNOWN_SCHEMA_ID(
                DeadLetterCause.UNKNOWN_SCHEMA,
                all -> all.wire(
                        everywhere(),
                        all.headed(0x40000000 + all.random.nextInt(64), all.bytes(all.random.nextInt(99))))),
        SCHEMA_OF_ANOTHER_TOPIC(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(List.of(FleetTopic.TASKS, FleetTopic.WORKFLOWS, FleetTopic.CORE_INPUTS));
            return all.raw(topic, all.good(FleetTopic.AGENT_HEARTBEATS));
        }),
        SCHEMA_WITHOUT_A_REQUIRED_FIELD(
                DeadLetterCause.UNDECODABLE,
                all -> all.wire(
                        without(List.of(FleetTopic.TASK_CONTROL)),
                        all.headed(all.codec.foreignSchema(), new byte[] {2, 'x'}))),
        TRUNCATED(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(everywhere());
            byte[] bytes = all.good(topic);
            return all.raw(topic, Arrays.copyOf(bytes, HEAD + all.random.nextInt(bytes.length - HEAD)));
        }),
        BYTES_LEFT_OVER(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(everywhere());
            byte[] bytes = all.good(topic);
            return all.raw(topic, Arrays.copyOf(bytes, bytes.length + 1 + all.random.nextInt(50)));
        }),
        FUZZED_AVRO(DeadLetterCause.UNDECODABLE, all -> all.fuzzed()),
        HUGE_LENGTH(DeadLetterCause.UNDECODABLE, all -> {
            FleetTopic topic = all.oneOf(everywhere());
            return all.raw(topic, all.huge(topic));
        }),
        HOSTILE_KEY_AND_HEADERS(DeadLetterCause.UNDECODABLE, all -> {
            RecordHeaders headers = new RecordHeaders();
            headers.add("traceparent", all.bytes(200));
            headers.add("traceparent", null);
            headers.add("", all.bytes(3_000));
            return new ProducerRecord<>(
                    all.oneOf(without(DEFINITIONS)).topicName(), null, all.bytes(700), all.noise(5), headers);
        }),
        TOO_LARGE(
                DeadLetterCause.TOO_LARGE,
                all -> all.sent(
                        FleetTopic.TASKS,
                        all.task().setInstructions("x".repeat(1_100_000)).build())) {
            @Override
            int share(int wanted) {
                return Math.min(wanted, 20);
            }
        },
        NO_SUCH_ID(
                DeadLetterCause.INVALID,
                all -> all.sent(FleetTopic.TASKS, all.task().setId(all.badId()).build())),
        NO_SUCH_NUMBER(
                DeadLetterCause.INVALID,
                all -> all.sent(
                        FleetTopic.TASKS,
                        all.random.nextBoolean()
                                ? all.task()
                                        .setPriority(10 + all.random.nextInt(1_000))
                                        .build()
                                : all.task()
                                        .setRetry(RetryPolicy.newBuilder()
                                                .setMaxAttempts(-1 - all.random.nextInt(9))
                                                .setJitter(Double.NaN)
                                                .build())
                                        .build())),
        DEADLINE_LONG_AGO(
                DeadLetterCause.INVALID,
                all -> all.sent(
                        FleetTopic.TASKS,
                        all.task()
                                .setDeadline(Instant.ofEpochMilli(all.random.nextInt(1_000_000)))
                                .build())),
        DEPENDENCIES_IN_A_CIRCLE(DeadLetterCause.INVALID, all -> {
            String id = all.id("circle");
            List<TaskSubmitted> tasks = new ArrayList<>();
            int length = 2 + all.random.nextInt(5);
            for (int i = 0; i < length; i++) {
                tasks.add(all.task()
                        .setId(id + "-" + i)
                        .setDependsOn(List.of(id + "-" + (i + 1) % length))
                        .build());
            }
            return all.sent(FleetTopic.WORKFLOWS, all.workflow(id, tasks));
        }),
        TWO_TASKS_OF_ONE_ID(DeadLetterCause.INVALID, all -> {
            String id = all.id("twins");
            TaskSubmitted task = all.task().setId(id + "-1").build();
            return all.sent(FleetTopic.WORKFLOWS, all.workflow(id, List.of(task, task)));
        }),
        NO_TASKS(
                DeadLetterCause.INVALID,
                all -> all.sent(FleetTopic.WORKFLOWS, all.workflow(all.id("hollow"), List.of()))),
        CONTROL_OF_NOTHING(
                DeadLetterCause.INVALID,
                all -> all.sent(
                        FleetTopic.TASK_CONTROL,
                        TaskControl.newBuilder()
                                .setId(all.id("control"))
                                .setAction(all.oneOf(List.of(ControlAction.values())))
                                .build())),
        ROLE_UNDER_ANOTHER_KEY(
                DeadLetterCause.INVALID,
                all -> all.keyed(
                        FleetTopic.ROLES,
                        all.id("role"),
                        all.role(all.id("other")).build())),
        POOL_WITH_A_RATE_OF_NOTHING(DeadLetterCause.INVALID, all -> {
            String name = all.id("pool");
            return all.keyed(
                    FleetTopic.POOLS,
                    name,
                    all.pool(name)
                            .setRates(Map.of("x", new RateLimit(-all.random.nextInt(5), 0L, 0)))
                            .build());
        }),
        HEARTBEAT_OF_NOBODY(
                DeadLetterCause.INVALID,
                all -> all.keyed(
                        FleetTopic.AGENT_HEARTBEATS,
                        POOL,
                        switch (all.random.nextInt(4)) {
                            case 0 -> all.heartbeat().setWorkerId(all.badId()).build();
                            case 1 ->
                                all.heartbeat()
                                        .setIncarnation(-all.random.nextInt(100))
                                        .build();
                            case 2 ->
                                all.heartbeat()
                                        .setCommandPartition(12 + all.random.nextInt(9))
                                        .build();
                            default ->
                                all.heartbeat()
                                        .setRoles(List.of(new RoleCapacity("qa", 1, 1, Integer.MIN_VALUE, 0)))
                                        .build();
                        })),
        MARKER_OF_A_STRANGER(
                DeadLetterCause.INVALID,
                all -> all.random.nextBoolean()
                        ? all.keyed(
                                FleetTopic.AGENT_HEARTBEATS,
                                POOL,
                                all.heartbeat()
                                        .setType(HeartbeatType.MARKER)
                                        .setMarker(all.badId())
                                        .build())
                        : all.keyed(
                                FleetTopic.AGENT_RESULTS,
                                POOL,
                                all.result()
                                        .setType(AgentResultType.MARKER)
                                        .setMarker(null)
                                        .build())),
        RESULT_OF_NOTHING(
                DeadLetterCause.INVALID,
                all -> all.keyed(
                        FleetTopic.AGENT_RESULTS,
                        POOL,
                        all.random.nextBoolean()
                                ? all.result().setTaskId(all.badId()).build()
                                : all.result().setWorkerId(all.badId()).build())),
        MISPLACED(DeadLetterCause.MISPARTITIONED, all -> {
            FleetTopic topic = all.oneOf(CORES);
            byte[] value = all.good(topic);
            int own = Keys.partition(POOL, topic.partitions());
            return new ProducerRecord<>(
                    topic.topicName(),
                    all.random.nextBoolean()
                            ? (own + 1 + all.random.nextInt(topic.partitions() - 1)) % topic.partitions()
                            : own,
                    ("not-" + POOL).getBytes(StandardCharsets.UTF_8),
                    value);
        }),
        CORE_INPUT_OF_NO_KIND(
                DeadLetterCause.POISON,
                all -> all.keyed(
                        FleetTopic.CORE_INPUTS,
                        POOL,
                        all.input()
                                .setType(all.random.nextBoolean() ? CoreInputType.UNKNOWN : CoreInputType.CONTROL)
                                .build())),
        ID_OF_OTHER_WORK(
                DeadLetterCause.CONTRADICTION,
                all -> all.sent(
                        FleetTopic.TASKS,
                        all.task().setId(FIRST).setTitle(all.id("other")).build()));

        private final DeadLetterCause cause;
        private final Function<HostileRecords, ProducerRecord<byte[], byte[]>> make;

        Kind(DeadLetterCause cause, Function<HostileRecords, ProducerRecord<byte[], byte[]>> make) {
            this.cause = cause;
            this.make = make;
        }

        /** How many are made where so many of each kind are wanted. */
        int share(int wanted) {
            return wanted;
        }
    }

    /** A task that is submitted before all others, whose id {@link Kind#ID_OF_OTHER_WORK} uses again. */
    static final String FIRST = "first-come";

    HostileRecords(long seed, Codec codec) {
        this.random = new Random(seed);
        this.codec = codec;
    }

    /** So many records, of all kinds, in an order of chance. */
    List<Hostile> make(int count) {
        List<Kind> kinds = new ArrayList<>();
        int each = count / Kind.values().length + 1;
        for (Kind kind : Kind.values()) {
            kinds.addAll(Collections.nCopies(kind.share(each), kind));
        }
        while (kinds.size() < count) {
            kinds.add(Kind.FUZZED_AVRO);
        }
        Collections.shuffle(kinds, random);
        List<Hostile> records = new ArrayList<>(count);
        for (Kind kind : kinds.subList(0, count)) {
            records.add(new Hostile(kind, kind.make.apply(this), kind.cause));
        }
        return records;
    }

    private static List<FleetTopic> everywhere() {
        List<FleetTopic> all = new ArrayList<>(SUBMISSIONS);
        all.addAll(CORES);
        all.addAll(DEFINITIONS);
        return all;
    }

    private static List<FleetTopic> without(List<FleetTopic> some) {
        return everywhere().stream().filter(topic -> !some.contains(topic)).toList();
    }

    // ------------------------------------------------------------------------------------------ records

    private ProducerRecord<byte[], byte[]> wire(List<FleetTopic> topics, byte[] value) {
        return raw(oneOf(topics), value);
    }

    private ProducerRecord<byte[], byte[]> sent(FleetTopic topic, SpecificRecord value) {
        return raw(topic, codec.encode(topic, value));
    }

    private ProducerRecord<byte[], byte[]> keyed(FleetTopic topic, String key, SpecificRecord value) {
        return new ProducerRecord<>(
                topic.topicName(), null, key.getBytes(StandardCharsets.UTF_8), codec.encode(topic, value));
    }

    /** Bytes under a key that the topic takes. */
    private ProducerRecord<byte[], byte[]> raw(FleetTopic topic, byte[] value) {
        byte[] key = CORES.contains(topic)
                ? POOL.getBytes(StandardCharsets.UTF_8)
                // A table takes nothing without a key.
                : DEFINITIONS.contains(topic) || random.nextBoolean() ? bytes(1 + random.nextInt(20)) : null;
        return new ProducerRecord<>(topic.topicName(), null, key, value);
    }

    /** A value that would be taken. */
    private byte[] good(FleetTopic topic) {
        return codec.encode(
                topic,
                switch (topic) {
                    case TASKS -> task().setInputs(Map.of("a", "b", "c", "d")).build();
                    case WORKFLOWS -> workflow(id("workflow"), List.of(task().build()));
                    case TASK_CONTROL ->
                        TaskControl.newBuilder()
                                .setId(id("control"))
                                .setTaskId(id("nobody"))
                                .setAction(ControlAction.CANCEL)
                                .build();
                    case ROLES -> role(id("role")).build();
                    case POOLS -> pool(id("pool")).build();
                    case AGENT_HEARTBEATS -> heartbeat().build();
                    case AGENT_RESULTS -> result().build();
                    default -> input().build();
                });
    }

    /** A value some of whose bytes were changed until it cannot be read any more. */
    private ProducerRecord<byte[], byte[]> fuzzed() {
        FleetTopic topic = oneOf(everywhere());
        byte[] bytes = good(topic);
        while (true) {
            for (int i = 0; i <= random.nextInt(4); i++) {
                bytes[HEAD + random.nextInt(bytes.length - HEAD)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                codec.decode(topic, bytes);
            } catch (UndecodableException e) {
                return raw(topic, bytes);
            }
        }
    }

    /** A head, and where the first text is expected, one that no memory has room for. */
    private byte[] huge(FleetTopic topic) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Arrays.copyOf(good(topic), HEAD));
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            if (SUBMISSIONS.contains(topic)) {
                // The first field of these may be null.
                encoder.writeIndex(1);
            }
            encoder.writeLong(random.nextBoolean() ? Integer.MAX_VALUE - random.nextInt(1_000) : Long.MAX_VALUE);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    // ------------------------------------------------------------------------------------------ values

    private TaskSubmitted.Builder task() {
        return TaskSubmitted.newBuilder()
                .setId(id("hostile"))
                .setKind("bench.noop")
                .setRole("bench");
    }

    private WorkflowSubmitted workflow(String id, List<TaskSubmitted> tasks) {
        return WorkflowSubmitted.newBuilder().setId(id).setTasks(tasks).build();
    }

    private RoleDefinition.Builder role(String name) {
        return RoleDefinition.newBuilder().setRole(name).setVersion(1).setUpdatedAt(Instant.ofEpochMilli(ONCE));
    }

    private PoolDefinition.Builder pool(String name) {
        return PoolDefinition.newBuilder().setPool(name).setVersion(1).setUpdatedAt(Instant.ofEpochMilli(ONCE));
    }

    private Heartbeat.Builder heartbeat() {
        return Heartbeat.newBuilder()
                .setPool(POOL)
                .setWorkerId(id("nobody"))
                .setIncarnation(ONCE)
                .setSequence(1)
                .setType(HeartbeatType.ALIVE)
                .setCommandPartition(0)
                .setSentAt(Instant.ofEpochMilli(ONCE));
    }

    private AgentResult.Builder result() {
        return AgentResult.newBuilder()
                .setPool(POOL)
                .setTenant(POOL)
                .setWorkflowId(id("nothing"))
                .setTaskId(id("nothing"))
                .setAttempt(1)
                .setLeaseId("no-lease")
                .setWorkerId(id("nobody"))
                .setIncarnation(ONCE)
                .setAgentId("agent")
                .setRole("qa")
                .setSequence(1)
                .setType(AgentResultType.SUCCEEDED)
                .setAt(Instant.ofEpochMilli(ONCE));
    }

    private CoreInput.Builder input() {
        return CoreInput.newBuilder()
                .setPool(POOL)
                .setType(CoreInputType.CONTROL)
                .setOrigin(new Origin(FleetTopic.TASK_CONTROL.topicName(), "", 0, 0L, Instant.ofEpochMilli(ONCE)));
    }

    private String id(String what) {
        return what + "-" + ++number;
    }

    private String badId() {
        return oneOf(List.of(
                "", "UPPER", "../../etc/passwd", "with space", "null\u0000byte", "ünïcode", "a".repeat(101), "-dash"));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Bytes that do not begin as the wire format does. */
    private byte[] noise(int length) {
        byte[] bytes = bytes(length);
        bytes[0] |= 1;
        return bytes;
    }

    private byte[] headed(int schemaId, byte[] body) {
        return ByteBuffer.allocate(HEAD + body.length)
                .put((byte) 0)
                .putInt(schemaId)
                .put(body)
                .array();
    }

    private <T> T oneOf(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }
}
