package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.query.CheckAnswer;
import io.sweaifleet.schemas.query.LeasesAnswer;
import io.sweaifleet.schemas.query.QueuesAnswer;
import io.sweaifleet.schemas.query.SchedulesAnswer;
import io.sweaifleet.schemas.query.StatusAnswer;
import io.sweaifleet.schemas.query.TaskAnswer;
import io.sweaifleet.schemas.query.TasksAnswer;
import io.sweaifleet.schemas.query.Waiting;
import io.sweaifleet.schemas.query.WorkflowAnswer;
import io.sweaifleet.schemas.query.WorkflowsAnswer;
import io.sweaifleet.topology.core.domain.Capacity;
import io.sweaifleet.topology.core.domain.Gates;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.PoolEntry;
import io.sweaifleet.topology.core.domain.ScheduleEntry;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.Turns;
import io.sweaifleet.topology.core.domain.WhyWaiting;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Answers about one pool, read from core's store while core goes on deciding. Good for one query; not thread-safe.
 *
 * <p>The store is read without a lock and without a snapshot. A workflow and its tasks are read until two readings are the
 * same, so that they are of one moment; longer lists may show entries of different moments.
 */
public final class CoreQueries {

    /** Name of the store that is asked. */
    public static final String STORE = Layout.STORE;

    /** Entries that one query looks at. */
    static final int SCAN_LIMIT = 20_000;

    private static final int READINGS = 20;

    private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
    private final ReadView view;
    private final String pool;
    private final WhyWaiting why;
    private final Map<String, Optional<WorkflowEntry>> workflows = new LinkedHashMap<>();

    /**
     * @param store core's store of the pool's partition
     * @param pool pool
     */
    public CoreQueries(ReadOnlyKeyValueStore<Bytes, byte[]> store, String pool) {
        this.store = store;
        this.view = new ReadView(store);
        this.pool = pool;
        this.why = new WhyWaiting(view, pool);
    }

    /** Whether the pool is declared, or was. */
    public boolean poolIsKnown() {
        return view.get(new Key.OfPool(pool)) != null;
    }

    /** Next offset that core reads of one of its own inputs, in the pool's partition. */
    public long nextOffset(String topic) {
        return view.offsets().getOrDefault(topic, 0L);
    }

    /**
     * Highest offset of a topic that intake reads, of which something came to the pool; -1 for none.
     *
     * @param topicId Kafka's id of the topic
     */
    public long highestOffset(String topicId, int partition) {
        Long mark = view.get(new Key.OfMark(pool, topicId, partition));
        return mark == null ? -1 : mark;
    }

    /**
     * A workflow with its tasks, or one task of it; empty when the pool knows neither.
     *
     * @throws UnsteadyException when it changes too fast
     */
    public Optional<StatusAnswer> status(String id) {
        Map<String, Long> offsets = view.offsets();
        String workflowId = workflowNamed(id);
        Standing standing = workflowId == null ? Standing.NONE : steady(workflowId);
        WorkflowEntry workflow = standing.workflow();
        if (workflowId == null || workflow == null) {
            return Optional.empty();
        }
        boolean whole = workflowId.equals(id);
        boolean lone = workflow.taskIds().equals(List.of(id));
        List<TaskAnswer> tasks = new ArrayList<>();
        standing.tasks().forEach((taskId, entry) -> {
            if (whole || taskId.equals(id)) {
                tasks.add(answer(taskId, entry, workflow));
            }
        });
        return Optional.of(
                new StatusAnswer(pool, answer(workflowId, workflow), whole && !lone ? null : id, tasks, offsets));
    }

    /** The workflow with an id, or the one that has a task with it; null when there is neither. */
    private @Nullable String workflowNamed(String id) {
        if (view.get(new Key.OfWorkflow(pool, id)) != null) {
            return id;
        }
        TaskEntry task = view.get(new Key.OfTask(pool, id));
        return task == null ? null : task.workflowId();
    }

    private record Standing(@Nullable WorkflowEntry workflow, Map<String, TaskEntry> tasks) {
        private static final Standing NONE = new Standing(null, Map.of());
    }

