package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.rule.Problems;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.EffectWriter.Outgoing;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Effect;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Moment;
import io.sweaifleet.topology.core.domain.PoisonedException;
import io.sweaifleet.topology.stream.Payload;
import io.sweaifleet.topology.stream.Received;
import io.sweaifleet.topology.stream.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds records and timers to the {@link Engine}, applies what it decides and tells its effects.
 *
 * <p>Of a decision, everything is encoded first; then the state is changed; then the effects are sent. What throws before
 * leaves no trace, and is set aside with its workflow. What Kafka itself throws is not the record's fault and ends the
 * thread, whose transaction is rolled back.
 *
 * <p>Streams goes on with the same instance when a partition was revoked and comes back, or when its task was a standby in
 * between: what is in memory belongs to one such life, from {@link #init} to {@link #close}.
 */
final class CoreProcessor implements Processor<byte[], byte[], byte[], Payload> {

    private static final Logger LOG = LoggerFactory.getLogger(CoreProcessor.class);

    /** How often timers are looked at and commits are retried. */
    private static final Duration TICK = Duration.ofMillis(5);

    /** A clock that jumped by more than this was not running: the machine slept, or the process was stopped. */
    private static final long GAP_MS = 5_000;

    private static final int TIMERS_PER_TICK = 200;

    /** The cause of what is given to workers apart from a record. */
    static final String DISPATCH = "DISPATCH";

    private final CoreParts parts;
    private final Engine engine;
    private final Map<String, Long> offsets = new TreeMap<>();
    private final Set<String> unfinished = new LinkedHashSet<>();
    private final Deque<Event> rests = new ArrayDeque<>();
    private ProcessorContext<byte[], Payload> context;
    private StoreView view;
    private InputReader reader;
    private EffectWriter writer;
    private FindingMetrics findings;
    private CommitPacer pacer;
    private Map<String, Long> offsetsNow = Map.of();
    private long resumedAt;
    private long seenAt;
    private boolean commitWanted;
    private @Nullable Cancellable ticks;

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else
    CoreProcessor(CoreParts parts) {
        this.parts = parts;
        this.engine = parts.engine();
    }

    @Override
    public void init(ProcessorContext<byte[], Payload> processorContext) {
        context = processorContext;
        KeyValueStore<Bytes, byte[]> store = context.getStateStore(Layout.STORE);
        view = new StoreView(store);
        reader = new InputReader(parts.serdes(), parts.partitions());
        writer = new EffectWriter(parts.serdes());
        pacer = parts.clients().pacerOfThread();
        findings = new FindingMetrics(context);
        offsets.clear();
        offsets.putAll(view.offsets());
        offsetsNow = new HashMap<>(offsets);
        unfinished.clear();
        rests.clear();
        resumedAt = parts.now();
        seenAt = resumedAt;
        commitWanted = false;
        tickIfUsed();
    }

    @Override
    public void close() {
        // Of a task that was suspended Streams keeps the ticks; of one that was a standby in between it does not.
        if (ticks != null) {
            ticks.cancel();
            ticks = null;
        }
    }

    /**
     * A partition without a pool has nothing to wait for. Ticks would cost more than their time: a task that ticked takes part
     * in every commit of its thread, with the offsets of all its inputs.
     */
    private void tickIfUsed() {
        if (ticks == null && !view.pools().isEmpty()) {
            ticks = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, timestamp -> tick());
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        long now = time();
        view.upgrade();
        RecordMetadata metadata = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("A record of core's inputs has no metadata"));
        pacer.taken(new TopicPartition(metadata.topic(), metadata.partition()));
        Received received = received(record, metadata);
        offsets.put(received.topic(), received.offset() + 1);
        offsetsNow = new HashMap<>(offsets);
        InputReader.Read read = reader.read(received);
        Refusal refusal = read.refusal();
        Event event = read.event();
        if (refusal != null) {
            LOG.warn("{}: {}", refusal.failure().getCode(), refusal.failure().getMessage());
            send(List.of(writer.deadLetter(received, refusal, now, null)), now);
        } else if (event != null) {
            Moment moment = new Moment(now, resumedAt, causeOf(received), offsetsNow);
            decide(event, moment, received);
            tellPoolsOfRemovedRole(event, moment, received);
            dispatch(event.pool(), moment, received);
        }
        commitIfAllowed();
        tickIfUsed();
    }

    private static Received received(Record<byte[], byte[]> record, RecordMetadata metadata) {
        boolean submission = metadata.topic().equals(FleetTopic.CORE_INPUTS.topicName());
        return new Received(
                metadata.topic(),
                "",
                metadata.partition(),
                metadata.offset(),
                submission ? record.timestamp() : SignsOfLifeFirst.appendedAt(record.timestamp()),
                record.key(),
                record.value(),
                record.headers());
    }

    private static Cause causeOf(Received received) {
        return new Cause(CauseType.RECORD, received.topic(), received.partition(), received.offset(), "");
    }

    private static Cause causeOf(String timer) {
        return new Cause(CauseType.TIMER, "", -1, -1L, timer);
    }

    private void tick() {
        long now = time();
        view.upgrade();
        if (view.nextDue() <= now) {
            for (String pool : List.copyOf(view.pools())) {
                for (Key.OfTimer timer : view.due(pool, now, TIMERS_PER_TICK)) {
                    // An earlier timer of this round may have removed this one.
                    if (view.get(timer) != null) {
                        decide(new Event.Due(timer), momentOf(timer.name(), now), null);
                        unfinished.add(pool);
                    }
                }
            }
        }
        for (String pool : List.copyOf(unfinished)) {
            dispatch(pool, momentOf(DISPATCH, now), null);
        }
        commitIfAllowed();
    }

    private Moment momentOf(String timer, long now) {
        return new Moment(now, resumedAt, causeOf(timer), offsetsNow);
    }

    /** The wall clock. It does not go back while this runs, and a jump forward is a gap in which nobody is judged. */
    private long time() {
        long now = Math.max(seenAt, parts.now());
        if (ticks != null && now - seenAt > GAP_MS) {
            LOG.info("The clock jumped by {} ms: leases are given their full time again", now - seenAt);
            resumedAt = now;
        }
        seenAt = now;
        return now;
    }

    private void decide(Event event, Moment moment, @Nullable Received received) {
        for (Event next = event; next != null; next = rests.poll()) {
            try {
                carryOut(engine.decide(view, next, moment), received, moment, null, null);
            } catch (PoisonedException poisoned) {
                setAside(next, poisoned, moment, received);
            }
        }
    }

    private void tellPoolsOfRemovedRole(Event event, Moment moment, Received received) {
        if (event instanceof Event.Accepted accepted
                && accepted.input().getType() == CoreInputType.ROLE
                && view.get(new Key.OfRole(accepted.input().getName())) == null) {
            for (String pool : List.copyOf(view.pools())) {
                decide(new Event.RoleRemoved(pool, accepted.input().getName()), moment, received);
            }
        }
    }

    private void dispatch(String pool, Moment moment, @Nullable Received received) {
        unfinished.remove(pool);
        if (pool.isEmpty()) {
            // A role concerns every pool.
            unfinished.addAll(view.pools());
            return;
        }
        try {
            Decision decision = engine.dispatch(view, pool, moment);
            carryOut(decision, received, moment, null, null);
            if (decision.more()) {
                unfinished.add(pool);
            }
        } catch (PoisonedException poisoned) {
            unfinished.add(pool);
            // Not the record's fault: it was applied. The workflow whose task could not be given is set aside.
            setAside(new Event.Dispatch(pool), poisoned, moment, null);
            Event rest = rests.poll();
            if (rest != null) {
                decide(rest, moment, null);
            }
        }
    }

    private void setAside(Event event, PoisonedException poisoned, Moment moment, @Nullable Received received) {
        Throwable cause = poisoned.getCause();
        if (cause instanceof KafkaException transientFailure) {
            throw transientFailure;
        }
        LOG.error("A rule threw; the record and its workflow are set aside", poisoned);
        Failure failure = Problems.of(
                "QUARANTINED",
                "Core could not process " + (received == null ? "a timer" : "the record at " + received.place())
                        + (poisoned.workflowId() == null ? "" : " of workflow " + poisoned.workflowId()) + ": " + cause,
                "This is a defect: report it with the dead letter's stack trace; other work goes on");
        boolean record = received != null;
        try {
            Decision decision = engine.quarantine(view, event, poisoned.workflowId(), record, failure, moment);
            carryOut(decision, received, moment, poisoned, poisoned.workflowId());
        } catch (PoisonedException | IllegalStateException | IllegalArgumentException | DamagedEntryException worse) {
            // Even the workflow cannot be read: the record alone is set aside.
            LOG.error("Workflow {} cannot be set aside", poisoned.workflowId(), worse);
            carryOut(engine.quarantine(view, event, null, record, failure, moment), received, moment, poisoned, null);
        }
    }

    private void carryOut(
            Decision decision,
            @Nullable Received received,
            Moment moment,
            @Nullable Throwable thrown,
            @Nullable String workflowId) {
        if (decision.isEmpty()) {
            rests.addAll(decision.rest());
            return;
        }
        List<Outgoing> encoded = encode(decision, received, moment, thrown, workflowId);
        view.apply(decision, moment.inputOffsets());
        send(encoded, moment.now());
        if (received == null) {
            findings.count(decision);
        }
        rests.addAll(decision.rest());
    }

    private List<Outgoing> encode(
            Decision decision,
            @Nullable Received received,
            Moment moment,
            @Nullable Throwable thrown,
            @Nullable String workflowId) {
        List<Outgoing> encoded = new ArrayList<>(decision.effects().size());
        String blamed = workflowId;
        try {
            for (Effect effect : decision.effects()) {
                if (effect instanceof Effect.Journal journal) {
                    blamed = journal.event().getWorkflowId();
                }
                encoded.add(writer.write(effect, received, moment.now(), thrown));
            }
        } catch (KafkaException registryOrSchema) {
            throw registryOrSchema;
        } catch (RuntimeException e) {
            throw new PoisonedException("of " + moment.cause(), blamed, e);
        }
        return encoded;
    }

    private void send(List<Outgoing> records, long now) {
        for (Outgoing outgoing : records) {
            context.forward(new Record<>(outgoing.key(), outgoing.value(), now, outgoing.headers()), outgoing.sink());
            commitWanted |= outgoing.urgent();
        }
    }

    /** Only what somebody waits for asks for a commit; the rest goes with it, or with the interval. */
    private void commitIfAllowed() {
        if (commitWanted && pacer.mayCommit(parts.clients().nanos())) {
            context.commit();
            commitWanted = false;
        }
    }
}
