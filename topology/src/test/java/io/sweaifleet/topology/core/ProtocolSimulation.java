package io.sweaifleet.topology.core;

import static io.sweaifleet.topology.core.SimulatedFleet.POOL;
import static io.sweaifleet.topology.core.SimulatedFleet.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Effect;
import io.sweaifleet.topology.core.domain.Engine;
import io.sweaifleet.topology.core.domain.Event;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.Moment;
import io.sweaifleet.topology.core.domain.PoolEntry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The lease and command protocol between core and workers, with everything that Kafka and machines may do in between.
 *
 * <p>Each of core's inputs and each worker's commands is a log that keeps its order; which log is read next, and how far a
 * reader lags behind, is chosen. So is what fails: heartbeats that are never written, workers that are killed, stopped for a while,
 * or cut off in one direction or both while they run on, a core that is killed or stopped. A simulation follows from its choices
 * alone.
 *
 * <p>Workers freeze what they run as the protocol asks: an agent runs only while a heartbeat that core has named was made less than
 * a lease's time ago, and after that only once core has listed its lease.
 *
 * <p>What must hold whatever is chosen is asserted as it goes.
 */
final class ProtocolSimulation {

    private static final String ROLE = "qa";
    private static final long LEASE_MS = PoolEntry.UNDECLARED.leaseMs();
    private static final long BEAT_MS = Engine.HEARTBEAT_MS;

    /** A worker that runs takes its commands this soon, in ms; well within the time that core gives it to stop. */
    private static final long COMMANDS_READ_WITHIN_MS = 5_000;

    /** Decides what happens next. */
    interface Choices {
        /** One of so many. */
        int of(int count);
    }

    /** Something built wrongly, on purpose: what holds without it must not hold with it. */
    enum Mutation {
        NONE,
        /** Agents run on, whatever core says or does not say. */
        WORKERS_NEVER_FREEZE,
        /** A lease is counted from when the acknowledgement is read, not from when the heartbeat was made. */
        LEASES_COUNT_FROM_THE_ANSWER,
        /** Frozen agents go on with any answer, however long it was under way. */
        ANY_ANSWER_RESUMES,
        /** Frozen workers do not ask. */
        WORKERS_DO_NOT_ASK,
        /** Core takes a silent worker's leases without looking what was written. */
        MARKERS_ARE_LEFT_OUT,
        /** Core takes a heartbeat for one of the moment at which it is read. */
        HEARTBEATS_COUNT_FROM_READING
    }

    private enum Input {
        SUBMISSIONS,
        HEARTBEATS,
        RESULTS
    }

    private record Written(Event event, long at) {}

    private record Sent(WorkerCommand command, long at) {}

    private final Choices choices;
    private final Mutation mutation;
    private final Engine engine = new Engine();
    private final MapStore store = new MapStore();
    private final Map<Input, Deque<Written>> logs = new LinkedHashMap<>();
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Map<String, Long> incarnationOfLease = new HashMap<>();
    private final Map<String, String> leaseOfTask = new HashMap<>();
    private final Map<String, Long> markedResultsAt = new HashMap<>();
    private final Set<String> submitted = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private StoreView view = new StoreView(store);
    private long now = 1_780_000_000_000L;
    private long resumedAt = now;
    private boolean coreStopped;
    private long offset;
    private int expired;
    private int frozen;

    ProtocolSimulation(Choices choices, int workerCount) {
        this(choices, workerCount, Mutation.NONE);
    }

    ProtocolSimulation(Choices choices, int workerCount, Mutation mutation) {
        this.choices = choices;
        this.mutation = mutation;
        for (Input input : Input.values()) {
            logs.put(input, new ArrayDeque<>());
        }
        decide(new Event.Accepted(SimulatedRecords.pool(origin(), PoolDefinition.newBuilder())));
        decide(new Event.Accepted(SimulatedRecords.role(origin(), ROLE, 120_000)));
        for (int i = 0; i < workerCount; i++) {
            workers.put("worker-" + i, new Worker("worker-" + i));
        }
    }

    /** Leases that core took away. */
    int expired() {
        return expired;
    }

    /** How often a worker froze what it ran. */
    int frozen() {
        return frozen;
    }

    /** Something happens. */
    void step() {
        switch (choices.of(10)) {
            case 0 -> pass(500);
            case 1 -> pass(LEASE_MS / 2);
            case 2 -> pass(2 * LEASE_MS);
            case 3 -> read(Input.values()[choices.of(Input.values().length)]);
            case 4 -> readAll();
            case 5 -> someWorker().readCommands();
            case 6 -> someWorker().report();
            case 7 -> someWorker().stopOrGoOn();
            case 8 -> core();
            default -> somethingRare();
        }
    }

