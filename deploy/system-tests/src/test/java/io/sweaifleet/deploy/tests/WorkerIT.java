package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.branch.BranchFacts;
import io.sweaifleet.agent.worker.Agents;
import io.sweaifleet.agent.worker.WorkerProcess;
import io.sweaifleet.agent.worker.WorkerSettings;
import io.sweaifleet.deploy.kafka.KafkaServer;
import io.sweaifleet.deploy.kafka.KafkaServerConfig;
import io.sweaifleet.schemas.audit.ChainProblem;
import io.sweaifleet.schemas.audit.ChainVerifier;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.serde.FleetSerdes;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker with Ray actors on a real broker; the test speaks core's part of the protocol. */
@Timeout(300)
class WorkerIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger TRANSACTION = new AtomicInteger();

    @TempDir
    static Path shared;

    private static KafkaServerConfig broker;
    private static KafkaServer server;

    @TempDir
    Path temp;

    private final List<AutoCloseable> open = new ArrayList<>();
    private String workerId = "";
    private Settings settings = Settings.of(Map.of());
    private volatile AttemptRunner runner = attempt -> succeeded();
    private KafkaProducer<String, byte[]> core;
    private Reading<Heartbeat> heartbeats;
    private Reading<AgentResult> results;
    private long sequence;
    private long leaseMs = 30_000;
    private long lastAnswered;
    /** Whether this core names the heartbeats that it has read. */
    private boolean acknowledges;

    @BeforeAll
    static void startBroker() {
        broker = KafkaServerConfig.onFreePorts();
        server = KafkaServer.start(shared.resolve("kafka"), broker);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers()))) {
            TopicAdmin.ensure(admin, 1);
        }
    }

    @AfterAll
    static void stopBroker() {
        server.close();
    }

    @BeforeEach
    void prepare(TestInfo test) {
        workerId = "w-" + Integer.toHexString(test.getDisplayName().hashCode());
        settings = Settings.of(Map.of(
                FleetSettings.DATA_DIR.name(),
                temp.toString(),
                FleetSettings.BOOTSTRAP.name(),
                server.bootstrapServers(),
                FleetSettings.REGISTRY_URL.name(),
                "http://127.0.0.1:1",
                FleetSettings.SERDE_CLASS.name(),
                FixedIdSerde.class.getName(),
                WorkerSettings.ID.name(),
                workerId,
                WorkerSettings.HEARTBEAT.name(),
                "200ms"));
        core = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        server.bootstrapServers(),
                        "transactional.id",
                        "core-" + TRANSACTION.incrementAndGet()),
                new StringSerializer(),
                new ByteArraySerializer());
        open.add(core);
        core.initTransactions();
        heartbeats = reading(FleetTopic.AGENT_HEARTBEATS, Heartbeat.class);
        results = reading(FleetTopic.AGENT_RESULTS, AgentResult.class);
        send(
                FleetTopic.ROLES,
                null,
                "qa",
                RoleDefinition.newBuilder()
                        .setRole("qa")
                        .setVersion(1)
                        .setAgents(1)
                        .setSlotsPerAgent(2)
                        .setUpdatedAt(Instant.now())
                        .build());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void shouldNeverRunWhatWasRolledBackAndHoldALeaseUntilItsResultIsAcknowledged() throws Exception {
        // Given
        Heartbeat hello = startAndWelcome();
        assertThat(hello.getRoles()).anySatisfy(role -> {
            assertThat(role.getRole()).isEqualTo("qa");
            assertThat(role.getSlots()).isEqualTo(2);
        });

        // When: one assignment is rolled back, the next commits under the same sequence
        core.beginTransaction();
        record(hello, assignment(hello, sequence + 1, "rolled-back"));
        core.flush();
        core.abortTransaction();
        command(hello, assignment(hello, ++sequence, "kept"));

        // Then
        Await.until(
                LIMIT, () -> "reported: " + results.all(), () -> ends("kept").size() == 1);
        assertThat(types("kept")).containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
        Await.until(LIMIT, () -> "listed as finished", () -> latest().stream()
                .flatMap(heartbeat -> heartbeat.getLeases().stream())
                .anyMatch(HeldLease::getFinished));

        // When
        command(hello, about(hello, ++sequence, CommandType.ACKNOWLEDGE, "kept"));

        // Then
        Await.until(LIMIT, () -> "let go", () -> latest().stream()
                .anyMatch(heartbeat -> heartbeat.getLastCommandSequence() == sequence
                        && heartbeat.getLeases().isEmpty()));
        assertThat(types("rolled-back")).isEmpty();
    }

    @Test
    void shouldFinishItsWorkWhileTheBrokerIsAwayAndReportItAfterwards() throws Exception {
        // Given
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch brokerIsAway = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        runner = attempt -> {
            begun.countDown();
            await(brokerIsAway);
            ended.countDown();
            return succeeded();
        };
        Heartbeat hello = startAndWelcome();
        command(hello, assignment(hello, ++sequence, "long"));
        await(begun);

        // When
        server.close();
        brokerIsAway.countDown();
        await(ended);
        server = KafkaServer.start(shared.resolve("kafka"), broker);

        // Then: the result arrives, and commands are read from where they were
        Await.until(
                LIMIT, () -> "reported: " + results.all(), () -> !ends("long").isEmpty());
        command(hello, about(hello, ++sequence, CommandType.ACKNOWLEDGE, "long"));
        command(hello, assignment(hello, ++sequence, "after"));
        Await.until(LIMIT, () -> "run after the outage: " + results.all(), () -> !ends("after")
                .isEmpty());
        assertThat(latest()).hasValueSatisfying(heartbeat -> assertThat(heartbeat.getIncarnation())
                .isEqualTo(hello.getIncarnation()));
    }

    @Test
    void shouldFreezeItsAgentsWhileTheBrokerIsAwayForLongerThanALeaseAndGoOnWithWhatCoreLists() throws Exception {
        // Given
        AtomicLong steps = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        AtomicReference<Freeze> freeze = new AtomicReference<>(Freeze.never());
        runner = attempt -> {
            freeze.set(attempt.cancellation().freeze());
            while (!enough.get()) {
                attempt.cancellation().check();
                steps.incrementAndGet();
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            return succeeded();
        };
        leaseMs = 2_000;
        acknowledges = true;
        Heartbeat hello = startAndWelcome();
        command(
                hello,
                WorkerCommand.newBuilder(assignment(hello, ++sequence, "long"))
                        .setHeartbeat(latest().orElseThrow().getSequence())
                        .build());
        Await.until(LIMIT, () -> "at work", () -> steps.get() > 0);

        // When
        server.close();
        Await.until(LIMIT, () -> "frozen", () -> freeze.get().isHeld());
        long stepsWhenFrozen = steps.get();
        Await.until(
                LIMIT,
                () -> "frozen for a lease's time",
                () -> freeze.get().frozen().toMillis() > leaseMs);
        assertThat(steps.get() - stepsWhenFrozen).isLessThanOrEqualTo(1);
        server = KafkaServer.start(shared.resolve("kafka"), broker);

        // Then: it asks, and goes on once it is answered in time
        Await.until(LIMIT, () -> "at work again", () -> {
            answerWhatAsks(hello, "long");
            return steps.get() > stepsWhenFrozen + 10;
        });
        enough.set(true);
        Await.until(LIMIT, () -> "reported: " + results.all(), () -> {
            answerWhatAsks(hello, "long");
            return !ends("long").isEmpty();
        });
        assertThat(types("long")).containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
    }

    /** What core does for a worker that asks. */
    private void answerWhatAsks(Heartbeat hello, String lease) {
        Heartbeat asking = latest().orElseThrow();
        if (asking.getConfirm() && asking.getSequence() > lastAnswered) {
            lastAnswered = asking.getSequence();
            command(
                    hello,
                    commandOf(hello, ++sequence, CommandType.CONFIRM)
                            .setHeartbeat(asking.getSequence())
                            .setConfirmed(List.of(lease))
                            .build());
        }
    }

    @Test
    void shouldBeginAgainAsANewIncarnationWhenACommandIsMissing() throws Exception {
        // Given
        Heartbeat hello = startAndWelcome();

        // When
        sequence++;
        command(hello, assignment(hello, ++sequence, "after-the-gap"));

        // Then
        Await.until(LIMIT, () -> "introduced again", () -> latest().stream()
                .anyMatch(heartbeat -> heartbeat.getType() == HeartbeatType.HELLO
                        && heartbeat.getIncarnation() > hello.getIncarnation()));
        assertThat(types("after-the-gap")).isEmpty();
    }

    @Test
    void shouldChainWhatItsAgentsDid() throws Exception {
        // Given
        runner = attempt -> {
            for (int i = 0; i < 20; i++) {
                attempt.reporter().audit(auditEvent(attempt.assignment(), attempt.agentId(), i));
            }
            return succeeded();
        };
        Reading<AuditEvent> audit = reading(FleetTopic.AUDIT, AuditEvent.class);
        Heartbeat hello = startAndWelcome();

        // When
        command(hello, assignment(hello, ++sequence, "audited-1"));
        command(hello, assignment(hello, ++sequence, "audited-2"));

        // Then
        Await.until(
                LIMIT,
                () -> "recorded",
                () -> mine(audit).stream()
                                .filter(event -> event.value().getType() != AuditEventType.CHECKPOINT)
                                .count()
                        == 40);
        List<ChainProblem> problems = new ArrayList<>();
        ChainVerifier chain = new ChainVerifier((worker, key) -> null, problems::add);
        assertThat(mine(audit)).allSatisfy(event -> {
            assertThat(event.value().getWriter()).isEqualTo(workerId + "@" + hello.getIncarnation());
            chain.check(event.value(), event.partition(), event.offset());
        });
        assertThat(problems).isEmpty();
    }

    @Test
    void shouldBringAFinishedBranchBackAndSayWhatBecameOfIt() throws Exception {
        // Given
        Path repository = Files.createDirectories(temp.resolve("repository"));
        git(repository, "init", "-q", "-b", "main");
        git(repository, "commit", "-q", "--allow-empty", "-m", "first");
        Path clone = temp.resolve("clone");
        git(temp, "clone", "-q", repository.toString(), clone.toString());
        String task = "t-" + workerId;
        String branch = Keys.branch("default", task);
        git(clone, "checkout", "-q", "-b", branch);
        git(clone, "commit", "-q", "--allow-empty", "-m", "second");
        String commit = git(clone, "rev-parse", "HEAD");
        Path bundle = temp.resolve("branch.bundle");
        git(clone, "bundle", "create", "-q", bundle.toString(), branch, "^origin/main");
        Reading<KnowledgeFact> facts = reading(FleetTopic.KNOWLEDGE, KnowledgeFact.class);
        startAndWelcome();

        // When
        send(FleetTopic.RESULTS, null, Keys.of("default", task), outcome(repository, task, branch, commit, bundle));

        // Then
        Await.until(LIMIT, () -> "stated", () -> facts.all().stream()
                .anyMatch(fact -> fact.value().getTaskId().equals(task)));
        assertThat(facts.all())
                .filteredOn(fact -> fact.value().getTaskId().equals(task))
                .singleElement()
                .satisfies(fact -> {
                    assertThat(fact.key()).isEqualTo("default/" + task);
                    assertThat(fact.value().getPredicate()).isEqualTo(BranchFacts.CREATED);
                    assertThat(fact.value().getValue()).isEqualTo(branch);
                });
        assertThat(git(repository, "rev-parse", branch)).isEqualTo(commit);
    }

    private Heartbeat startAndWelcome() throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        WorkerProcess worker = new WorkerProcess(ready::countDown);
        open.add(worker);
        worker.start(settings, Agents.inThisProcess(attempt -> runner.run(attempt), () -> {}));
        Await.until(LIMIT, () -> "introduced", () -> latest().isPresent());
        Heartbeat hello = latest().orElseThrow();
        assertThat(hello.getType()).isEqualTo(HeartbeatType.HELLO);
        command(
                hello,
                commandOf(hello, ++sequence, CommandType.WELCOME)
                        .setHeartbeat(acknowledges ? hello.getSequence() : 0)
                        .build());
        assertThat(ready.await(60, TimeUnit.SECONDS)).isTrue();
        return hello;
    }

    private Optional<Heartbeat> latest() {
        return heartbeats.all().stream()
                .map(ConsumerRecord::value)
                .filter(heartbeat -> heartbeat.getWorkerId().equals(workerId))
                .reduce((before, after) -> after);
    }

    private List<AgentResultType> types(String lease) {
        return results.all().stream()
                .map(ConsumerRecord::value)
                .filter(result -> result.getLeaseId().equals(lease))
                .map(AgentResult::getType)
                .toList();
    }

    private List<AgentResultType> ends(String lease) {
        return types(lease).stream()
                .filter(type -> !ReportTypes.isUnderWay(type))
                .toList();
    }

    private List<ConsumerRecord<String, AuditEvent>> mine(Reading<AuditEvent> audit) {
        return audit.all().stream()
                .filter(event -> event.value().getWorkerId().equals(workerId))
                .toList();
    }

    private void command(Heartbeat hello, WorkerCommand command) {
        core.beginTransaction();
        record(hello, command);
        core.commitTransaction();
    }

    private void record(Heartbeat hello, WorkerCommand command) {
        core.send(new ProducerRecord<>(
                FleetTopic.WORKER_COMMANDS.topicName(),
                hello.getCommandPartition(),
                Keys.of("default", workerId),
                encode(FleetTopic.WORKER_COMMANDS, command)));
    }

    private <T extends SpecificRecord> void send(FleetTopic topic, Integer partition, String key, T value) {
        core.beginTransaction();
        core.send(new ProducerRecord<>(topic.topicName(), partition, key, encode(topic, value)));
        core.commitTransaction();
    }

    @SuppressWarnings("unchecked")
    private <T extends SpecificRecord> byte[] encode(FleetTopic topic, T value) {
        return FleetSerdes.value((Class<T>) topic.valueType(), settings)
                .serializer()
                .serialize(topic.topicName(), value);
    }

    private WorkerCommand.Builder commandOf(Heartbeat hello, long number, CommandType type) {
        return WorkerCommand.newBuilder()
                .setPool("default")
                .setWorkerId(workerId)
                .setIncarnation(hello.getIncarnation())
                .setPartition(hello.getCommandPartition())
                .setSequence(number)
                .setType(type)
                .setDecidedAt(Instant.now())
                .setLeaseMs(leaseMs);
    }

    private WorkerCommand about(Heartbeat hello, long number, CommandType type, String lease) {
        return commandOf(hello, number, type).setLeaseId(lease).build();
    }

    private WorkerCommand assignment(Heartbeat hello, long number, String lease) {
        return commandOf(hello, number, CommandType.ASSIGN)
                .setAssignment(Assignment.newBuilder()
                        .setLeaseId(lease)
                        .setTenant("default")
                        .setWorkflowId("wf-" + lease)
                        .setTaskId("t-" + lease)
                        .setAttempt(1)
                        .setKind("test.kind")
                        .setRole("qa")
                        .setTimeoutMs(120_000)
                        .setLeaseMs(30_000)
                        .build())
                .build();
    }

    private static TaskOutcome outcome(Path repository, String task, String branch, String commit, Path bundle)
            throws Exception {
        byte[] bytes = Files.readAllBytes(bundle);
        return TaskOutcome.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(task)
                .setTaskId(task)
                .setStatus(TaskStatus.SUCCEEDED)
                .setRepository(repository.toString())
                .setSubmittedAt(Instant.now())
                .setAcceptedAt(Instant.now())
                .setFinishedAt(Instant.now())
                .setResult(TaskResult.newBuilder()
                        .setCommit(commit)
                        .setBranch(branch)
                        .setArtifacts(List.of(ArtifactRef.newBuilder()
                                .setName("branch.bundle")
                                .setKind("bundle")
                                .setSha256(HexFormat.of()
                                        .formatHex(MessageDigest.getInstance("SHA-256")
                                                .digest(bytes)))
                                .setSizeBytes(bytes.length)
                                .setMediaType("application/x-git-bundle")
                                .setUri(bundle.toUri().toString())
                                .build()))
                        .build())
                .build();
    }

    private AuditEvent.Builder auditEvent(Assignment assignment, String agent, int number) {
        return AuditEvent.newBuilder()
                .setId(assignment.getLeaseId() + "-" + number)
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(assignment.getWorkflowId())
                .setTaskId(assignment.getTaskId())
                .setAttempt(1)
                .setLeaseId(assignment.getLeaseId())
                .setWorkerId(workerId)
                .setAgentId(agent)
                .setRole("qa")
                .setBrain(brain())
                .setArguments(Map.of("path", "a.txt", "argv", "b c"))
                .setAt(Instant.now());
    }

    private static AttemptEnd succeeded() {
        return new AttemptEnd(
                AttemptEnd.Status.SUCCEEDED,
                TaskResult.newBuilder().setSummary("done").build(),
                null,
                brain());
    }

    private static BrainStamp brain() {
        return BrainStamp.newBuilder()
                .setKind(BrainKind.PLAYBOOK)
                .setName("test")
                .build();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String git(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=t", "-c", "user.email=t@example.org"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private <T extends SpecificRecord> Reading<T> reading(FleetTopic topic, Class<T> type) {
        Reading<T> reading = new Reading<>(topic, type, settings);
        open.add(reading);
        return reading;
    }

    /** Everything committed on a topic, read when it is asked for. */
    private static final class Reading<T extends SpecificRecord> implements AutoCloseable {

        private final KafkaConsumer<String, T> consumer;
        private final List<ConsumerRecord<String, T>> seen = new ArrayList<>();

        Reading(FleetTopic topic, Class<T> type, Settings settings) {
            Map<String, Object> config = new HashMap<>(FleetSettings.kafkaClient(settings));
            config.put("isolation.level", "read_committed");
            config.put("auto.offset.reset", "earliest");
            config.put("enable.auto.commit", "false");
            consumer = new KafkaConsumer<>(
                    config,
                    new StringDeserializer(),
                    FleetSerdes.value(type, settings).deserializer());
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 0; i < topic.partitions(); i++) {
                partitions.add(new TopicPartition(topic.topicName(), i));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        List<ConsumerRecord<String, T>> all() {
            consumer.poll(Duration.ofMillis(100)).forEach(seen::add);
            return List.copyOf(seen);
        }

        @Override
        public void close() {
            consumer.close(Duration.ofSeconds(1));
        }
    }
}