    private Standing steady(String workflowId) {
        Standing last = read(workflowId);
        for (int i = 0; i < READINGS; i++) {
            Standing again = read(workflowId);
            if (again.equals(last)) {
                return again;
            }
            last = again;
        }
        throw new UnsteadyException(pool + "/" + workflowId);
    }

    private Standing read(String workflowId) {
        WorkflowEntry workflow = view.get(new Key.OfWorkflow(pool, workflowId));
        Map<String, TaskEntry> tasks = new LinkedHashMap<>();
        if (workflow != null) {
            for (String taskId : workflow.taskIds()) {
                TaskEntry task = view.get(new Key.OfTask(pool, taskId));
                if (task != null) {
                    tasks.put(taskId, task);
                }
            }
        }
        return new Standing(workflow, tasks);
    }

    private static WorkflowAnswer answer(String workflowId, WorkflowEntry entry) {
        if (entry instanceof WorkflowEntry.Live live) {
            return new WorkflowAnswer(
                    workflowId,
                    null,
                    live.title(),
                    live.tenant(),
                    live.labels(),
                    live.taskIds().size(),
                    live.open(),
                    Instant.ofEpochMilli(live.acceptedAt()),
                    null);
        }
        WorkflowEntry.Ended ended = (WorkflowEntry.Ended) entry;
        return new WorkflowAnswer(
                workflowId,
                ended.status(),
                "",
                "",
                Map.of(),
                ended.taskIds().size(),
                0,
                null,
                Instant.ofEpochMilli(ended.decidedAt()));
    }

    private TaskAnswer answer(String taskId, TaskEntry entry, @Nullable WorkflowEntry workflow) {
        return entry instanceof TaskEntry.Live live
                ? TaskAnswers.live(taskId, live, workflow, why.of(taskId, live))
                : TaskAnswers.ended(taskId, (TaskEntry.Ended) entry);
    }

    /** What waits in the pool. */
    public QueuesAnswer queues() {
        Tally tally = new Tally();
        int[] left = {SCAN_LIMIT};
        view.scan(Layout.prefix(pool, 'q'), (bytes, value) -> {
            Key.OfReady place = Layout.readyKey(bytes);
            if (Gates.isGate(place.queue())) {
                tally.held(why.atGate(place.queue()), place.queue(), null);
            } else if (!Turns.isRound(place.queue())
                    && view.get(new Key.OfTask(pool, place.taskId())) instanceof TaskEntry.Live task) {
                tally.queued(task);
            }
            return --left[0] > 0;
        });
        boolean complete = left[0] > 0;
        left[0] = SCAN_LIMIT;
        view.scan(Layout.prefix(pool, 't'), (bytes, value) -> {
            Key.OfTimer timer = Layout.timerKey(bytes);
            if (timer.kind() == TimerKind.RETRY
                    && view.get(new Key.OfTask(pool, timer.id())) instanceof TaskEntry.Live task
                    && task.phase() instanceof TaskEntry.Phase.Backoff backoff
                    && backoff.dueAt() == timer.dueAt()) {
                tally.held(why.of(timer.id(), task).get(0), "", Instant.ofEpochMilli(timer.dueAt()));
            }
            return --left[0] > 0;
        });
        TreeSet<String> names = new TreeSet<>(tally.roles.keySet());
        view.workers(pool).forEach(worker -> names.addAll(worker.roles().keySet()));
        List<QueuesAnswer.Role> roles = new ArrayList<>();
        for (String role : names) {
            Capacity capacity = Capacity.of(view.workers(pool), role);
            Count queued = tally.roles.getOrDefault(role, new Count());
            roles.add(new QueuesAnswer.Role(
                    role,
                    queued.tasks,
                    queued.oldest(),
                    capacity.workers(),
                    capacity.slots(),
                    capacity.inUse(),
                    why.blocked(role).orElse("")));
        }
        return new QueuesAnswer(pool, roles, tally.depths(), tally.held(), complete && left[0] > 0);
    }

