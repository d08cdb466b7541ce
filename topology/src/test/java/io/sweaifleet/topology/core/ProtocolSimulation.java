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
import java.util.Collection;
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
 * reader lags behind, is chosen. So is what fails: heartbeats that are never written, workers that are killed or stopped for a
 * while, a core that is. A simulation follows from its choices alone.
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

    private enum Input {
        SUBMISSIONS,
        HEARTBEATS,
        RESULTS
    }

    private record Written(Event event, long at) {}

    private record Sent(WorkerCommand command, long at) {}

    private final Choices choices;
    private final Engine engine = new Engine();
    private final MapStore store = new MapStore();
    private final Map<Input, Deque<Written>> logs = new LinkedHashMap<>();
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Map<String, Long> incarnationOfLease = new HashMap<>();
    private final Map<String, Long> markedResultsAt = new HashMap<>();
    private final Set<String> submitted = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private StoreView view = new StoreView(store);
    private long now = 1_780_000_000_000L;
    private long resumedAt = now;
    private boolean coreStopped;
    private long offset;
    private int expired;

    ProtocolSimulation(Choices choices, int workerCount) {
        this.choices = choices;
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
        switch (choices.of(3)) {
            case 0 -> submit();
            case 1 -> someWorker().restart();
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
        for (int i = 0; i < 500 && !ended.equals(submitted); i++) {
            pass(BEAT_MS);
            readAll();
            for (Worker worker : workers.values()) {
                worker.readCommands();
                List.copyOf(worker.running.keySet()).forEach(lease -> worker.report(lease, AgentResultType.SUCCEEDED));
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
            decide(next.event());
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
                write(
                        marker.inResults() ? Input.RESULTS : Input.HEARTBEATS,
                        new Event.Marked(marker.timer(), marker.inResults()));
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
            sequence = 0;
            lastCommand = 0;
            stopped = false;
            everStopped = false;
            everSilent = false;
            lastBeat = now;
            beat(HeartbeatType.HELLO);
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
            return !everStopped && !everSilent && now - lastBeat < LEASE_MS;
        }

        void live() {
            if (stopped) {
                return;
            }
            if (now - lastBeat >= BEAT_MS) {
                boolean written = now - lastBeat >= LEASE_MS / 2 || choices.of(20) != 1;
                if (written) {
                    beat(HeartbeatType.ALIVE);
                }
            }
            Sent next = commands.peek();
            if (next != null && now - next.at() >= COMMANDS_READ_WITHIN_MS) {
                readCommands();
            }
        }

        private void beat(HeartbeatType type) {
            everSilent |= now - lastBeat >= LEASE_MS;
            lastBeat = now;
            List<HeldLease> held = SimulatedRecords.held(running.values(), finished.values());
            Heartbeat heartbeat = new Heartbeat(
                    POOL,
                    id,
                    incarnation,
                    ++sequence,
                    type,
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
                    null);
            write(Input.HEARTBEATS, new Event.Alive(heartbeat, now));
        }

        void readCommands() {
            while (!stopped && !commands.isEmpty()) {
                WorkerCommand command = commands.poll().command();
                if (command.getIncarnation() != incarnation || command.getSequence() <= lastCommand) {
                    continue;
                }
                assertThat(command.getSequence()).isEqualTo(lastCommand + 1);
                lastCommand = command.getSequence();
                switch (command.getType()) {
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
            }
        }

        private void begin(Assignment assignment) {
            running.put(assignment.getLeaseId(), assignment);
            Collection<Worker> healthy = workers.values().stream()
                    .filter(Worker::healthy)
                    .filter(worker -> worker.running.values().stream()
                            .anyMatch(a -> a.getTaskId().equals(assignment.getTaskId())))
                    .toList();
            assertThat(healthy)
                    .as("healthy workers that run %s at once", assignment.getTaskId())
                    .hasSizeLessThanOrEqualTo(1);
        }

        void report() {
            if (!stopped && !running.isEmpty()) {
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
            write(Input.RESULTS, new Event.Reported(result));
        }
    }
}
