package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.core.CauseType;
import io.sweaifleet.schemas.core.CoreInput;
import io.sweaifleet.schemas.core.CoreInputType;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.rule.ReportTypes;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.Requirements;
import io.sweaifleet.schemas.task.RetryPolicy;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowOutcome;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
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
import io.sweaifleet.topology.core.domain.Lane;
import io.sweaifleet.topology.core.domain.Moment;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.Turns;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The rules with a store, a clock and workers, all simulated. Workers obey: an agent runs from its assignment until it
 * reports, is cancelled, or its worker dies. What must always hold is asserted as it goes.
 */
final class SimulatedFleet {

    static final String POOL = "default";
    private static final String TOPIC = "fleet.tasks";

    final Engine engine;
    final MapStore store = new MapStore();
    StoreView view = new StoreView(store);
    final Map<String, SimWorker> workers = new LinkedHashMap<>();
    final List<TaskOutcome> outcomes = new ArrayList<>();
    final List<WorkflowOutcome> workflowOutcomes = new ArrayList<>();
    final List<TaskEvent> events = new ArrayList<>();
    final List<Effect.Refused> refused = new ArrayList<>();
    final List<WorkerCommand> commands = new ArrayList<>();
    private final Deque<Event.Marked> markers = new ArrayDeque<>();
    private final Deque<Event> rests = new ArrayDeque<>();
    int mostChanges;
    final Set<String> outcomeIds = new HashSet<>();
    final Set<String> tenants = new TreeSet<>();
    long now = 1_780_000_000_000L;
    private long resumedAt = now;
    private long offset;

    SimulatedFleet() {
        this(new Engine());
    }

    SimulatedFleet(Engine engine) {
        this.engine = engine;
        view.upgrade();
        pool(PoolDefinition.newBuilder());
    }

    /** Declares the pool. */
    void pool(PoolDefinition.Builder definition) {
        input(SimulatedRecords.pool(origin("fleet.pools"), definition));
    }

    void role(String name) {
        input(SimulatedRecords.role(origin("fleet.roles"), name, 60_000));
    }

    void removeRole(String name) {
        input(new CoreInput(
                "",
                CoreInputType.ROLE,
                origin("fleet.roles"),
                "",
                null,
                false,
                null,
                null,
                null,
                name,
                null,
                null,
                null,
                null,
                null,
                null));
        happen(new Event.RoleRemoved(POOL, name));
    }

    Origin origin(String topic) {
        return new Origin(topic, topic + "-id", 0, ++offset, Instant.ofEpochMilli(now));
    }

    void submit(String digest, WorkflowSubmitted workflow) {
        tenants.add(workflow.getTenant() == null ? "default" : workflow.getTenant());
        input(SimulatedRecords.submission(origin(TOPIC), digest, workflow));
    }

    void submit(WorkflowSubmitted workflow) {
        submit(workflow.getId() + workflow.hashCode(), workflow);
    }

    static WorkflowSubmitted workflow(String id, TaskSubmitted... tasks) {
        return WorkflowSubmitted.newBuilder()
                .setId(id)
                .setPool(POOL)
                .setTasks(List.of(tasks))
                .build();
    }

    static TaskSubmitted.Builder task(String id, String role) {
        return TaskSubmitted.newBuilder()
                .setId(id)
                .setPool(POOL)
                .setKind("work")
                .setRole(role)
                .setPriority(5);
    }

    static RetryPolicy.Builder retry(int attempts, long initialMs, double multiplier, long maxMs, double jitter) {
        return RetryPolicy.newBuilder()
                .setMaxAttempts(attempts)
                .setInitialBackoffMs(initialMs)
                .setMultiplier(multiplier)
                .setMaxBackoffMs(maxMs)
                .setJitter(jitter);
    }

    void cancel(String controlId, String workflowId, String taskId) {
        control(TaskControl.newBuilder()
                .setId(controlId)
                .setWorkflowId(workflowId)
                .setTaskId(taskId)
                .setAction(ControlAction.CANCEL));
    }