    private static final class Count {
        private int tasks;
        private long first = Long.MAX_VALUE;

        private void add(long moment) {
            tasks++;
            first = Math.min(first, moment);
        }

        private @Nullable Instant oldest() {
            return first == Long.MAX_VALUE ? null : Instant.ofEpochMilli(first);
        }
    }

    /** Counts of queued and held tasks. */
    private static final class Tally {

        private record Place(String role, String tenant, int priority) {}

        private record Holding(Waiting.Reason reason, String by) {}

        private final Map<String, Count> roles = new TreeMap<>();
        private final Map<Place, Count> places = new TreeMap<>(Comparator.comparing(Place::role)
                .thenComparing(Place::tenant)
                .thenComparing(Place::priority, Comparator.reverseOrder()));
        private final Map<Holding, Count> holdings =
                new TreeMap<>(Comparator.comparing(Holding::reason).thenComparing(Holding::by));
        private final Map<Holding, String> words = new LinkedHashMap<>();

        private void queued(TaskEntry.Live task) {
            String role = task.spec().getRole();
            Place place = new Place(role, TaskAnswers.tenant(task), TaskAnswers.priority(task));
            roles.computeIfAbsent(role, unseen -> new Count()).add(task.readySince());
            places.computeIfAbsent(place, unseen -> new Count()).add(task.readySince());
        }

        private void held(Waiting waiting, String by, @Nullable Instant until) {
            Holding holding = new Holding(waiting.reason(), by);
            holdings.computeIfAbsent(holding, unseen -> new Count())
                    .add(until == null ? Long.MAX_VALUE : until.toEpochMilli());
            words.putIfAbsent(holding, waiting.message());
        }

        private List<QueuesAnswer.Depth> depths() {
            List<QueuesAnswer.Depth> depths = new ArrayList<>();
            places.forEach((place, count) -> depths.add(new QueuesAnswer.Depth(
                    place.role(),
                    place.tenant(),
                    place.priority(),
                    count.tasks,
                    Objects.requireNonNullElse(count.oldest(), Instant.EPOCH))));
            return depths;
        }

        private List<QueuesAnswer.Held> held() {
            List<QueuesAnswer.Held> held = new ArrayList<>();
            holdings.forEach((holding, count) -> held.add(new QueuesAnswer.Held(
                    holding.reason(),
                    holding.by(),
                    Objects.requireNonNullElse(words.get(holding), ""),
                    count.tasks,
                    count.oldest())));
            return held;
        }
    }

    /** Whether everything that has not ended has something that takes it further. */
    public CheckAnswer check() {
        return new PoolCheck(store, pool).run();
    }

    /** Attempts that are given to workers now, by worker and lease. */
    public LeasesAnswer leases() {
        PoolEntry rules = Objects.requireNonNullElse(view.get(new Key.OfPool(pool)), PoolEntry.UNDECLARED);
        List<LeasesAnswer.Lease> leases = new ArrayList<>();
        for (WorkerEntry worker : view.workers(pool)) {
            long until = worker.lastHeartbeatAt() + rules.leaseMs() + rules.leaseGraceMs();
            for (LeaseEntry lease : view.leases(pool, worker.workerId())) {
                if (view.get(new Key.OfTask(pool, lease.taskId())) instanceof TaskEntry.Live task
                        && task.phase() instanceof TaskEntry.Phase.Running running
                        && running.lease().leaseId().equals(lease.leaseId())) {
                    leases.add(lease(task, lease, running.lease(), until));
                }
            }
        }
        return new LeasesAnswer(pool, leases);
    }

    /** The pool's schedules, by id. */
    public SchedulesAnswer schedules() {
        List<SchedulesAnswer.Schedule> schedules = new ArrayList<>();
        view.scan(Layout.prefix(pool, 'j'), (key, value) -> {
            ScheduleEntry entry = Layout.value(new Key.OfSchedule(pool, Layout.nameIn(key)), value);
            boolean underWay = !entry.lastRun().isEmpty()
                    && view.get(new Key.OfWorkflow(pool, entry.lastRun())) instanceof WorkflowEntry.Live;
            schedules.add(ScheduleAnswers.of(entry, underWay));
            return schedules.size() < SCAN_LIMIT;
        });
        return new SchedulesAnswer(pool, schedules);
    }

