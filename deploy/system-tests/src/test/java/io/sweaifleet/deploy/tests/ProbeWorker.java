package io.sweaifleet.deploy.tests;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A worker that does every task at once, unless it is to hold it, and remembers what it was told to run. */
final class ProbeWorker implements AutoCloseable {

    private static final Duration BEAT = Duration.ofMillis(300);

    private final TestBroker broker;
    private final String pool;
    private final String id;
    private final int slots;
    private final int partition;
    private final String role;
    private final long incarnation = System.currentTimeMillis();
    private final Map<String, HeldLease> held = new LinkedHashMap<>();
    private final Queue<Assignment> started = new ConcurrentLinkedQueue<>();
    private final Predicate<Assignment> holds;
    private final Queue<Assignment> running = new ConcurrentLinkedQueue<>();
    private final Map<Long, Long> unnamed = new LinkedHashMap<>();
    private final Thread thread;
    private volatile boolean released;
    private volatile int reported;
    private volatile long longestUnheardMs;
    private volatile boolean closed;
    private long heartbeats;
    private long lastCommand;
    private long lastHeardAt;

    ProbeWorker(TestBroker broker, String pool, String id, int slots, int partition) {
        this(broker, pool, id, slots, partition, "bench", assignment -> false);
    }

    ProbeWorker(TestBroker broker, String pool, String id, int slots, int partition, String role) {
        this(broker, pool, id, slots, partition, role, assignment -> false);
    }

    /** @param holds which attempts run until {@link #release} */
    ProbeWorker(TestBroker broker, String pool, String id, int slots, int partition, Predicate<Assignment> holds) {
        this(broker, pool, id, slots, partition, "bench", holds);
    }

    private ProbeWorker(
            TestBroker broker,
            String pool,
            String id,
            int slots,
            int partition,
            String role,
            Predicate<Assignment> holds) {
        this.role = role;
        this.holds = holds;
        this.broker = broker;
        this.pool = pool;
        this.id = id;
        this.slots = slots;
        this.partition = partition;
        this.thread = new Thread(this::run, "worker-" + id);
        thread.start();
    }

    /** Everything it was told to run, in order. */
    List<Assignment> started() {
        return List.copyOf(started);
    }

    /** Lets what it holds succeed. */
    void release() {
        released = true;
    }

    /** How many attempts it has reported as ended. */
    int reported() {
        return reported;
    }

    /** How old the newest heartbeat was at most that core was known to have read, in ms. */
    long longestUnheardMs() {
        return longestUnheardMs;
    }

    private void run() {
        try (KafkaConsumer<String, WorkerCommand> commands = broker.consumer(WorkerCommand.class);
                KafkaProducer<String, byte[]> producer = broker.producer()) {
            TopicPartition mine = new TopicPartition(FleetTopic.WORKER_COMMANDS.topicName(), partition);
            commands.assign(List.of(mine));
            commands.seekToEnd(List.of(mine));
            commands.position(mine);
            beat(producer, HeartbeatType.HELLO);
            long lastBeat = System.nanoTime();
            while (!closed) {
                for (ConsumerRecord<String, WorkerCommand> record : commands.poll(Duration.ofMillis(20))) {
                    WorkerCommand command = record.value();
                    if (command.getPool().equals(pool)
                            && command.getWorkerId().equals(id)
                            && command.getIncarnation() == incarnation) {
                        lastCommand = command.getSequence();
                        heard(command);
                        obey(producer, command);
                    }
                }
                while (released && !running.isEmpty()) {
                    Assignment done = running.remove();
                    report(producer, done, AgentResultType.SUCCEEDED);
                    held.computeIfPresent(done.getLeaseId(), (lease, before) -> lease(done, true));
                }
                if (System.nanoTime() - lastBeat > BEAT.toNanos()) {
                    beat(producer, HeartbeatType.ALIVE);
                    lastBeat = System.nanoTime();
                }
            }
        }
    }

    private void heard(WorkerCommand command) {
        Long madeAt = null;
        for (Long sequence : List.copyOf(unnamed.keySet())) {
            if (sequence <= command.getHeartbeat()) {
                madeAt = unnamed.remove(sequence);
            }
        }
        if (madeAt != null && lastHeardAt != 0) {
            longestUnheardMs = Math.max(longestUnheardMs, System.currentTimeMillis() - lastHeardAt);
        }
        lastHeardAt = madeAt == null ? lastHeardAt : madeAt;
    }

    private static HeldLease lease(Assignment assignment, boolean finished) {
        return new HeldLease(
                assignment.getLeaseId(),
                assignment.getWorkflowId(),
                assignment.getTaskId(),
                assignment.getAttempt(),
                finished,
                0L);
    }

    private void obey(KafkaProducer<String, byte[]> producer, WorkerCommand command) {
        if (command.getType() == CommandType.ASSIGN) {
            Assignment assignment = command.getAssignment();
            started.add(assignment);
            boolean holding = holds.test(assignment) && !released;
            held.put(assignment.getLeaseId(), lease(assignment, !holding));
            report(producer, assignment, AgentResultType.STARTED);
            if (holding) {
                running.add(assignment);
            } else {
                report(producer, assignment, AgentResultType.SUCCEEDED);
            }
        } else if (command.getType() == CommandType.ACKNOWLEDGE || command.getType() == CommandType.CANCEL) {
            held.remove(command.getLeaseId());
        }
    }

    private void report(KafkaProducer<String, byte[]> producer, Assignment assignment, AgentResultType type) {
        AgentResult result = AgentResult.newBuilder()
                .setPool(pool)
                .setTenant(assignment.getTenant())
                .setWorkflowId(assignment.getWorkflowId())
                .setTaskId(assignment.getTaskId())
                .setAttempt(assignment.getAttempt())
                .setLeaseId(assignment.getLeaseId())
                .setWorkerId(id)
                .setIncarnation(incarnation)
                .setAgentId(id + "-1")
                .setRole(assignment.getRole())
                .setSequence(type == AgentResultType.STARTED ? 1 : 2)
                .setType(type)
                .setAt(Instant.now())
                .build();
        producer.send(new ProducerRecord<>(
                FleetTopic.AGENT_RESULTS.topicName(), pool, broker.encode(FleetTopic.AGENT_RESULTS, result)));
        if (type == AgentResultType.SUCCEEDED) {
            reported++;
        }
    }

    private void beat(KafkaProducer<String, byte[]> producer, HeartbeatType type) {
        unnamed.put(heartbeats + 1, System.currentTimeMillis());
        Heartbeat heartbeat = new Heartbeat(
                pool,
                id,
                incarnation,
                ++heartbeats,
                type,
                partition,
                lastCommand,
                slots,
                List.of(new RoleCapacity(role, 1, 1, slots, Math.max(0, slots - held.size()))),
                List.copyOf(held.values()),
                Map.of(),
                "localhost",
                Instant.now(),
                null,
                List.of(),
                null,
                true,
                false);
        producer.send(new ProducerRecord<>(
                FleetTopic.AGENT_HEARTBEATS.topicName(), pool, broker.encode(FleetTopic.AGENT_HEARTBEATS, heartbeat)));
    }

    static int partitionFor(String pool, String id) {
        return Keys.partition(Keys.of(pool, id), FleetTopic.WORKER_COMMANDS.partitions());
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
