package io.sweaifleet.agent.worker.kafka;

import io.sweaifleet.agent.worker.audit.AuditChainWriter;
import io.sweaifleet.agent.worker.audit.AuditSigner;
import io.sweaifleet.agent.worker.protocol.Outbox;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Heartbeat;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends with two producers: heartbeats must neither wait behind other records nor be sent long after they were true,
 * while reports, audit events and facts wait for the broker for as long as it is away.
 */
public final class KafkaOutbox implements Outbox, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaOutbox.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Producer<String, byte[]> records;
    private final Producer<String, byte[]> heartbeats;
    private final WorkerCodec codec;
    private final AuditChainWriter chains;
    private final int auditPartitions;
    /** Leases whose end is on its way: sending it again meanwhile would only fill the buffer. */
    private final Set<String> endsUnderWay = ConcurrentHashMap.newKeySet();

    /**
     * @param records producer of reports, audit events and facts; see {@link #recordsConfig}
     * @param heartbeats producer of heartbeats; see {@link #heartbeatsConfig}
     * @param auditPartitions number of partitions of the audit topic: each has a chain of its own
     * @param signer signs these chains; empty leaves them unsigned
     * @param signedEvery number of audit events of a partition after which its chain is signed without being asked
     */
    public KafkaOutbox(
            Producer<String, byte[]> records,
            Producer<String, byte[]> heartbeats,
            WorkerCodec codec,
            int auditPartitions,
            Optional<AuditSigner> signer,
            int signedEvery) {
        this.records = records;
        this.heartbeats = heartbeats;
        this.codec = codec;
        this.auditPartitions = auditPartitions;
        this.chains = new AuditChainWriter(auditPartitions, this::sendAudit, signer, signedEvery);
    }

    /** Configuration of the records producer: nothing is given up while the broker is away, and order is kept. */
    public static Map<String, Object> recordsConfig(Map<String, Object> client) {
        Map<String, Object> config = new LinkedHashMap<>(client);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // While a request is under way the next reports gather into one.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 60_000);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 * 1024 * 1024);
        return config;
    }

    /** Configuration of the heartbeat producer: one that cannot be sent soon is dropped. */
    public static Map<String, Object> heartbeatsConfig(Map<String, Object> client) {
        Map<String, Object> config = new LinkedHashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * 1024 * 1024);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 * 1024 * 1024);
        return config;
    }

    @Override
    public void heartbeat(Heartbeat heartbeat) {
        try {
            byte[] value = codec.heartbeat().serialize(FleetTopic.AGENT_HEARTBEATS.topicName(), heartbeat);
            send(
                    heartbeats,
                    new ProducerRecord<>(FleetTopic.AGENT_HEARTBEATS.topicName(), heartbeat.getPool(), value),
                    failure -> {
                        if (failure != null) {
                            LOG.warn("heartbeat {} could not be sent: {}", heartbeat.getSequence(), failure.toString());
                        }
                    });
        } catch (KafkaException e) {
            LOG.warn("heartbeat {} could not be sent: {}", heartbeat.getSequence(), e.toString());
        }
    }

    @Override
    public void report(AgentResult result) {
        boolean end = !ReportTypes.isUnderWay(result.getType());
        String lease = result.getLeaseId();
        if (end && !endsUnderWay.add(lease)) {
            return;
        }
        try {
            byte[] value = codec.result().serialize(FleetTopic.AGENT_RESULTS.topicName(), result);
            send(
                    records,
                    new ProducerRecord<>(FleetTopic.AGENT_RESULTS.topicName(), result.getPool(), value),
                    failure -> {
                        if (failure == null) {
                            endsUnderWay.remove(lease);
                        } else {
                            reportFailed(result, end, failure);
                        }
                    });
        } catch (KafkaException e) {
            reportFailed(result, end, e);
        }
    }

    private void reportFailed(AgentResult result, boolean end, Exception failure) {
        endsUnderWay.remove(result.getLeaseId());
        LOG.warn(
                "{} of lease {} could not be sent{}: {}",
                result.getType(),
                result.getLeaseId(),
                end ? " and is tried again" : "",
                failure.toString());
        if (end && failure instanceof RecordTooLargeException && result.getResult() != null) {
            report(AgentResult.newBuilder(result)
                    .setType(AgentResultType.FAILED)
                    .setResult(null)
                    .setFailure(Failure.newBuilder()
                            .setFailureClass(FailureClass.PERMANENT)
                            .setCode("RESULT_TOO_LARGE")
                            .setMessage("what task " + result.getTaskId() + " produced does not fit into a record: "
                                    + failure.getMessage())
                            .setRemedy("Let the task write its output to artifacts.")
                            .build())
                    .build());
        }
    }

    @Override
    public void audit(String writer, AuditEvent.Builder event) {
        String key = Keys.of(event.getPool(), event.getWorkflowId());
        try {
            chains.append(writer, Keys.partition(key, auditPartitions), event);
        } catch (KafkaException | IllegalStateException e) {
            throw new AuditUnavailableException(
                    "audit event " + event.getId() + " could not be recorded: " + e.getMessage(), e);
        }
    }

    /** Signs the audit events that were not signed yet. */
    public void checkpointAudit() {
        chains.checkpoint();
    }

    private void sendAudit(int partition, AuditEvent event) {
        byte[] value = codec.audit().serialize(FleetTopic.AUDIT.topicName(), event);
        boolean checkpoint = event.getType() == AuditEventType.CHECKPOINT;
        Future<RecordMetadata> sent = records.send(
                new ProducerRecord<>(
                        FleetTopic.AUDIT.topicName(),
                        partition,
                        Keys.of(event.getPool(), checkpoint ? event.getWorkerId() : event.getWorkflowId()),
                        value),
                (metadata, failure) -> {
                    if (failure == null) {
                        chains.acknowledged(event);
                    } else {
                        LOG.error(
                                "audit event {} (sequence {} of {} in partition {}) was not recorded",
                                event.getId(),
                                event.getSequence(),
                                event.getWriter(),
                                partition,
                                failure);
                    }
                });
        // What the producer refuses outright (buffer full, too large) is known at once and must not advance the chain.
        if (sent.isDone()) {
            try {
                sent.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException(e);
            }
        }
    }

    @Override
    public void fact(KnowledgeFact fact) {
        byte[] value = codec.fact().serialize(FleetTopic.KNOWLEDGE.topicName(), fact);
        send(records, new ProducerRecord<>(FleetTopic.KNOWLEDGE.topicName(), fact.getSubjectId(), value), failure -> {
            if (failure != null) {
                LOG.error("fact {} was not recorded", fact.getFactId(), failure);
            }
        });
    }

    /** Waits until everything sent so far has arrived. */
    public void flush() {
        records.flush();
    }

    private interface Sent {
        void done(@Nullable Exception failure);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback says the same.
    private static void send(Producer<String, byte[]> producer, ProducerRecord<String, byte[]> message, Sent sent) {
        producer.send(message, (metadata, failure) -> sent.done(failure));
    }

    @Override
    public void close() {
        heartbeats.close(CLOSE_TIMEOUT);
        chains.close();
        records.close(CLOSE_TIMEOUT);
        chains.keepHeads();
    }
}