    void control(TaskControl.Builder control) {
        input(new CoreInput(
                POOL,
                CoreInputType.CONTROL,
                origin("fleet.task-control"),
                "",
                null,
                false,
                null,
                control.setPool(POOL).build(),
                null,
                "",
                null,
                null,
                null,
                null,
                null,
                null));
    }

    void schedule(Schedule schedule) {
        schedule(schedule.getId(), schedule);
    }

    void removeSchedule(String id) {
        schedule(id, null);
    }

    private void schedule(String id, Schedule schedule) {
        input(new CoreInput(
                POOL,
                CoreInputType.SCHEDULE,
                origin("fleet.schedules"),
                "",
                null,
                false,
                null,
                null,
                null,
                id,
                null,
                null,
                null,
                null,
                schedule,
                null));
    }

    void input(CoreInput input) {
        happen(new Event.Accepted(input));
    }

    void happen(Event event) {
        decide(event);
        dispatch();
        // Nothing is under way in the inputs here: a marker comes back at once.
        for (Event.Marked marked = markers.poll(); marked != null; marked = markers.poll()) {
            decide(marked);
            dispatch();
        }
    }

    private void decide(Event event) {
        carryOut(engine.decide(view, event, moment()));
        for (Event rest = rests.poll(); rest != null; rest = rests.poll()) {
            carryOut(engine.decide(view, rest, moment()));
        }
    }

    /** A rule threw while it worked on a workflow. */
    void quarantine(String workflowId) {
        quarantine(new Event.Dispatch(POOL), workflowId);
    }

    void quarantine(Event event, String workflowId) {
        carryOut(engine.quarantine(view, event, workflowId, false, failure(FailureClass.PERMANENT), moment()));
        Event rest = rests.poll();
        if (rest != null) {
            decide(rest);
        }
    }

    private Moment moment() {
        return new Moment(now, resumedAt, new Cause(CauseType.TIMER, "", -1, -1L, "SIMULATED"), Map.of());
    }

    private void dispatch() {
        boolean more = true;
        while (more) {
            Map<String, List<Key.OfReady>> queued = new LinkedHashMap<>();
            for (String queue : queues()) {
                List<Key.OfReady> keys = new ArrayList<>();
                view.ready(POOL, queue).forEachRemaining(keys::add);
                queued.put(queue, keys);
            }
            Decision decision = engine.dispatch(view, POOL, moment());
            carryOut(decision);
            more = decision.more();
            assertFirstWereTaken(queued);
        }
    }

    /** The queue of each tenant for each lane. */
    List<String> queues() {
        return lanes().stream()
                .flatMap(lane -> tenants.stream().map(tenant -> Turns.queueOf(lane, tenant)))
                .toList();
    }

    /** Names of the lanes of all roles. */
    List<String> lanes() {
        List<String> lanes = new ArrayList<>();
        for (String role : view.roles()) {
            lanes.add(role);
            view.lanes(POOL, role).keySet().forEach(digest -> lanes.add(new Lane(role, digest).name()));
        }
        return lanes;
    }

    /** Whatever was given to workers, or held back, was the front of its queue. What came through a gate meanwhile is new. */
    private void assertFirstWereTaken(Map<String, List<Key.OfReady>> before) {
        before.forEach((queue, keys) -> {
            assertThat(keys).isSorted();
            List<Key.OfReady> after = new ArrayList<>();
            view.ready(POOL, queue).forEachRemaining(after::add);
            after.retainAll(new HashSet<>(keys));
            assertThat(keys.subList(keys.size() - after.size(), keys.size())).isEqualTo(after);
        });
    }

