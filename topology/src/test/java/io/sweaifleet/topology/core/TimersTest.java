package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.TestFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.topology.TestFleet;
import io.sweaifleet.topology.core.domain.Change;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.TimerKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What timers cost, and how exact they are; what queues cost that were long. */
class TimersTest {

    private static final String POOL = "default";
    private static final int MANY = 20_000;

    @Test
    void shouldFireWithinTheTickThatFollows() {
        // Given: tasks that may start at moments of their own, measured with the processor's clock in its own ticks
        try (TestFleet fleet = TestFleet.withRoles("qa")) {
            Random random = new Random(7);
            Map<String, Instant> dueAt = new HashMap<>();
            for (int i = 0; i < 200; i++) {
                dueAt.put("t" + i, fleet.now().plusMillis(1 + random.nextInt(10_000)));
                fleet.submit(
                        task("t" + i, "qa").setNotBefore(dueAt.get("t" + i)).build());
            }

            // When
            fleet.pass(Duration.ofSeconds(11), Duration.ofMillis(5));

            // Then
            List<TaskEvent> ready = fleet.events().stream()
                    .filter(event -> event.getType() == TaskEventType.TASK_READY)
                    .toList();
            assertThat(ready).hasSize(200).allSatisfy(event -> assertThat(
                            Duration.between(dueAt.get(event.getTaskId()), event.getDecidedAt()))
                    .isBetween(Duration.ZERO, Duration.ofMillis(5)));
        }
    }

    @Test
    void shouldCostNothingWhileNothingIsDue() {
        // Given
        TracingStore store = new TracingStore();
        StoreView view = new StoreView(store);
        view.upgrade();
        apply(view, put(timers(), MANY));
        view.nextDue();
        store.touched = 0;

        // When
        for (int tick = 0; tick < 100_000; tick++) {
            view.upgrade();
            assertThat(view.nextDue()).isEqualTo(1_000);
        }

        // Then
        assertThat(store.touched).as("reads of the store").isZero();
    }

    private static IntFunction<Key<?>> timers() {
        return i -> new Key.OfTimer(POOL, 1_000L + i, TimerKind.RETRY, "t" + i);
    }

    private static IntFunction<Key<?>> places() {
        return i -> new Key.OfReady(POOL, "qa/default", i, i, "t" + i);
    }

    private static List<Change<?>> put(IntFunction<Key<?>> keys, int count) {
        List<Change<?>> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Key<?> key = keys.apply(i);
            changes.add(change(key, key instanceof Key.OfTimer ? Boolean.TRUE : "w"));
        }
        return changes;
    }

    @SuppressWarnings("unchecked")
    private static Change<?> change(Key<?> key, Object value) {
        return new Change<>((Key<Object>) key, value);
    }

    private static void apply(StoreView view, List<Change<?>> changes) {
        view.apply(new Decision(changes, List.of(), false, List.of()), Map.of());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNeverWalkOverWhatWasTakenFromItsFrontTwice(boolean timers) {
        // Given
        IntFunction<Key<?>> keys = timers ? timers() : places();
        TracingStore store = new TracingStore();
        StoreView view = new StoreView(store);
        view.upgrade();
        apply(view, put(keys, MANY));

        // When: each is taken, and looked for again
        for (int i = 0; i < MANY; i++) {
            assertThat(first(view, timers)).isEqualTo(keys.apply(i));
            apply(view, List.of(change(keys.apply(i), null)));
        }

        // Then: each trace of a deletion was passed at most once, and each entry read once
        assertThat(first(view, timers)).isNull();
        assertThat(store.tracesPassed)
                .as("traces of deletions that scans passed")
                .isLessThanOrEqualTo(MANY);
        assertThat(store.entriesRead).isLessThanOrEqualTo(MANY + 20);
    }

    private static Key<?> first(StoreView view, boolean timers) {
        if (timers) {
            List<Key.OfTimer> due = view.due(POOL, Long.MAX_VALUE, 1);
            return due.isEmpty() ? null : due.get(0);
        }
        var ready = view.ready(POOL, "qa/default");
        return ready.hasNext() ? ready.next() : null;
    }

    /** A store in which deletions leave traces that scans have to pass, as they do in RocksDB. */
    private static final class TracingStore extends MapStore {
        private final TreeSet<Bytes> traces = new TreeSet<>();
        private long tracesPassed;
        private long entriesRead;
        private long touched;

        @Override
        public void put(Bytes key, byte[] value) {
            if (value == null && entries.containsKey(key)) {
                traces.add(key);
            } else if (value != null) {
                traces.remove(key);
            }
            super.put(key, value);
        }

        @Override
        public byte[] get(Bytes key) {
            touched++;
            return super.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
            touched++;
            KeyValueIterator<Bytes, byte[]> found = super.range(from, to);
            return new KeyValueIterator<>() {
                private Bytes at = from;

                @Override
                public void close() {
                    found.close();
                }

                @Override
                public Bytes peekNextKey() {
                    return found.peekNextKey();
                }

                @Override
                public boolean hasNext() {
                    return found.hasNext();
                }

                @Override
                public KeyValue<Bytes, byte[]> next() {
                    KeyValue<Bytes, byte[]> entry = found.next();
                    entriesRead++;
                    tracesPassed += traces.subSet(at, true, entry.key, true).size();
                    at = entry.key;
                    return entry;
                }
            };
        }
    }
}