    private void core() {
        if (coreStopped) {
            coreStopped = false;
            // As the processor does when it finds that its clock has jumped.
            resumedAt = now;
        } else {
            coreStopped = true;
        }
    }

    private void somethingRare() {
        switch (choices.of(4)) {
            case 0 -> submit();
            case 1 -> someWorker().restart();
            case 2 -> someWorker().cutOff(choices.of(3));
            default -> {
                view = new StoreView(store);
                resumedAt = now;
                coreStopped = false;
            }
        }
    }

    private Worker someWorker() {
        return List.copyOf(workers.values()).get(choices.of(workers.size()));
    }

    void submit() {
        String id = "w" + submitted.size();
        submitted.add(id);
        WorkflowSubmitted workflow = SimulatedFleet.workflow(
                id,
                task(id, ROLE)
                        .setRetry(RetryPolicy.newBuilder()
                                .setMaxAttempts(100)
                                .setInitialBackoffMs(100L)
                                .build())
                        .build());
        write(Input.SUBMISSIONS, new Event.Accepted(SimulatedRecords.submission(origin(), id, workflow)));
    }

    private Origin origin() {
        return new Origin("fleet.tasks", "tasks-id", 0, ++offset, Instant.ofEpochMilli(now));
    }

    /** From now on nothing fails, and all that was submitted must come to its end. */
    void settle() {
        if (coreStopped) {
            core();
        }
        workers.values().forEach(Worker::goOn);
        workers.values().forEach(Worker::connect);
        for (int i = 0; i < 500 && !ended.equals(submitted); i++) {
            pass(BEAT_MS);
            readAll();
            for (Worker worker : workers.values()) {
                worker.readCommands();
                if (worker.runs()) {
                    List.copyOf(worker.running.keySet())
                            .forEach(lease -> worker.report(lease, AgentResultType.SUCCEEDED));
                }
            }
        }
        assertThat(ended).isEqualTo(submitted);
    }

    // ------------------------------------------------------------------------------------------ core

    private void write(Input input, Event event) {
        logs.get(input).add(new Written(event, now));
    }

    private void read(Input input) {
        Written next = coreStopped ? null : logs.get(input).poll();
        if (next != null) {
            decide(
                    mutation == Mutation.HEARTBEATS_COUNT_FROM_READING && next.event() instanceof Event.Alive alive
                            ? new Event.Alive(alive.heartbeat(), now)
                            : next.event());
        }
    }

    private final Deque<Event> rests = new ArrayDeque<>();

    private void readAll() {
        boolean more = !coreStopped;
        while (more) {
            more = false;
            for (Input input : Input.values()) {
                more |= !logs.get(input).isEmpty();
                read(input);
            }
        }
    }

    private void decide(Event event) {
        carryOut(engine.decide(view, event, moment()));
        for (Event rest = rests.poll(); rest != null; rest = rests.poll()) {
            carryOut(engine.decide(view, rest, moment()));
        }
        boolean more = true;
        while (more) {
            Decision decision = engine.dispatch(view, POOL, moment());
            carryOut(decision);
            more = decision.more();
        }
        assertNobodyRunsBeyondItsLease();
    }

    /** Whoever runs a task, has the lease that core gave last for it. */
    private void assertNobodyRunsBeyondItsLease() {
        for (Worker worker : workers.values()) {
            if (worker.runs()) {
                worker.running.forEach((lease, assignment) -> assertThat(lease)
                        .as("%s runs %s", worker.id, assignment.getTaskId())
                        .isEqualTo(leaseOfTask.get(assignment.getTaskId())));
            }
        }
    }

    private Moment moment() {
        return new Moment(now, resumedAt, new Cause(CauseType.TIMER, "", -1, -1L, ""), Map.of());
    }

