package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.DeadLetterCause;
import io.sweaifleet.schemas.core.QuietDecision;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One decision under way in one pool: the draft of the state, and what is to be told. */
final class Step {

    /** Entries that ending, queueing or moving one task changes at most, with all that belongs to it. */
    private static final int PER_TASK = 72;

    final String pool;
    final Moment moment;
    final Draft state;
    final @Nullable PoolEntry declared;
    final PoolEntry rules;
    final Compiled compiled;

    /** Workflow under work: whom to blame when a rule throws. */
    @Nullable
    String blamed;

    private final List<Effect> effects = new ArrayList<>();
    private final List<Event> rest = new ArrayList<>();
    private final Counters before;
    private final Instant decidedAt;
    private long events;
    private long leases;

    /** Time between two rounds of the {@link Sweeper}, in ms; 0 for none. */
    final long sweepMs;

    Step(StateView view, String pool, Moment moment, long sweepMs, Compiled compiled) {
        this.sweepMs = sweepMs;
        this.pool = pool;
        this.moment = moment;
        this.compiled = compiled;
        this.state = new Draft(view);
        this.declared = state.get(new Key.OfPool(pool));
        this.rules = declared == null ? PoolEntry.UNDECLARED : declared;
        this.before = Objects.requireNonNullElse(state.get(new Key.OfCounters(pool)), Counters.NONE);
        this.decidedAt = Instant.ofEpochMilli(moment.now());
        this.events = before.events();
        this.leases = before.leases();
    }

    Decision decision(boolean more) {
        if (events == before.events() && !pool.equals(Key.SHARED) && state.isChanged()) {
            noteQuiet();
        }
        if (events != before.events() || leases != before.leases()) {
            state.put(new Key.OfCounters(pool), new Counters(events, leases));
        }
        return new Decision(state.changes(), effects, more, rest);
    }

    /** What changes the state without an event is kept for the next event: a replay could not know of it otherwise. */
    private void noteQuiet() {
        Quiet quiet = Objects.requireNonNullElse(state.get(new Key.OfQuiet(pool)), Quiet.NONE);
        if (quiet.decisions().size() < Quiet.MOST) {
            state.put(new Key.OfQuiet(pool), quiet.with(moment));
        } else {
            journal(TaskEventType.DECISIONS_NOTED, "", Texts.tenant(null))
                    .message(quiet.decisions().size() + " decisions without an event were noted")
                    .add();
        }
    }

    /** The quiet decisions that the event under way is to carry. */
    private List<QuietDecision> takeQuiet() {
        Quiet quiet = state.get(new Key.OfQuiet(pool));
        if (quiet == null || quiet.decisions().isEmpty()) {
            return List.of();
        }
        // Not deleted: what is always there is found in memory.
        state.put(new Key.OfQuiet(pool), Quiet.NONE);
        return quiet.decisions();
    }

    /**
     * Whether this decision may change one task more. Asked before each task of a rule that concerns many; the others are left to
     * {@link #goOn}, or, when they are of many workflows, to a timer that is due at once.
     */
    boolean hasRoom() {
        return state.size() + PER_TASK <= Decision.MOST_CHANGES;
    }

    /** Leaves the rest of the event to the next decision. */
    void goOn(Continuation work) {
        rest.add(new Event.Rest(pool, work));
    }

    long now() {
        return moment.now();
    }

    Instant decidedAt() {
        return decidedAt;
    }

    /** Number of the last event of the pool. */
    long lastEvent() {
        return events;
    }

    long nextLease() {
        return ++leases;
    }

    /** Until when workers are not judged: they get a whole lease after a gap in core's clock. */
    long judgesFrom() {
        return moment.resumedAt() + rules.leaseMs() + rules.leaseGraceMs();
    }

    void tell(Effect effect) {
        effects.add(effect);
    }

    void setTimer(long dueAt, TimerKind kind, String id) {
        state.put(new Key.OfTimer(pool, dueAt, kind, id), Boolean.TRUE);
    }

    void dropTimer(long dueAt, TimerKind kind, String id) {
        state.delete(new Key.OfTimer(pool, dueAt, kind, id));
    }

