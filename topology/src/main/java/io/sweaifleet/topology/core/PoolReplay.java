package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import io.sweaifleet.topology.core.RecordedEvents.Recorded;
import io.sweaifleet.topology.core.Verification.Difference;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Effect;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Finding;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Moment;
import io.sweaifleet.topology.core.domain.PoisonedException;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import io.sweaifleet.topology.stream.Received;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes the decisions of one pool again, from an empty state on: the same inputs, timers and moments in the order that the journal
 * gives, and compares what comes of it.
 *
 * <p>The order is exact. A decision that wrote an event is found by it; one that only changed the state is noted in the next event
 * ({@link QuietDecision}); what is named by neither led to nothing then, and must lead to nothing now. That a rule threw is
 * taken from the record, since the defect may have been mended since.
 */
final class PoolReplay {

    private final String pool;
    private final InputReader reader;
    private final Map<String, RecordedInput> inputs;
    private final RecordedEvents events;
    private final RecordedOutcomes outcomes;
    private final RecordedValue values;
    private final Engine engine = new Engine();
    private final ReplayedState state = new ReplayedState();
    private final List<Difference> differences = new ArrayList<>();
    private @Nullable Occasion current;
    private long verified;

    private final Deque<Event> rests = new ArrayDeque<>();

    /**
     * @param inputs core's inputs of the pool's partition, by topic
     */
    PoolReplay(
            String pool,
            InputReader reader,
            Map<String, RecordedInput> inputs,
            RecordedEvents events,
            RecordedOutcomes outcomes,
            RecordedValue values) {
        this.pool = pool;
        this.reader = reader;
        this.inputs = inputs;
        this.events = events;
        this.outcomes = outcomes;
        this.values = values;
    }

    /** One cause at one moment, with what it led to. */
    private record Occasion(Moment moment, List<Recorded> recorded, long sequence, Deque<TaskEvent> replayed) {

        boolean is(QuietDecision quiet) {
            return quiet.getCause().equals(moment.cause())
                    && quiet.getDecidedAt().toEpochMilli() == moment.now();
        }

        List<Finding> findings() {
            return recorded.stream()
                    .map(Recorded::event)
                    .filter(event -> event.getType() == TaskEventType.STATE_REPAIRED
                            || event.getType() == TaskEventType.STATE_DAMAGED)
                    .map(event -> Finding.of(event.getFailure()))
                    .toList();
        }

        boolean quarantined(int at) {
            return at < recorded.size() && recorded.get(at).event().getType() == TaskEventType.QUARANTINED;
        }
    }

    /**
     * Replays everything, or up to the first decision that comes out otherwise.
     *
     * @throws UnverifiableException when something is missing in the records
     */
    Verification run() {
        for (List<Recorded> group = events.next(); !group.isEmpty(); group = events.next()) {
            TaskEvent first = group.get(0).event();
            for (QuietDecision quiet : first.getQuiet()) {
                // A record's decision and the dispatch after it are one occasion; one of them may have been quiet.
                if (!RecordedEvents.isOf(quiet, first) && (current == null || !current.is(quiet))) {
                    take(new Occasion(momentOf(quiet), List.of(), first.getSequence(), new ArrayDeque<>()));
                }
            }
            take(new Occasion(momentOf(first), group, first.getSequence(), new ArrayDeque<>()));
            if (!differences.isEmpty()) {
                break;
            }
            verified += group.size();
        }
        if (differences.isEmpty()) {
            differences.addAll(outcomes.compareRest(verified, this::hasEnded));
        }
        return new Verification(pool, verified, outcomes.compared(), differences);
    }

    private boolean hasEnded(FleetTopic topic, String id) {
        return topic == FleetTopic.RESULTS
                ? state.get(new Key.OfTask(pool, id)) instanceof TaskEntry.Ended
                : state.get(new Key.OfWorkflow(pool, id)) instanceof WorkflowEntry.Ended;
    }