    private void carryOut(Decision decision) {
        assertThat(decision.changes()).hasSizeLessThanOrEqualTo(Decision.MOST_CHANGES);
        view.apply(decision, Map.of());
        rests.addAll(decision.rest());
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Command told) {
                send(told.command());
            } else if (effect instanceof Effect.Marker marker) {
                Event.Marked marked = new Event.Marked(marker.timer(), marker.inResults());
                if (mutation == Mutation.MARKERS_ARE_LEFT_OUT) {
                    carryOut(engine.decide(view, marked, moment()));
                } else {
                    write(marker.inResults() ? Input.RESULTS : Input.HEARTBEATS, marked);
                }
                if (marker.inResults()) {
                    markedResultsAt.put(marker.timer().id(), now);
                }
            } else if (effect instanceof Effect.Outcome end) {
                assertThat(ended.add(end.outcome().getTaskId()))
                        .as("one outcome of " + end.outcome().getTaskId())
                        .isTrue();
            } else if (effect instanceof Effect.Journal journal
                    && journal.event().getType() == TaskEventType.LEASE_EXPIRED) {
                expired++;
                assertLost(journal.event());
            }
        }
    }

    private void send(WorkerCommand command) {
        if (command.getAssignment() != null) {
            incarnationOfLease.put(command.getAssignment().getLeaseId(), command.getIncarnation());
            leaseOfTask.put(
                    command.getAssignment().getTaskId(), command.getAssignment().getLeaseId());
        }
        workers.get(command.getWorkerId()).commands.add(new Sent(command, now));
    }

    /** No healthy lease is taken away, and no result that was written in time is thrown away. */
    private void assertLost(TaskEvent event) {
        Worker worker = workers.get(event.getWorkerId());
        long incarnation = incarnationOfLease.get(event.getLeaseId());
        assertThat(worker.incarnation == incarnation && worker.healthy())
                .as("%s lost although healthy: %s", event.getLeaseId(), event.getMessage())
                .isFalse();
        boolean restarted = worker.incarnation != incarnation;
        if (!restarted) {
            long judgedAt = Math.max(
                    markedResultsAt.getOrDefault(event.getWorkerId(), 0L),
                    markedResultsAt.getOrDefault(event.getTaskId(), 0L));
            long writtenBefore = judgedAt == 0 ? now : judgedAt;
            assertThat(logs.get(Input.RESULTS))
                    .as("results written before %s was taken away: %s", event.getLeaseId(), event.getMessage())
                    .noneMatch(written -> written.at() < writtenBefore
                            && written.event() instanceof Event.Reported reported
                            && reported.result().getType() == AgentResultType.SUCCEEDED
                            && reported.result().getLeaseId().equals(event.getLeaseId()));
        }
    }

    /** Time passes for all: core does its timers, workers that run send heartbeats and take their commands in time. */
    private void pass(long ms) {
        for (long end = now + ms; now < end; ) {
            now += 500;
            if (!coreStopped) {
                tick();
            }
            workers.values().forEach(Worker::live);
            assertNobodyRunsBeyondItsLease();
        }
    }

    private void tick() {
        while (view.nextDue() <= now) {
            for (Key.OfTimer timer : view.due(POOL, now, 100)) {
                if (view.get(timer) != null) {
                    decide(new Event.Due(timer));
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------ workers

    private final class Worker {
        private final String id;
        private final Deque<Sent> commands = new ArrayDeque<>();
        private final Map<String, Assignment> running = new LinkedHashMap<>();
        private final Map<String, AgentResult> finished = new LinkedHashMap<>();
        /** Reports that wait until the worker is connected. */
        private final Deque<AgentResult> unsent = new ArrayDeque<>();
        /** When each heartbeat was made that core has not named. */
        private final Map<Long, Long> unnamed = new LinkedHashMap<>();

        private long leasesUntil;
        private boolean frozen;
        private boolean welcomed;
        private boolean mute;
        private boolean deaf;
        private boolean everDeaf;
        private long incarnation;
        private long sequence;
        private long lastCommand;
        private long lastBeat;
        private boolean stopped;
        private boolean everStopped;
        private boolean everSilent;

        Worker(String id) {
            this.id = id;
            restart();
        }

        /** It is killed, and started again. */
        void restart() {
            incarnation = Math.max(incarnation + 1, now);
            running.clear();
            finished.clear();
            unsent.clear();
            unnamed.clear();
            leasesUntil = 0;
            frozen = false;
            welcomed = false;
            everDeaf = deaf;
            sequence = 0;
            lastCommand = 0;
            stopped = false;
            everStopped = false;
            everSilent = mute;
            lastBeat = now;
            beat(true);
        }

        /** It runs on, but does not reach the broker any more: for what it writes, for what it reads, or for both. */
        void cutOff(int direction) {
            if (mute || deaf) {
                connect();
            } else {
                mute = direction != 1;
                deaf = direction != 0;
                everDeaf |= deaf;
            }
        }

        void connect() {
            mute = false;
            deaf = false;
            sendReports();
        }

        private void sendReports() {
            while (!mute && !unsent.isEmpty()) {
                write(Input.RESULTS, new Event.Reported(unsent.poll()));
            }
        }

        /** Whether its agents do anything. */
        boolean runs() {
            return !stopped && (mutation == Mutation.WORKERS_NEVER_FREEZE || !frozen && now < leasesUntil);
        }

        private void freezeWhenDue() {
            if (!frozen && !running.isEmpty() && now >= leasesUntil) {
                frozen = true;
                ProtocolSimulation.this.frozen++;
            }
        }

        void stopOrGoOn() {
            if (stopped) {
                goOn();
            } else {
                stopped = true;
                everStopped = true;
            }
        }

        void goOn() {
            stopped = false;
        }

        /** Whether it has run and been heard all the time. */
        boolean healthy() {
            return !everStopped && !everSilent && !everDeaf && now - lastBeat < LEASE_MS;
        }

        void live() {
            if (stopped) {
                return;
            }
            freezeWhenDue();
            if (now - lastBeat >= BEAT_MS) {
                beat(now - lastBeat >= LEASE_MS / 2 || choices.of(20) != 1);
            }
            Sent next = commands.peek();
            if (next != null && now - next.at() >= COMMANDS_READ_WITHIN_MS) {
                readCommands();
            }
        }

        /** Makes a heartbeat, which may be lost on its way. */
        private void beat(boolean arrives) {
            unnamed.put(++sequence, now);
            if (mute || !arrives) {
                return;
            }
            everSilent |= now - lastBeat >= LEASE_MS;
            lastBeat = now;
            List<HeldLease> held = SimulatedRecords.held(running.values(), finished.values());
            Heartbeat heartbeat = new Heartbeat(
                    POOL,
                    id,
                    incarnation,
                    sequence,
                    welcomed ? HeartbeatType.ALIVE : HeartbeatType.HELLO,
                    0,
                    lastCommand,
                    2,
                    List.of(new RoleCapacity(ROLE, 1, 2, 2, 2)),
                    held,
                    Map.of(),
                    "host",
                    Instant.ofEpochMilli(now),
                    null,
                    List.of(),
                    null,
                    true,
                    frozen && mutation != Mutation.WORKERS_DO_NOT_ASK);
            write(Input.HEARTBEATS, new Event.Alive(heartbeat, now));
        }

        void readCommands() {
            while (!stopped && !deaf && !commands.isEmpty()) {
                freezeWhenDue();
                WorkerCommand command = commands.poll().command();
                if (command.getIncarnation() != incarnation || command.getSequence() <= lastCommand) {
                    continue;
                }
                assertThat(command.getSequence()).isEqualTo(lastCommand + 1);
                lastCommand = command.getSequence();
                named(command.getHeartbeat());
                switch (command.getType()) {
                    case WELCOME -> welcomed = true;
                    case CONFIRM -> confirmed(command.getConfirmed());
                    case ASSIGN -> begin(command.getAssignment());
                    case ACKNOWLEDGE -> finished.remove(command.getLeaseId());
                    case CANCEL -> {
                        if (running.containsKey(command.getLeaseId())) {
                            report(command.getLeaseId(), AgentResultType.CANCELLED);
                        }
                    }
                    case REINTRODUCE -> restart();
                    default -> {}
                }
                freezeWhenDue();
            }
        }

        private void named(long heartbeat) {
            for (Long known : List.copyOf(unnamed.keySet())) {
                if (known <= heartbeat) {
                    long madeAt = unnamed.remove(known);
                    leasesUntil = LEASE_MS + (mutation == Mutation.LEASES_COUNT_FROM_THE_ANSWER ? now : madeAt);
                }
            }
        }

        private void confirmed(List<String> leases) {
            if (leases == null) {
                return;
            }
            for (String lease : List.copyOf(running.keySet())) {
                if (!leases.contains(lease)) {
                    running.remove(lease);
                }
            }
            if (mutation == Mutation.ANY_ANSWER_RESUMES) {
                leasesUntil = Math.max(leasesUntil, now + LEASE_MS);
            }
            frozen &= now >= leasesUntil;
        }

        private void begin(Assignment assignment) {
            running.put(assignment.getLeaseId(), assignment);
        }

        void report() {
            if (runs() && !running.isEmpty()) {
                String lease = List.copyOf(running.keySet()).get(choices.of(running.size()));
                report(lease, choices.of(2) == 0 ? AgentResultType.STARTED : AgentResultType.SUCCEEDED);
            }
        }

        private void report(String leaseId, AgentResultType type) {
            AgentResult result = SimulatedRecords.result(id, incarnation, running.get(leaseId), type, now)
                    .build();
            if (type != AgentResultType.STARTED) {
                running.remove(leaseId);
                finished.put(leaseId, result);
            }
            unsent.add(result);
            sendReports();
        }
    }
}