    TaskEntry.@Nullable Live liveTask(String taskId) {
        return state.get(new Key.OfTask(pool, taskId)) instanceof TaskEntry.Live live ? live : null;
    }

    /** The task that a queue names, if it is live. When its entry is damaged, the queue still knows whose it is. */
    TaskEntry.@Nullable Live queuedTask(Key.OfReady queued) {
        try {
            return liveTask(queued.taskId());
        } catch (DamagedEntryException damaged) {
            blamed = state.get(queued);
            throw damaged;
        }
    }

    WorkflowEntry.@Nullable Live liveWorkflow(String workflowId) {
        return state.get(new Key.OfWorkflow(pool, workflowId)) instanceof WorkflowEntry.Live live ? live : null;
    }

    /** The workflow of a live task. */
    WorkflowEntry.Live workflowOf(String taskId, TaskEntry.Live task) {
        WorkflowEntry.Live workflow = liveWorkflow(task.workflowId());
        if (workflow == null) {
            throw new IllegalStateException("Task " + pool + "/" + taskId + " is live, but its workflow "
                    + task.workflowId() + " is not: the state is damaged");
        }
        return workflow;
    }

    void putTask(String taskId, TaskEntry entry) {
        state.put(new Key.OfTask(pool, taskId), entry);
    }

    boolean roleIsKnown(String role) {
        return state.get(new Key.OfRole(role)) != null;
    }

    @Nullable
    WorkerEntry worker(String workerId) {
        return state.get(new Key.OfWorker(pool, workerId));
    }

    /** Sends the next command to a worker's present incarnation. */
    void command(
            WorkerEntry worker,
            CommandType type,
            @Nullable String leaseId,
            @Nullable Assignment assignment,
            String reason,
            @Nullable String traceparent) {
        command(worker, type, leaseId, assignment, reason, null, null, traceparent);
    }

    /**
     * Tells a worker that its last heartbeat was read.
     *
     * @param confirmed leases that are given to it, if it asked; else null
     */
    void confirm(WorkerEntry worker, @Nullable List<String> confirmed) {
        command(worker, CommandType.CONFIRM, null, null, "", confirmed, null, null);
    }

    /** Tells the holder of a lease what became of what it asked, if that incarnation is still there to hear it. */
    void answer(TaskEntry.Lease lease, ApprovalAnswer answer) {
        WorkerEntry worker = worker(lease.workerId());
        if (worker != null && worker.incarnation() == lease.incarnation()) {
            command(worker, CommandType.ANSWER, lease.leaseId(), null, "", null, answer, null);
        }
    }

    private void command(
            WorkerEntry worker,
            CommandType type,
            @Nullable String leaseId,
            @Nullable Assignment assignment,
            String reason,
            @Nullable List<String> confirmed,
            @Nullable ApprovalAnswer answer,
            @Nullable String traceparent) {
        long sequence = worker.commands() + 1;
        state.put(new Key.OfWorker(pool, worker.workerId()), worker.withCommand(sequence, now()));
        boolean welcome = type == CommandType.WELCOME;
        boolean tellsLease = welcome || type == CommandType.CONFIRM;
        WorkerCommand command = new WorkerCommand(
                pool,
                worker.workerId(),
                worker.incarnation(),
                worker.partition(),
                sequence,
                type,
                decidedAt,
                assignment,
                leaseId,
                reason,
                welcome ? Leases.heartbeatMs(rules) : 0L,
                tellsLease ? rules.leaseMs() : 0L,
                worker.lastHeartbeat(),
                confirmed,
                answer);
        tell(new Effect.Command(command, traceparent));
    }

    /** Sends a command about a lease, if the incarnation that held it is still there to hear it. */
    void commandAbout(String workerId, long incarnation, CommandType type, String leaseId, String reason) {
        WorkerEntry worker = worker(workerId);
        if (worker != null && worker.incarnation() == incarnation) {
            command(worker, type, leaseId, null, reason, null);
        }
    }