    private static Moment momentOf(QuietDecision quiet) {
        Map<String, Long> offsets = new HashMap<>();
        if (quiet.getCause().getType() == CauseType.RECORD) {
            offsets.put(quiet.getCause().getTopic(), quiet.getCause().getOffset() + 1);
        }
        offsets.put(FleetTopic.CORE_INPUTS.topicName(), quiet.getCoreInputsOffset());
        return new Moment(
                quiet.getDecidedAt().toEpochMilli(), quiet.getResumedAt().toEpochMilli(), quiet.getCause(), offsets);
    }

    private static Moment momentOf(TaskEvent event) {
        Instant resumedAt = event.getResumedAt();
        return new Moment(
                event.getDecidedAt().toEpochMilli(),
                resumedAt == null ? 0 : resumedAt.toEpochMilli(),
                event.getCause(),
                event.getInputOffsets());
    }

    private void take(Occasion occasion) {
        if (!differences.isEmpty()) {
            return;
        }
        current = occasion;
        Cause cause = occasion.moment().cause();
        passBy(occasion);
        if (cause.getType() == CauseType.RECORD) {
            takeRecord(occasion, inputs.get(cause.getTopic()));
        } else if (cause.getTimerId().equals(CoreProcessor.DISPATCH)) {
            boolean more = true;
            while (more
                    && (occasion.recorded().isEmpty()
                            || occasion.replayed().size() < occasion.recorded().size())) {
                more = dispatch(occasion);
            }
        } else {
            takeTimer(occasion, Key.OfTimer.named(pool, cause.getTimerId()));
        }
        compare(occasion);
    }

    /** Records before the occasion's own that no event names: roles are learnt, all else must lead to nothing. */
    private void passBy(Occasion occasion) {
        Cause cause = occasion.moment().cause();
        occasion.moment().inputOffsets().forEach((topic, next) -> {
            RecordedInput input = inputs.get(topic);
            long end = topic.equals(cause.getTopic()) ? cause.getOffset() : next;
            while (input != null && input.hasBefore(end)) {
                passBy(occasion, input.next());
            }
        });
    }

    private void passBy(Occasion occasion, ConsumerRecord<byte[], byte[]> record) {
        Event event = eventOf(record);
        if (event == null) {
            return;
        }
        Moment moment = new Moment(occasion.moment().now(), occasion.moment().resumedAt(), causeOf(record), Map.of());
        if (event.pool().equals(Key.SHARED)) {
            state.apply(engine.decide(state, event, moment));
        } else if (event.pool().equals(pool)) {
            Decision decision = engine.decide(state, event, moment);
            if (!decision.changes().isEmpty()) {
                differ(
                        occasion,
                        "the record at " + received(record).place() + " led to no change",
                        "nothing",
                        decision.effects().toString());
            }
        }
    }

    private void takeRecord(Occasion occasion, @Nullable RecordedInput input) {
        Cause cause = occasion.moment().cause();
        if (input == null || !input.hasBefore(cause.getOffset() + 1)) {
            throw new UnverifiableException(
                    "The record at " + place(cause) + " is missing, which led to event " + occasion.sequence());
        }
        ConsumerRecord<byte[], byte[]> record = input.next();
        Event event = eventOf(record);
        if (event == null || record.offset() != cause.getOffset()) {
            throw new UnverifiableException("The record at " + place(cause) + ", which led to event "
                    + occasion.sequence() + ", is missing or cannot be read");
        }
        if (event instanceof Event.Accepted accepted && accepted.input().getType() == CoreInputType.ROLE) {
            state.apply(engine.decide(state, event, occasion.moment()));
            decide(occasion, new Event.RoleRemoved(pool, accepted.input().getName()), true);
        } else {
            decide(occasion, event, true);
            dispatch(occasion);
        }
    }

    private void takeTimer(Occasion occasion, Key.OfTimer timer) {
        if (timer.kind() == TimerKind.SWEEP) {
            // What was found is taken from the record: the state that is replayed is sound.
            decide(occasion, new Event.Swept(timer, occasion.findings()), false);
        } else if (state.get(timer) == null) {
            differ(occasion, "timer " + timer.name(), "was due", "is not set");
        } else {
            decide(occasion, new Event.Due(timer), false);
        }
    }

