package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.rule.Problems;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.stream.DeadLetters;
import io.sweaifleet.topology.stream.Payload;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one record, and writes what became of it: an input of core, a dead letter, or both. */
final class IntakeProcessor implements Processor<byte[], byte[], byte[], Payload> {

    private static final Logger LOG = LoggerFactory.getLogger(IntakeProcessor.class);

    /** Room that a record's key, headers and frame take of what a topic accepts, in bytes. */
    private static final int FRAME_BYTES = 8_192;

    /** What goes to every partition. */
    private static final Set<CoreInputType> DEFINITIONS =
            EnumSet.of(CoreInputType.ROLE, CoreInputType.POOL, CoreInputType.DEFINITION);

    private final IntakeParts parts;
    private final RecordIntake intake;
    private final Serializer<CoreInput> coreInputs;
    private final Serializer<DeadLetter> deadLetters;
    private ProcessorContext<byte[], Payload> context;

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else
    IntakeProcessor(IntakeParts parts) {
        this.parts = parts;
        this.intake = new RecordIntake(parts.serdes(), parts.approvals());
        this.coreInputs = parts.serdes().writer(CoreInput.class);
        this.deadLetters = parts.serdes().writer(DeadLetter.class);
    }

    @Override
    public void init(ProcessorContext<byte[], Payload> processorContext) {
        context = processorContext;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Received received = received(record);
        // Everything is encoded before anything is sent, so that trying again does not send twice.
        List<Outgoing> outgoing = parts.patience().untilRegistryAnswers(() -> take(received));
        for (Outgoing next : outgoing) {
            context.forward(
                    record.withKey(next.key()).withValue(next.value()).withHeaders(next.headers()), next.sink());
        }
    }

    private Received received(Record<byte[], byte[]> record) {
        RecordMetadata metadata = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("A record of intake's inputs has no metadata"));
        return new Received(
                metadata.topic(),
                parts.topicIds().getOrDefault(metadata.topic(), ""),
                metadata.partition(),
                metadata.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                record.headers());
    }

    private record Outgoing(String sink, byte @Nullable [] key, Payload value, Headers headers) {}

    private List<Outgoing> take(Received received) {
        try {
            return encoded(received, intake.take(received));
        } catch (KafkaException notTheRecordsFault) {
            throw notTheRecordsFault;
        } catch (RuntimeException e) {
            LOG.error("A rule threw; the record at {} is set aside", received.place(), e);
            Failure failure = Problems.of(
                    "QUARANTINED",
                    "Intake could not process the record at " + received.place() + ": " + e,
                    "This is a defect: report it with the dead letter's stack trace; other work goes on");
            return List.of(deadLetter(received, Refusal.of(DeadLetterCause.POISON, failure), e));
        }
    }

    private List<Outgoing> encoded(Received received, RecordIntake.Taken taken) {
        List<Outgoing> outgoing = new ArrayList<>(2);
        Refusal refusal = taken.refusal();
        CoreInput input = taken.input();
        if (input != null) {
            byte[] bytes = coreInputs.serialize(FleetTopic.CORE_INPUTS.topicName(), input);
            int limit = FleetTopic.CORE_INPUTS.maxMessageBytes() - FRAME_BYTES;
            if (bytes.length > limit && refusal == null) {
                return encoded(received, intake.tooLarge(received, input, bytes.length, limit));
            }
            outgoing.add(input(received, input, bytes));
        }
        if (refusal != null) {
            LOG.info(
                    "Refused the record at {}: {}",
                    received.place(),
                    refusal.failure().getMessage());
            outgoing.add(deadLetter(received, refusal, null));
        }
        return outgoing;
    }

    private static Outgoing input(Received received, CoreInput input, byte[] bytes) {
        boolean definition = DEFINITIONS.contains(input.getType());
        String key = definition ? input.getName() : input.getPool();
        RecordHeaders headers = new RecordHeaders();
        if (received.traceparent() != null) {
            headers.add(received.headers().lastHeader(Received.TRACEPARENT));
        }
        return new Outgoing(
                IntakeTopology.sinkOf(FleetTopic.CORE_INPUTS),
                key.getBytes(StandardCharsets.UTF_8),
                new Payload(bytes, definition ? Payload.ALL : Payload.BY_KEY),
                headers);
    }

    private Outgoing deadLetter(Received received, Refusal refusal, @Nullable Throwable thrown) {
        DeadLetter letter = DeadLetters.of(
                received, refusal, IntakeTopology.APPLICATION, parts.clock().millis(), thrown);
        return new Outgoing(
                IntakeTopology.sinkOf(FleetTopic.DEAD_LETTERS),
                received.key(),
                Payload.of(deadLetters.serialize(FleetTopic.DEAD_LETTERS.topicName(), letter)),
                new RecordHeaders());
    }
}