    void refuse(
            DeadLetterCause cause,
            Failure failure,
            @Nullable String tenant,
            @Nullable String workflowId,
            @Nullable String taskId) {
        tell(new Effect.Refused(cause, failure, pool.equals(Key.SHARED) ? null : pool, tenant, workflowId, taskId));
    }

    /** Begins an entry of the journal about a workflow. */
    Entry journal(TaskEventType type, String workflowId, String tenant) {
        return new Entry(type, workflowId, tenant);
    }

    /** Begins an entry of the journal about a task. */
    Entry journal(TaskEventType type, String taskId, String workflowId, TaskSubmitted spec) {
        Entry entry = new Entry(type, workflowId, Texts.tenant(spec.getTenant()));
        entry.taskId = taskId;
        entry.role = spec.getRole();
        entry.kind = spec.getKind();
        return entry;
    }

    /** An entry of the journal being written; {@link #add} numbers it. */
    final class Entry {
        private final TaskEventType type;
        private final String workflowId;
        private final String tenant;
        private @Nullable String taskId;
        private String role = "";
        private String kind = "";
        private @Nullable Integer attempt;
        private @Nullable String leaseId;
        private @Nullable String workerId;
        private @Nullable String agentId;
        private String step = "";
        private @Nullable TaskStatus status;
        private @Nullable WorkflowStatus workflowStatus;
        private @Nullable Instant dueAt;
        private @Nullable BrainStamp brain;
        private @Nullable Failure failure;
        private String message = "";
        private @Nullable String scheduleId;
        private String definition = "";
        private int definitionVersion;
        private String definitionStep = "";
        private @Nullable ApprovalRequest request;
        private @Nullable String requestId;

        private Entry(TaskEventType type, String workflowId, String tenant) {
            this.type = type;
            this.workflowId = workflowId;
            this.tenant = tenant;
        }

        Entry task(String id) {
            this.taskId = id;
            return this;
        }

        Entry lease(TaskEntry.Lease lease) {
            this.attempt = lease.number();
            this.leaseId = lease.leaseId();
            this.workerId = lease.workerId();
            this.agentId = lease.agentId().isEmpty() ? null : lease.agentId();
            return this;
        }

        Entry step(String name) {
            this.step = name;
            return this;
        }

        Entry status(TaskStatus ended) {
            this.status = ended;
            return this;
        }

        Entry workflowStatus(WorkflowStatus ended) {
            this.workflowStatus = ended;
            return this;
        }

        /** A moment in ms since the epoch, of which 0 stands for none. */
        Entry dueAt(long at) {
            this.dueAt = at == 0 ? null : Instant.ofEpochMilli(at);
            return this;
        }

        Entry brain(@Nullable BrainStamp stamp) {
            this.brain = stamp;
            return this;
        }

        Entry failure(@Nullable Failure why) {
            this.failure = why;
            return this;
        }

        Entry schedule(String id) {
            this.scheduleId = id;
            return this;
        }

        Entry message(String line) {
            this.message = line;
            return this;
        }

        Entry definition(String name, int version) {
            this.definition = name;
            this.definitionVersion = version;
            return this;
        }

        Entry definitionStep(String id) {
            this.definitionStep = id;
            return this;
        }

        Entry request(ApprovalRequest asked) {
            this.request = asked;
            return this;
        }

        Entry requestId(String id) {
            this.requestId = id;
            return this;
        }

        void add() {
            tell(new Effect.Journal(new TaskEvent(
                    pool,
                    tenant,
                    workflowId,
                    taskId,
                    ++events,
                    type,
                    decidedAt,
                    moment.cause(),
                    moment.inputOffsets(),
                    rules.version(),
                    role,
                    kind,
                    attempt,
                    leaseId,
                    workerId,
                    agentId,
                    step,
                    status,
                    workflowStatus,
                    dueAt,
                    brain,
                    failure,
                    message,
                    Instant.ofEpochMilli(moment.resumedAt()),
                    takeQuiet(),
                    definition,
                    definitionVersion,
                    definitionStep,
                    scheduleId,
                    request,
                    requestId)));
        }
    }
}