    private void carryOut(Decision decision) {
        assertThat(decision.changes())
                .as("entries that one decision changes")
                .hasSizeLessThanOrEqualTo(Decision.MOST_CHANGES);
        mostChanges = Math.max(mostChanges, decision.changes().size());
        view.apply(decision, Map.of());
        rests.addAll(decision.rest());
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Outcome end) {
                assertThat(outcomeIds.add(end.outcome().getTaskId()))
                        .as("second outcome of " + end.outcome())
                        .isTrue();
                outcomes.add(end.outcome());
            } else if (effect instanceof Effect.WorkflowEnd end) {
                workflowOutcomes.add(end.outcome());
            } else if (effect instanceof Effect.Journal journal) {
                assertThat(journal.event().getSequence()).isEqualTo(events.size() + 1L);
                events.add(journal.event());
            } else if (effect instanceof Effect.Refused refusal) {
                refused.add(refusal);
            } else if (effect instanceof Effect.Marker marker) {
                markers.add(new Event.Marked(marker.timer(), marker.inResults()));
            } else if (effect instanceof Effect.Command told) {
                commands.add(told.command());
                SimWorker worker = workers.get(told.command().getWorkerId());
                if (worker != null && worker.incarnation == told.command().getIncarnation()) {
                    worker.inbox.add(told.command());
                }
            }
        }
    }

    /** Core's process ends and starts again: what is held in memory is gone. */
    void restartCore(long awayMs) {
        view = new StoreView(store);
        view.upgrade();
        now += awayMs;
        resumedAt = now;
    }

    /** Time passes; timers are done, and living workers send heartbeats. */
    void pass(long ms) {
        long end = now + ms;
        while (now < end) {
            now = Math.min(end, now + 500);
            tick();
            for (SimWorker worker : List.copyOf(workers.values())) {
                if (worker.alive && now - worker.lastBeat >= 2_000) {
                    worker.beat(HeartbeatType.ALIVE);
                    worker.obey();
                }
            }
        }
    }

    void tick() {
        while (view.nextDue() <= now) {
            for (Key.OfTimer timer : view.due(POOL, now, 100)) {
                if (view.get(timer) != null) {
                    happen(new Event.Due(timer));
                }
            }
        }
        dispatch();
    }

    SimWorker worker(String id, Map<String, Integer> slots) {
        return worker(id, slots, worker -> {});
    }

    /** A worker that has more than slots. */
    SimWorker worker(String id, Map<String, Integer> slots, Consumer<SimWorker> having) {
        SimWorker before = workers.get(id);
        if (before != null) {
            before.die();
        }
        SimWorker worker = new SimWorker(id, slots, ++now);
        workers.put(id, worker);
        having.accept(worker);
        worker.beat(HeartbeatType.HELLO);
        return worker;
    }

    /** A worker process. */
    final class SimWorker {
        final String id;
        final long incarnation;
        final Map<String, Integer> slots;
        final Deque<WorkerCommand> inbox = new ArrayDeque<>();
        final Map<String, Assignment> running = new LinkedHashMap<>();
        final Map<String, AgentResult> finished = new LinkedHashMap<>();
        Map<String, String> labels = Map.of();
        List<String> capabilities = List.of();
        ResourceAmounts resources;
        boolean alive = true;
        /** It freezes what it runs when nobody names its heartbeats. */
        boolean freezes;
        /** For how long its attempts have been frozen. */
        long frozenMs;
        /** It has, and asks what it may go on with. */
        boolean asks;

        long lastBeat;
        private long sequence;
        private long lastCommand;

        SimWorker(String id, Map<String, Integer> slots, long incarnation) {
            this.id = id;
            this.slots = slots;
            this.incarnation = incarnation;
        }

        void die() {
            alive = false;
            running.clear();
            finished.clear();
            inbox.clear();
        }

        void beat(HeartbeatType type) {
            lastBeat = now;
            List<HeldLease> held = SimulatedRecords.held(running.values(), finished.values(), frozenMs);
            List<RoleCapacity> roles = new ArrayList<>();
            slots.forEach((role, count) -> roles.add(new RoleCapacity(role, 1, count, count, count)));
            happen(new Event.Alive(
                    new Heartbeat(
                            POOL,
                            id,
                            incarnation,
                            ++sequence,
                            type,
                            0,
                            lastCommand,
                            slots.values().stream().mapToInt(Integer::intValue).sum(),
                            roles,
                            held,
                            labels,
                            "host",
                            Instant.ofEpochMilli(now),
                            null,
                            capabilities,
                            resources,
                            freezes,
                            asks),
                    now));
        }

        /** Does what it was told. */
        void obey() {
            while (!inbox.isEmpty()) {
                WorkerCommand command = inbox.poll();
                assertThat(command.getSequence()).isEqualTo(lastCommand + 1);
                lastCommand = command.getSequence();
                if (command.getType() == CommandType.ASSIGN) {
                    begin(command.getAssignment());
                } else if (command.getType() == CommandType.ACKNOWLEDGE) {
                    finished.remove(command.getLeaseId());
                } else if (command.getType() == CommandType.CANCEL && running.containsKey(command.getLeaseId())) {
                    report(command.getLeaseId(), AgentResultType.CANCELLED, null);
                }
            }
        }

        private void begin(Assignment assignment) {
            for (SimWorker other : workers.values()) {
                assertThat(other.running.values())
                        .as("agents that run " + assignment.getTaskId())
                        .noneMatch(running -> running.getTaskId().equals(assignment.getTaskId()));
            }
            running.put(assignment.getLeaseId(), assignment);
            long held = running.values().stream()
                    .filter(a -> a.getRole().equals(assignment.getRole()))
                    .count();
            assertThat(held).as("agents of " + id).isLessThanOrEqualTo(slots.get(assignment.getRole()));
            assertHasWhatIsRequired(assignment);
        }

        /** The worker has what the task requires, and its attempts together never take more than it has. */
        private void assertHasWhatIsRequired(Assignment assignment) {
            long cpu = 0;
            long memory = 0;
            for (Assignment each : running.values()) {
                Requirements required = required(each);
                if (required != null && required.getResources() != null) {
                    cpu += required.getResources().getCpuMillis();
                    memory += required.getResources().getMemoryBytes();
                }
            }
            ResourceAmounts has = resources == null ? new ResourceAmounts() : resources;
            assertThat(cpu).as("millicores in use at " + id).isLessThanOrEqualTo(has.getCpuMillis());
            assertThat(memory).as("memory in use at " + id).isLessThanOrEqualTo(has.getMemoryBytes());
            Requirements required = required(assignment);
            if (required != null) {
                assertThat(capabilities).containsAll(required.getCapabilities());
                assertThat(labels).containsAllEntriesOf(required.getLabels());
            }
        }

        private Requirements required(Assignment assignment) {
            return view.get(new Key.OfTask(POOL, assignment.getTaskId())) instanceof TaskEntry.Live task
                    ? task.spec().getRequires()
                    : null;
        }

        void report(String leaseId, AgentResultType type, Failure failure) {
            tell(leaseId, type, failure, null, null);
        }

        /** Reports what an attempt has used so far, too. */
        void report(String leaseId, AgentResultType type, Failure failure, Usage usage) {
            tell(leaseId, type, failure, usage, null);
        }

        void report(String leaseId, AgentResultType type, Failure failure, TaskResult produced) {
            tell(leaseId, type, failure, null, produced);
        }

        private void tell(String leaseId, AgentResultType type, Failure failure, Usage usage, TaskResult produced) {
            AgentResult result = SimulatedRecords.result(id, incarnation, running.get(leaseId), type, now)
                    .setFailure(failure)
                    .setUsage(usage)
                    .setResult(produced)
                    .build();
            if (!ReportTypes.isUnderWay(type)) {
                running.remove(leaseId);
                finished.put(leaseId, result);
            }
            happen(new Event.Reported(result));
        }

        /** The agent asks for an approval. */
        void ask(String leaseId, ApprovalRequest request) {
            happen(new Event.Reported(
                    SimulatedRecords.result(id, incarnation, running.get(leaseId), AgentResultType.ASKING, now)
                            .setRequest(request)
                            .build()));
        }

        void repeatResults() {
            List.copyOf(finished.values()).forEach(result -> happen(new Event.Reported(result)));
        }
    }

    static Failure failure(FailureClass type) {
        return new Failure(type, "BROKEN", "It broke", "", null, null);
    }

    List<TaskEventType> eventsOf(String taskId) {
        return events.stream()
                .filter(event -> taskId.equals(event.getTaskId()))
                .map(TaskEvent::getType)
                .toList();
    }

    TaskOutcome outcomeOf(String taskId) {
        return outcomes.stream()
                .filter(outcome -> outcome.getTaskId().equals(taskId))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No outcome of " + taskId));
    }
}
