package io.sweaifleet.agent.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.agent.worker.protocol.Outbox.AuditUnavailableException;
import io.sweaifleet.agent.worker.protocol.Samples;
import io.sweaifleet.schemas.audit.ChainProblem;
import io.sweaifleet.schemas.audit.ChainVerifier;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaOutboxTest {

    private final MockProducer<String, byte[]> records = producer(false);
    private final MockProducer<String, byte[]> heartbeats = producer(true);
    private final KafkaOutbox outbox =
            new KafkaOutbox(records, heartbeats, Codecs.CODEC, FleetTopic.AUDIT.partitions(), Optional.empty(), 100);

    @Test
    void shouldSendReportsUnderThePoolsKey() {
        // When
        outbox.report(result(AgentResultType.STARTED));
        outbox.report(result(AgentResultType.SUCCEEDED));

        // Then
        assertThat(records.history()).extracting(ProducerRecord::key).containsExactly("default", "default");
        assertThat(records.history())
                .extracting(this::resultOf)
                .extracting(AgentResult::getType)
                .containsExactly(AgentResultType.STARTED, AgentResultType.SUCCEEDED);
    }

    @Test
    void shouldNotSendAnEndAgainWhileItIsUnderWay() {
        // Given
        outbox.report(result(AgentResultType.SUCCEEDED));

        // When / Then: the broker is away
        outbox.report(result(AgentResultType.SUCCEEDED));
        assertThat(records.history()).hasSize(1);

        // When / Then: it arrived, but nothing acknowledged it
        records.completeNext();
        outbox.report(result(AgentResultType.SUCCEEDED));
        assertThat(records.history()).hasSize(2);
    }

    @Test
    void shouldReportAFailureInsteadOfAResultThatDoesNotFit() {
        // Given
        AgentResult large = AgentResult.newBuilder(result(AgentResultType.SUCCEEDED))
                .setResult(TaskResult.newBuilder().setSummary("large").build())
                .build();
        outbox.report(large);

        // When
        records.errorNext(new RecordTooLargeException("4 MB"));

        // Then
        AgentResult instead = resultOf(records.history().get(1));
        assertThat(instead.getType()).isEqualTo(AgentResultType.FAILED);
        assertThat(instead.getFailure().getCode()).isEqualTo("RESULT_TOO_LARGE");
        assertThat(instead.getLeaseId()).isEqualTo("l1");
    }

    @Test
    void shouldChainAuditEventsInThePartitionOfTheirWorkflow() {
        // When
        IntStream.range(0, 20).forEach(i -> outbox.audit("w1@1", event("wf-" + i % 5)));

        // Then
        List<ChainProblem> problems = new ArrayList<>();
        ChainVerifier chain = new ChainVerifier((worker, key) -> null, problems::add);
        assertThat(records.history()).hasSize(20).allSatisfy(record -> {
            AuditEvent event =
                    Codecs.serde(AuditEvent.class).deserializer().deserialize(record.topic(), record.value());
            assertThat(record.partition())
                    .isEqualTo(Keys.partition("default/" + event.getWorkflowId(), FleetTopic.AUDIT.partitions()));
            chain.check(event, record.partition(), -1);
        });
        assertThat(problems).isEmpty();
    }

    @Test
    void shouldRefuseAnAuditEventThatCannotBeRecordedAndKeepTheChain() {
        // Given
        MockProducer<String, byte[]> full = producer(true);
        KafkaOutbox over =
                new KafkaOutbox(full, heartbeats, Codecs.CODEC, FleetTopic.AUDIT.partitions(), Optional.empty(), 100);
        over.audit("w1@1", event("wf"));
        full.sendException = new TimeoutException("buffer full");

        // When / Then
        assertThatThrownBy(() -> over.audit("w1@1", event("wf"))).isInstanceOf(AuditUnavailableException.class);
        full.sendException = null;
        over.audit("w1@1", event("wf"));
        List<AuditEvent> recorded = full.history().stream()
                .map(record ->
                        Codecs.serde(AuditEvent.class).deserializer().deserialize(record.topic(), record.value()))
                .toList();
        assertThat(recorded).extracting(AuditEvent::getSequence).containsExactly(1L, 2L);
    }

    private AgentResult resultOf(ProducerRecord<String, byte[]> record) {
        return Codecs.serde(AgentResult.class).deserializer().deserialize(record.topic(), record.value());
    }

    private static MockProducer<String, byte[]> producer(boolean autoComplete) {
        return new MockProducer<>(autoComplete, null, new StringSerializer(), new ByteArraySerializer());
    }

    private static AgentResult result(AgentResultType type) {
        return AgentResult.newBuilder()
                .setPool("default")
                .setTenant("default")
                .setWorkflowId("wf")
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId("l1")
                .setWorkerId("w1")
                .setIncarnation(1)
                .setAgentId("qa-1@w1")
                .setRole("qa")
                .setSequence(1)
                .setType(type)
                .setAt(Instant.EPOCH)
                .build();
    }

    private static AuditEvent.Builder event(String workflow) {
        return AuditEvent.newBuilder()
                .setId("l1-1")
                .setPool("default")
                .setTenant("default")
                .setWorkflowId(workflow)
                .setTaskId("t")
                .setAttempt(1)
                .setLeaseId("l1")
                .setWorkerId("w1")
                .setAgentId("qa-1@w1")
                .setRole("qa")
                .setBrain(Samples.BRAIN)
                .setAt(Instant.EPOCH);
    }
}
