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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A worker that does every task at once, and remembers what it was told to run. */
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
    private final Thread thread;
    private volatile boolean closed;
    private long heartbeats;
    private long lastCommand;

    ProbeWorker(TestBroker broker, String pool, String id, int slots, int partition) {
        this(broker, pool, id, slots, partition, "bench");
    }

    ProbeWorker(TestBroker broker, String pool, String id, int slots, int partition, String role) {
        this.role = role;
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
                        obey(producer, command);
                    }
                }
                if (System.nanoTime() - lastBeat > BEAT.toNanos()) {
                    beat(producer, HeartbeatType.ALIVE);
                    lastBeat = System.nanoTime();
                }
            }
        }
    }

    private void obey(KafkaProducer<String, byte[]> producer, WorkerCommand command) {
        if (command.getType() == CommandType.ASSIGN) {
            Assignment assignment = command.getAssignment();
            started.add(assignment);
            held.put(
                    assignment.getLeaseId(),
                    new HeldLease(
                            assignment.getLeaseId(),
                            assignment.getWorkflowId(),
                            assignment.getTaskId(),
                            assignment.getAttempt(),
                            true));
            report(producer, assignment, AgentResultType.STARTED);
            report(producer, assignment, AgentResultType.SUCCEEDED);
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
    }

    private void beat(KafkaProducer<String, byte[]> producer, HeartbeatType type) {
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
                null);
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