    private static LeasesAnswer.Lease lease(TaskEntry.Live task, LeaseEntry entry, TaskEntry.Lease lease, long until) {
        return new LeasesAnswer.Lease(
                lease.leaseId(),
                entry.taskId(),
                task.workflowId(),
                lease.number(),
                entry.role(),
                lease.workerId(),
                lease.agentId(),
                Instant.ofEpochMilli(lease.assignedAt()),
                TaskAnswers.time(lease.startedAt()),
                Instant.ofEpochMilli(until),
                Instant.ofEpochMilli(lease.timeoutAt()));
    }

    /**
     * One page of the pool's tasks, in the order of their ids.
     *
     * @param after id of the last task of the page before, or null for the first page
     * @param limit most tasks of the page
     */
    public TasksAnswer tasks(TaskFilter filter, @Nullable String after, int limit) {
        Page<TaskAnswer> page = page('k', after, limit, (id, bytes) -> {
            TaskEntry entry = Layout.value(new Key.OfTask(pool, id), bytes);
            WorkflowEntry workflow = workflowOf(entry);
            // The reasons are looked up only for what is shown.
            TaskAnswer bare = entry instanceof TaskEntry.Live live
                    ? TaskAnswers.live(id, live, workflow, List.of())
                    : TaskAnswers.ended(id, (TaskEntry.Ended) entry);
            return filter.takes(bare, momentOf(workflow)) ? answer(id, entry, workflow) : null;
        });
        return new TasksAnswer(pool, page.found, page.cursor);
    }

    private @Nullable WorkflowEntry workflowOf(TaskEntry task) {
        return workflows
                .computeIfAbsent(task.workflowId(), id -> Optional.ofNullable(view.get(new Key.OfWorkflow(pool, id))))
                .orElse(null);
    }

    private static @Nullable Instant momentOf(@Nullable WorkflowEntry workflow) {
        if (workflow instanceof WorkflowEntry.Live live) {
            return Instant.ofEpochMilli(live.acceptedAt());
        }
        return workflow instanceof WorkflowEntry.Ended ended ? Instant.ofEpochMilli(ended.decidedAt()) : null;
    }

    /** One page of the pool's workflows, as {@link #tasks}; the role is not looked at. */
    public WorkflowsAnswer workflows(TaskFilter filter, @Nullable String after, int limit) {
        Page<WorkflowAnswer> page = page('f', after, limit, (id, bytes) -> {
            WorkflowAnswer answer = answer(id, Layout.value(new Key.OfWorkflow(pool, id), bytes));
            return filter.takes(answer) ? answer : null;
        });
        return new WorkflowsAnswer(pool, page.found, page.cursor);
    }

    private static final class Page<T> {
        private final List<T> found = new ArrayList<>();
        private int looked;
        private @Nullable String last;
        /** Where the next page begins, or null when there is none. */
        private @Nullable String cursor;
    }

    private interface Reader<T> {
        /** What to show of an entry; null when the filter does not take it. */
        @Nullable
        T read(String id, byte[] value);
    }

    private <T> Page<T> page(char letter, @Nullable String after, int limit, Reader<T> reader) {
        byte[] prefix = Layout.prefix(pool, letter);
        // A zero byte after the id: the next key that there could be.
        byte[] from = after == null ? prefix : Layout.prefix(pool, letter, after);
        Page<T> page = new Page<>();
        view.scan(from, prefix, (key, value) -> {
            if (page.found.size() == limit || page.looked == SCAN_LIMIT) {
                page.cursor = page.last;
                return false;
            }
            String id = Layout.nameIn(key);
            T read = reader.read(id, value);
            if (read != null) {
                page.found.add(read);
            }
            page.looked++;
            page.last = id;
            return true;
        });
        return page;
    }
}