    private void decide(Occasion occasion, Event event, boolean record) {
        for (Event next = event; next != null; next = rests.poll()) {
            if (occasion.quarantined(occasion.replayed().size())) {
                quarantine(occasion, next, record);
                continue;
            }
            try {
                carryOut(occasion, engine.decide(state, next, occasion.moment()));
            } catch (PoisonedException poisoned) {
                differ(occasion, "a rule throws", "no defect", String.valueOf(poisoned.getCause()));
            }
        }
    }

    /** Whether there is more to assign. */
    private boolean dispatch(Occasion occasion) {
        if (occasion.quarantined(occasion.replayed().size())) {
            quarantine(occasion, new Event.Dispatch(pool), false);
            Event rest = rests.poll();
            if (rest != null) {
                decide(occasion, rest, false);
            }
            return true;
        }
        try {
            Decision decision = engine.dispatch(state, pool, occasion.moment());
            carryOut(occasion, decision);
            return decision.more();
        } catch (PoisonedException poisoned) {
            differ(occasion, "a rule throws", "no defect", String.valueOf(poisoned.getCause()));
            return false;
        }
    }

    private void quarantine(Occasion occasion, Event event, boolean record) {
        TaskEvent was = occasion.recorded().get(occasion.replayed().size()).event();
        carryOut(
                occasion,
                engine.quarantine(state, event, was.getWorkflowId(), record, was.getFailure(), occasion.moment()));
    }

    private void carryOut(Occasion occasion, Decision decision) {
        state.apply(decision);
        rests.addAll(decision.rest());
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Journal journal) {
                occasion.replayed().add(journal.event());
            } else if (effect instanceof Effect.Outcome end) {
                differences.addAll(outcomes.compareTask(occasion.sequence(), place(occasion), end.outcome()));
            } else if (effect instanceof Effect.WorkflowEnd end) {
                differences.addAll(outcomes.compareWorkflow(occasion.sequence(), place(occasion), end.outcome()));
            }
        }
    }

    private void compare(Occasion occasion) {
        Deque<TaskEvent> replayed = occasion.replayed();
        for (Recorded was : occasion.recorded()) {
            TaskEvent is = replayed.poll();
            if (is == null) {
                differ(occasion, "event " + was.event().getSequence(), told(was.event()), "nothing");
                return;
            }
            differences.addAll(values.compare(was.event().getSequence(), place(occasion), was.value(), is));
        }
        for (TaskEvent extra : replayed) {
            differ(occasion, "event " + extra.getSequence(), "nothing", told(extra));
        }
    }

    private static String told(TaskEvent event) {
        return event.getType() + " of " + event.getWorkflowId()
                + (event.getTaskId() == null ? "" : "/" + event.getTaskId()) + " " + event.getMessage();
    }

    private void differ(Occasion occasion, String what, String expected, String actual) {
        differences.add(new Difference(occasion.sequence(), place(occasion), what, expected, actual));
    }

    private @Nullable Event eventOf(ConsumerRecord<byte[], byte[]> record) {
        return reader.read(received(record)).event();
    }

    private static String place(Occasion occasion) {
        return place(occasion.moment().cause());
    }

    private static String place(Cause cause) {
        return cause.getType() == CauseType.RECORD
                ? cause.getTopic() + "/" + cause.getPartition() + "@" + cause.getOffset()
                : "timer " + cause.getTimerId();
    }

    private static Cause causeOf(ConsumerRecord<byte[], byte[]> record) {
        return new Cause(CauseType.RECORD, record.topic(), record.partition(), record.offset(), "");
    }

    static Received received(ConsumerRecord<byte[], byte[]> record) {
        return new Received(
                record.topic(),
                "",
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                record.headers());
    }

    static boolean isOf(String pool, ConsumerRecord<byte[], byte[]> record) {
        String key = received(record).keyText();
        return key != null && key.startsWith(Keys.of(pool, ""));
    }
}
