package io.sweaifleet.ingest.work;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.TopicReader;
import io.sweaifleet.ingest.print.OutcomeTable;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Works a list off: gives its tasks to the fleet, so many at once, until a moment, and follows them to their ends. What an
 * earlier run of the same list has begun or done is found by its ids and gone on with. Not thread-safe.
 */
public final class BacklogRun implements AutoCloseable {

    /** How far back an earlier run of the list is looked for. */
    private static final Duration LOOK_BACK = Duration.ofDays(30);

    private static final Duration TICK = Duration.ofMillis(200);

    private final Fleet fleet;
    private final String pool;
    private final Map<String, Work> works = new LinkedHashMap<>();
    private final Clock clock;
    private final Listener listener;
    private final TopicReader reader;
    private final Map<TopicPartition, Map<Long, String>> submitted = new HashMap<>();

    /** Is told what happens. */
    public interface Listener {
        /** A task was given to the fleet. */
        void begun(BacklogEntry entry);

        /** Something happened to a task that runs. */
        void event(BacklogEntry entry, TaskEvent event);

        /** A task has ended, or was refused. */
        void ended(BacklogEntry entry);
    }

    /** A task of the list with what would be submitted for it. */
    private static final class Work {
        final WorkRequest request;
        BacklogEntry entry;

        Work(WorkRequest request, BacklogEntry entry) {
            this.request = request;
            this.entry = entry;
        }

        void to(BacklogEntry.State state, @Nullable TaskOutcome outcome, String message) {
            entry = new BacklogEntry(entry.item(), entry.id(), state, outcome, message);
        }
    }

    /**
     * A task that the list holds.
     *
     * @param item as the list has it
     * @param id id of its task
     * @param request what is submitted for it
     */
    public record Planned(BacklogItem item, String id, WorkRequest request) {}

    public BacklogRun(Fleet fleet, String pool, List<Planned> plan, Clock clock, Listener listener) {
        this.fleet = fleet;
        this.pool = pool;
        this.clock = clock;
        this.listener = listener;
        for (Planned planned : plan) {
            works.put(
                    planned.id(),
                    new Work(
                            planned.request(),
                            new BacklogEntry(planned.item(), planned.id(), BacklogEntry.State.WAITING, null, "")));
        }
        this.reader = fleet.reader();
    }

    /** Finds what an earlier run has begun or done, without telling the listener. */
    public void resume() {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        for (FleetTopic topic : List.of(FleetTopic.TASK_EVENTS, FleetTopic.RESULTS)) {
            List<TopicPartition> all = reader.partitions(topic.topicName());
            if (!all.isEmpty()) {
                works.keySet().forEach(id -> partitions.add(all.get(Keys.partition(Keys.of(pool, id), all.size()))));
            }
        }
        List<TopicPartition> letters = reader.partitions(FleetTopic.DEAD_LETTERS.topicName());
        Map<TopicPartition, Long> ends = reader.ends(List.copyOf(partitions));
        Map<TopicPartition, Long> from = new LinkedHashMap<>(
                reader.offsetsAt(List.copyOf(partitions), clock.instant().minus(LOOK_BACK)));
        from.putAll(reader.ends(letters));
        reader.start(from);
        while (!reader.reached(ends)) {
            reader.poll(TICK).forEach(record -> accept(record, false));
        }
    }

    /**
     * Works the list off.
     *
     * @param parallel tasks at once, at least 1
     * @param until moment from which no further task is given to the fleet, or null; those under way go on
     * @param afterEach is called whenever a task has ended
     */
    public void run(int parallel, @Nullable Instant until, Consumer<List<BacklogEntry>> afterEach) {
        while (true) {
            boolean open = until == null || clock.instant().isBefore(until);
            if (open) {
                give(parallel);
            }
            if (count(BacklogEntry.State.RUNNING) == 0 && (!open || count(BacklogEntry.State.WAITING) == 0)) {
                return;
            }
            boolean ended = false;
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(TICK)) {
                ended |= accept(record, true);
            }
            if (ended) {
                afterEach.accept(entries());
            }
        }
    }

    private void give(int parallel) {
        for (Work work : works.values()) {
            if (count(BacklogEntry.State.RUNNING) >= parallel) {
                return;
            }
            if (work.entry.state() == BacklogEntry.State.WAITING) {
                String id = work.entry.id();
                Submission.LoneTask task = work.request.submission(id, clock.instant());
                work.to(BacklogEntry.State.RUNNING, null, "");
                Fleet.Appended at = fleet.send(FleetTopic.TASKS, Keys.of(pool, id), task.task());
                submitted
                        .computeIfAbsent(at.partition(), partition -> new HashMap<>())
                        .put(at.offset(), id);
                listener.begun(work.entry);
            }
        }
    }

    private int count(BacklogEntry.State state) {
        return (int) works.values().stream()
                .filter(work -> work.entry.state() == state)
                .count();
    }

    /** True when a task ended by it. */
    private boolean accept(ConsumerRecord<byte[], byte[]> record, boolean tell) {
        if (record.value() == null) {
            return false;
        }
        if (record.topic().equals(FleetTopic.DEAD_LETTERS.topicName())) {
            return refused(fleet.decode(DeadLetter.class, record));
        }
        String key = Fleet.keyOf(record);
        String start = pool + "/";
        Work work = key != null && key.startsWith(start) ? works.get(key.substring(start.length())) : null;
        if (work == null) {
            return false;
        }
        if (record.topic().equals(FleetTopic.RESULTS.topicName())) {
            work.to(BacklogEntry.State.ENDED, fleet.decode(TaskOutcome.class, record), "");
            if (tell) {
                listener.ended(work.entry);
            }
            return true;
        }
        if (work.entry.state() == BacklogEntry.State.WAITING) {
            work.to(BacklogEntry.State.RUNNING, null, "");
        }
        if (tell) {
            listener.event(work.entry, fleet.decode(TaskEvent.class, record));
        }
        return false;
    }

    private boolean refused(DeadLetter letter) {
        String id = submitted
                .getOrDefault(
                        new TopicPartition(
                                letter.getOrigin().getTopic(),
                                letter.getOrigin().getPartition()),
                        Map.of())
                .get(letter.getOrigin().getOffset());
        Work work = id == null ? null : works.get(id);
        if (work == null || work.entry.state() != BacklogEntry.State.RUNNING) {
            return false;
        }
        work.to(BacklogEntry.State.REFUSED, null, OutcomeTable.words(letter.getFailure()));
        listener.ended(work.entry);
        return true;
    }

    /** Every task of the list as it stands. */
    public List<BacklogEntry> entries() {
        List<BacklogEntry> entries = new ArrayList<>();
        works.values().forEach(work -> entries.add(work.entry));
        return entries;
    }

    @Override
    public void close() {
        reader.close();
    }
}
