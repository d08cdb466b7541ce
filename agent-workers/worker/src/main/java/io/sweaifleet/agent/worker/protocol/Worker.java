package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.worker.protocol.Lease.Phase;
import io.sweaifleet.agent.worker.protocol.Lease.StopCause;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker without its transport: applies core's commands, gives attempts to agents, and says what became of them. Every
 * method may be called from any thread. Nothing is sent, and no actor is called, while the lock is held, so that neither
 * a full buffer nor a slow actor delays a heartbeat.
 */
public final class Worker implements AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** Results of acknowledged leases that are remembered, so that a repeated ASSIGN is answered and not run. */
    private static final int REMEMBERED_RESULTS = 10_000;

    private final WorkerIdentity identity;
    private final WorkerTimings timings;
    private final Predicate<String> servesRole;
    private final InstantSource clock;
    private final AgentDriver driver;
    private final AttemptRunner runner;
    private final Outbox outbox;
    private final CompletedAttempts completedAttempts;
    private final Executor killers;
    private final Runnable beatSoon;
    private final Runnable onWelcome;

    private final ReentrantLock lock = new ReentrantLock();
    /** Held while actors are made and roles change, so that two changes do not mix. Taken before {@link #lock}. */
    private final ReentrantLock rolesLock = new ReentrantLock();

    private final CommandGate gate;
    private final Map<String, RolePool> roles = new TreeMap<>();
    /** Agents no longer wanted that still work. */
    private final Set<Agent> retiring = new HashSet<>();

    private final Map<String, Lease> leases = new LinkedHashMap<>();
    private final Map<String, AgentResult> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, AgentResult> eldest) {
            return size() > REMEMBERED_RESULTS;
        }
    };

    /** Leases of an earlier process whose results were sent again. */
    private final List<String> resentAtStart = new ArrayList<>();

    private long heartbeatSequence;
    private long tickets;
    private boolean welcomed;
    private boolean introduced;
    private boolean closing;
    private Duration leaseTime = Duration.ofSeconds(30);
    private @Nullable Instant lastHello;
    private Instant lastHeard;
    private boolean silenceNoted;

    /** The agents of one role. Guarded by {@link #lock}. */
    private static final class RolePool {
        RoleDefinition definition;
        final List<Agent> agents = new ArrayList<>();
        int created;

        RolePool(RoleDefinition definition) {
            this.definition = definition;
        }

        int slots() {
            return definition.getAgents() * definition.getSlotsPerAgent();
        }

        int busy() {
            return agents.stream().mapToInt(agent -> agent.load.size()).sum();
        }
    }

    /** What a worker is made of. */
    public record Parts(
            AttemptRunner runner,
            Outbox outbox,
            CompletedAttempts completedAttempts,
            Executor killers,
            Runnable beatSoon,
            Runnable onWelcome,
            InstantSource clock) {}

    /**
     * @param drivers makes the actors' driver for the link that actors are to call
     * @param servesRole which roles the worker serves
     */
    public Worker(
            WorkerIdentity identity,
            WorkerTimings timings,
            Predicate<String> servesRole,
            Function<AgentLink, AgentDriver> drivers,
            Parts parts) {
        this.identity = identity;
        this.timings = timings;
        this.servesRole = servesRole;
        this.clock = parts.clock();
        this.runner = parts.runner();
        this.outbox = parts.outbox();
        this.completedAttempts = parts.completedAttempts();
        this.killers = parts.killers();
        this.beatSoon = parts.beatSoon();
        this.onWelcome = parts.onWelcome();
        this.gate = new CommandGate(identity.pool(), identity.workerId(), clock.millis());
        this.lastHeard = clock.instant();
        this.driver = drivers.apply(this);
    }

    /** Start of the current incarnation, ms since the epoch. */
    public long incarnation() {
        lock.lock();
        try {
            return gate.incarnation();
        } finally {
            lock.unlock();
        }
    }

    /** Writer of audit events of an incarnation. */
    private String writer() {
        return identity.workerId() + "@" + incarnation();
    }

    // ---------------------------------------------------------------------------------------------- heartbeats

    /** Begins to speak: sends again what an earlier process left unacknowledged, then says hello. The caller has read its place in the command partition before. */
    public void introduce() {
        List<AgentResult> left = completedAttempts.unacknowledged();
        lock.lock();
        try {
            left.forEach(result -> {
                remembered.put(result.getLeaseId(), result);
                resentAtStart.add(result.getLeaseId());
            });
            introduced = true;
        } finally {
            lock.unlock();
        }
        left.forEach(outbox::report);
        if (!left.isEmpty()) {
            LOG.info("sent {} results again that an earlier process of this worker left unacknowledged", left.size());
        }
        beatSoon.run();
    }

    /** Sends the heartbeat that is due; called by one thread at a time. */
    public void beat() {
        Heartbeat heartbeat;
        lock.lock();
        try {
            if (!introduced || closing) {
                return;
            }
            heartbeat = heartbeat(welcomed ? HeartbeatType.ALIVE : HeartbeatType.HELLO);
            if (!welcomed) {
                lastHello = clock.instant();
            }
        } finally {
            lock.unlock();
        }
        outbox.heartbeat(heartbeat);
    }

    private Heartbeat heartbeat(HeartbeatType type) {
        List<RoleCapacity> capacities = new ArrayList<>();
        int capacity = 0;
        for (RolePool pool : roles.values()) {
            int slots = pool.slots();
            capacity += slots;
            capacities.add(RoleCapacity.newBuilder()
                    .setRole(pool.definition.getRole())
                    .setRoleVersion(pool.definition.getVersion())
                    .setAgents(pool.definition.getAgents())
                    .setSlots(slots)
                    .setFree(Math.max(0, slots - pool.busy()))
                    .build());
        }
        List<HeldLease> held = new ArrayList<>(leases.size());
        for (Lease lease : leases.values()) {
            Assignment assignment = lease.assignment;
            held.add(new HeldLease(
                    assignment.getLeaseId(),
                    assignment.getWorkflowId(),
                    assignment.getTaskId(),
                    assignment.getAttempt(),
                    lease.phase == Phase.FINISHED));
        }
        return Heartbeat.newBuilder()
                .setPool(identity.pool())
                .setWorkerId(identity.workerId())
                .setIncarnation(gate.incarnation())
                .setSequence(++heartbeatSequence)
                .setType(type)
                .setCommandPartition(identity.commandPartition())
                .setLastCommandSequence(gate.lastApplied())
                .setCapacity(capacity)
                .setRoles(capacities)
                .setLeases(held)
                .setLabels(identity.labels())
                .setHost(identity.host())
                .setSentAt(clock.instant())
                .build();
    }

    // ---------------------------------------------------------------------------------------------- commands

    /** Applies a command, if it is this worker's next one. */
    public void onCommand(WorkerCommand command) {
        Runnable rest;
        lock.lock();
        try {
            CommandGate.Verdict verdict = gate.judge(command);
            if (verdict != CommandGate.Verdict.NOT_MINE) {
                lastHeard = clock.instant();
                silenceNoted = false;
            }
            // What a heartbeat lists and the last command it names must fit: to core, a lease that is not listed
            // although its command was applied is lost. So both change under one lock; the rest follows without it.
            rest = switch (verdict) {
                case NOT_MINE, DUPLICATE -> () -> {};
                case REINTRODUCE ->
                    () -> reintroduce(
                            "command " + command.getSequence() + " (" + command.getType() + ") " + command.getReason());
                case APPLY -> apply(command);
            };
        } finally {
            lock.unlock();
        }
        rest.run();
    }

    /** Changes what is held, under the lock, and returns what is to be done without it. */
    private Runnable apply(WorkerCommand command) {
        String leaseId = command.getLeaseId();
        return switch (command.getType()) {
            case WELCOME -> welcome(command);
            case ASSIGN ->
                command.getAssignment() == null
                        ? () -> LOG.error("ASSIGN {} names no assignment; ignored", command.getSequence())
                        : assign(command.getAssignment());
            case ACKNOWLEDGE -> leaseId == null ? () -> {} : acknowledge(leaseId);
            case CANCEL -> {
                Lease lease = leaseId == null ? null : leases.get(leaseId);
                String reason = command.getReason();
                yield lease == null
                        ? () -> {}
                        : () -> stop(lease, StopCause.CANCEL, reason.isEmpty() ? "cancelled" : reason);
            }
            // REINTRODUCE never gets here; UNKNOWN is a command of a newer core.
            case REINTRODUCE, UNKNOWN ->
                () -> LOG.warn(
                        "command {} is of a kind that this worker does not know; ignored", command.getSequence());
        };
    }

    private Runnable welcome(WorkerCommand command) {
        boolean first = !welcomed;
        welcomed = true;
        if (command.getLeaseMs() > 0) {
            leaseTime = Duration.ofMillis(command.getLeaseMs());
        }
        List<String> resent = List.copyOf(resentAtStart);
        resentAtStart.clear();
        return () -> {
            // They were sent before the hello that this answers.
            resent.forEach(completedAttempts::remove);
            if (first) {
                LOG.info(
                        "welcomed into pool {} as {}@{}",
                        identity.pool(),
                        identity.workerId(),
                        command.getIncarnation());
                onWelcome.run();
            }
        };
    }

    private Runnable assign(Assignment assignment) {
        Lease lease = new Lease(assignment);
        if (leases.containsKey(lease.id())) {
            return () -> {};
        }
        leases.put(lease.id(), lease);
        AgentResult known = remembered.get(lease.id());
        if (known != null) {
            lease.phase = Phase.FINISHED;
            lease.result = known;
            lease.sentAt = clock.instant();
            return () -> {
                LOG.info("lease {} was completed before; answered with the result of then", lease.id());
                outbox.report(known);
            };
        }
        Agent agent = leastLoaded(assignment.getRole());
        if (agent == null) {
            return () -> finish(
                    lease,
                    AgentResultType.FAILED,
                    null,
                    failure(
                            FailureClass.TRANSIENT,
                            "ROLE_NOT_HELD",
                            "worker " + identity.workerId() + " holds no agent of role " + assignment.getRole(),
                            "Apply the role, or add it to fleet.worker.roles of this worker."),
                    null);
        }
        lease.agent = agent;
        lease.ticket = ++tickets;
        agent.load.add(lease);
        AgentHandle handle = agent.handle;
        AgentCall call = new AgentCall(lease.id(), lease.ticket);
        return () -> handle.submit(call);
    }

    private Runnable acknowledge(String leaseId) {
        Lease lease = leases.remove(leaseId);
        if (lease != null && lease.result != null) {
            remembered.put(leaseId, lease.result);
        }
        return () -> {
            completedAttempts.remove(leaseId);
            if (lease != null) {
                stop(lease, StopCause.ABANDONED, "core has no use for this attempt any more");
            }
        };
    }

    private @Nullable Agent leastLoaded(String role) {
        RolePool pool = roles.get(role);
        if (pool == null) {
            return null;
        }
        return pool.agents.stream()
                .filter(agent -> !agent.retired)
                .min(Comparator.comparingInt(agent -> agent.load.size()))
                .orElse(null);
    }

    /** Tells an attempt to stop: one that waits ends at once, one that runs has its children killed. */
    private void stop(Lease lease, StopCause cause, String reason) {
        Instant now = clock.instant();
        boolean waiting;
        lock.lock();
        try {
            if (lease.phase == Phase.FINISHED || lease.stopCause != null) {
                return;
            }
            lease.stopCause = cause;
            lease.stopAskedAt = now;
            lease.stopReason = reason;
            waiting = lease.phase == Phase.QUEUED;
        } finally {
            lock.unlock();
        }
        if (waiting) {
            finishStopped(lease, "");
        } else {
            killers.execute(() -> lease.cancellation.cancel(reason, now));
        }
    }

    private void finishStopped(Lease lease, String note) {
        StopCause cause = lease.stopCause;
        boolean timeout = cause == StopCause.TIMEOUT;
        finish(
                lease,
                timeout ? AgentResultType.FAILED : AgentResultType.CANCELLED,
                null,
                timeout
                        ? timeoutFailure(lease, note)
                        : failure(FailureClass.PERMANENT, "CANCELLED", lease.stopReason + note, ""),
                null);
    }

    private Failure timeoutFailure(Lease lease, String note) {
        return failure(
                FailureClass.TRANSIENT,
                "ATTEMPT_TIMEOUT",
                "attempt " + lease.assignment.getAttempt() + " of task " + lease.assignment.getTaskId()
                        + " took longer than " + lease.assignment.getTimeoutMs() + " ms" + note,
                "Raise the task's or the role's attempt timeout, or make the work smaller.");
    }

    private void reintroduce(String why) {
        List<Lease> dropped;
        lock.lock();
        try {
            long incarnation = gate.reintroduce(clock.millis());
            welcomed = false;
            heartbeatSequence = 0;
            dropped = List.copyOf(leases.values());
            leases.clear();
            LOG.warn(
                    "{} does not follow on command {}: beginning again as incarnation {}; {} attempts are stopped",
                    why,
                    gate.lastApplied(),
                    incarnation,
                    dropped.size());
        } finally {
            lock.unlock();
        }
        // Core gives their tasks to new attempts, perhaps here: two must not run at once.
        dropped.forEach(lease -> stop(lease, StopCause.ABANDONED, "the worker was introduced again: " + why));
        beatSoon.run();
    }

    /** Begins again because commands may have been lost on the way. */
    public void commandsLost(String why) {
        reintroduce(why);
    }

    // ---------------------------------------------------------------------------------------------- roles

    /** Applies a role's definition; null removes the role. Attempts under way end with the one they began with. */
    public void onRole(String role, @Nullable RoleDefinition definition) {
        if (!servesRole.test(role)) {
            return;
        }
        rolesLock.lock();
        try {
            changeRole(role, definition);
        } finally {
            rolesLock.unlock();
        }
        beatSoon.run();
    }

    private void changeRole(String role, @Nullable RoleDefinition definition) {
        int wanted = definition == null ? 0 : Math.max(0, definition.getAgents());
        int missing;
        int next;
        lock.lock();
        try {
            RolePool pool = roles.get(role);
            if (definition == null) {
                if (pool == null) {
                    return;
                }
                roles.remove(role);
                pool.agents.forEach(this::retire);
                return;
            }
            if (pool == null) {
                pool = new RolePool(definition);
                roles.put(role, pool);
            }
            pool.definition = definition;
            List<Agent> surplus = pool.agents.size() > wanted
                    ? List.copyOf(pool.agents.subList(wanted, pool.agents.size()))
                    : List.of();
            pool.agents.removeAll(surplus);
            surplus.forEach(this::retire);
            missing = wanted - pool.agents.size();
            next = pool.created;
            pool.created += Math.max(0, missing);
        } finally {
            lock.unlock();
        }
        Resources resources = definition == null || definition.getResources() == null
                ? Resources.newBuilder().build()
                : definition.getResources();
        for (int i = 0; i < missing; i++) {
            String id = role + "-" + (next + i + 1) + "@" + identity.workerId();
            Agent agent = new Agent(id, role, driver.create(id, resources));
            lock.lock();
            try {
                RolePool pool = roles.get(role);
                if (pool != null) {
                    pool.agents.add(agent);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes an agent out of service, as soon as it has nothing left to do. Under the lock. */
    private void retire(Agent agent) {
        agent.retired = true;
        if (agent.load.isEmpty() && agent.current == null) {
            retiring.remove(agent);
            AgentHandle handle = agent.handle;
            killers.execute(() -> driver.retire(handle));
        } else {
            retiring.add(agent);
        }
    }

    // ---------------------------------------------------------------------------------------------- attempts

    @Override
    public void run(AgentCall call) {
        Lease lease;
        Agent agent;
        RoleDefinition role;
        lock.lock();
        try {
            lease = leases.get(call.leaseId());
            if (lease == null || lease.ticket != call.ticket() || lease.phase != Phase.QUEUED || lease.agent == null) {
                return;
            }
            agent = lease.agent;
            RolePool pool = roles.get(agent.role);
            role = pool == null ? null : pool.definition;
            lease.phase = Phase.RUNNING;
            lease.startedAt = clock.instant();
            agent.current = lease;
        } finally {
            lock.unlock();
        }
        if (role == null) {
            finish(
                    lease,
                    AgentResultType.FAILED,
                    null,
                    failure(
                            FailureClass.TRANSIENT,
                            "ROLE_REMOVED",
                            "role " + agent.role + " was removed before the attempt began",
                            "Apply the role again."),
                    null);
        } else {
            send(lease, agent.id, AgentResultType.STARTED, "started", null, null, null);
            runNow(lease, agent, role);
        }
        lease.reporter = null;
        lock.lock();
        try {
            if (agent.current == lease) {
                agent.current = null;
            }
            if (agent.retired) {
                retire(agent);
            }
        } finally {
            lock.unlock();
        }
        // The thread is the actor's: an interrupt meant for this attempt must not reach the next one.
        Thread.interrupted();
    }

    private void runNow(Lease lease, Agent agent, RoleDefinition role) {
        LeaseReporter reporter = new LeaseReporter(lease, agent.id);
        lease.reporter = reporter::flush;
        AttemptEnd end;
        try {
            end = runner.run(new Attempt(
                    identity.pool(),
                    identity.workerId(),
                    incarnation(),
                    agent.id,
                    lease.assignment,
                    role,
                    lease.cancellation,
                    reporter));
        } catch (Cancellation.CancelledException e) {
            finishStopped(lease, "");
            return;
        } catch (Throwable e) {
            // Also errors: an agent that runs out of memory or stack fails its attempt, not the worker.
            LOG.error("agent {} crashed on lease {}", agent.id, lease.id(), e);
            finish(
                    lease,
                    AgentResultType.FAILED,
                    null,
                    failure(
                            FailureClass.AGENT,
                            "AGENT_CRASHED",
                            "agent " + agent.id + " crashed: " + e,
                            "See the worker's log; report it when it happens again."),
                    null);
            return;
        }
        if (end.status() == AttemptEnd.Status.CANCELLED && lease.stopCause == StopCause.TIMEOUT) {
            finish(lease, AgentResultType.FAILED, end.result(), timeoutFailure(lease, ""), end.brain());
            return;
        }
        AgentResultType type =
                switch (end.status()) {
                    case SUCCEEDED -> AgentResultType.SUCCEEDED;
                    case FAILED -> AgentResultType.FAILED;
                    case CANCELLED -> AgentResultType.CANCELLED;
                    case SKIPPED -> AgentResultType.SKIPPED;
                };
        finish(lease, type, end.result(), end.failure(), end.brain());
    }

    /** Ends a lease, once: whoever comes second, an agent that was given up on or a cancel that was too late, changes nothing. */
    private void finish(
            Lease lease,
            AgentResultType type,
            @Nullable TaskResult produced,
            @Nullable Failure failure,
            @Nullable BrainStamp brain) {
        String agentId;
        boolean held;
        lock.lock();
        try {
            if (lease.phase == Phase.FINISHED) {
                return;
            }
            lease.phase = Phase.FINISHED;
            held = leases.containsKey(lease.id());
            Agent agent = lease.agent;
            agentId = agent == null ? "" : agent.id;
            if (agent != null) {
                agent.load.remove(lease);
            }
        } finally {
            lock.unlock();
        }
        if (!held) {
            return;
        }
        send(lease, agentId, type, "", produced, failure, brain);
    }

    private void send(
            Lease lease,
            String agentId,
            AgentResultType type,
            String step,
            @Nullable TaskResult produced,
            @Nullable Failure failure,
            @Nullable BrainStamp brain) {
        Assignment assignment = lease.assignment;
        boolean end = type != AgentResultType.STARTED && type != AgentResultType.PROGRESS;
        synchronized (lease) {
            if (!end && lease.result != null) {
                return;
            }
            Instant now = clock.instant();
            AgentResult result = AgentResult.newBuilder()
                    .setPool(identity.pool())
                    .setTenant(assignment.getTenant())
                    .setWorkflowId(assignment.getWorkflowId())
                    .setTaskId(assignment.getTaskId())
                    .setAttempt(assignment.getAttempt())
                    .setLeaseId(assignment.getLeaseId())
                    .setWorkerId(identity.workerId())
                    .setIncarnation(incarnation())
                    .setAgentId(agentId)
                    .setRole(assignment.getRole())
                    .setSequence(lease.nextSequence())
                    .setType(type)
                    .setAt(now)
                    .setStep(step)
                    .setBrain(brain)
                    .setResult(produced)
                    .setFailure(failure)
                    .build();
            if (end) {
                lease.result = result;
                lease.sentAt = now;
                completedAttempts.put(result);
            }
            outbox.report(result);
        }
    }

    @Override
    public void lost(AgentCall call, Throwable cause) {
        AgentHandle handle = null;
        lock.lock();
        try {
            Lease lease = leases.get(call.leaseId());
            if (lease != null && lease.ticket == call.ticket() && lease.phase == Phase.QUEUED && lease.agent != null) {
                handle = lease.agent.handle;
            }
        } finally {
            lock.unlock();
        }
        if (handle != null) {
            LOG.warn("Ray lost the call of lease {} before it began; submitting it again", call.leaseId(), cause);
            handle.submit(call);
        }
    }

    // ---------------------------------------------------------------------------------------------- time

    /** Does what is due: timeouts, agents that do not stop, results not acknowledged, unanswered hellos. Called often. */
    public void tick() {
        Instant now = clock.instant();
        List<Lease> timedOut = new ArrayList<>();
        List<Agent> stuck = new ArrayList<>();
        List<AgentResult> again = new ArrayList<>();
        List<Consumer<Instant>> reporters = new ArrayList<>();
        boolean hello;
        lock.lock();
        try {
            for (Agent agent : busyAgents()) {
                Lease lease = agent.current;
                if (lease == null) {
                    continue;
                }
                if (lease.reporter != null) {
                    reporters.add(lease.reporter);
                }
                if (lease.stopAskedAt != null) {
                    if (!now.isBefore(lease.stopAskedAt.plus(timings.stopGrace()))) {
                        stuck.add(agent);
                    }
                } else if (lease.phase == Phase.RUNNING
                        && lease.startedAt != null
                        && !now.isBefore(lease.startedAt.plusMillis(lease.assignment.getTimeoutMs()))) {
                    timedOut.add(lease);
                }
            }
            for (Lease lease : leases.values()) {
                if (lease.result != null && lease.sentAt != null && !now.isBefore(lease.sentAt.plus(leaseTime))) {
                    lease.sentAt = now;
                    again.add(lease.result);
                }
            }
            hello = introduced
                    && !welcomed
                    && (lastHello == null || !now.isBefore(lastHello.plus(timings.helloRepeat())));
            if (welcomed && !silenceNoted && !leases.isEmpty() && !now.isBefore(lastHeard.plus(leaseTime))) {
                silenceNoted = true;
                LOG.warn(
                        "nothing heard from core for {} s while {} leases are held; agents go on, results are sent again"
                                + " until they are acknowledged",
                        leaseTime.toSeconds(),
                        leases.size());
            }
        } finally {
            lock.unlock();
        }
        timedOut.forEach(lease -> stop(lease, StopCause.TIMEOUT, "attempt timeout"));
        stuck.forEach(this::replace);
        again.forEach(outbox::report);
        reporters.forEach(reporter -> reporter.accept(now));
        if (hello) {
            beatSoon.run();
        }
    }

    private Collection<Agent> busyAgents() {
        List<Agent> busy = new ArrayList<>(retiring);
        for (RolePool pool : roles.values()) {
            for (Agent agent : pool.agents) {
                if (agent.current != null) {
                    busy.add(agent);
                }
            }
        }
        return busy;
    }

    /** Ends the attempt of an agent that does not stop, and gives the agent a fresh actor. */
    private void replace(Agent agent) {
        Lease stuck;
        lock.lock();
        try {
            stuck = agent.current;
        } finally {
            lock.unlock();
        }
        if (stuck == null) {
            return;
        }
        LOG.warn(
                "agent {} did not stop lease {} within {} ms: giving it a fresh actor; the old one is left to itself",
                agent.id,
                stuck.id(),
                timings.stopGrace().toMillis());
        finishStopped(stuck, "; the agent did not stop and was replaced");
        AgentHandle fresh = driver.create(agent.id, Resources.newBuilder().build());
        List<AgentCall> moved = new ArrayList<>();
        AgentHandle old;
        lock.lock();
        try {
            if (agent.current != stuck) {
                // It came back while the fresh actor was made.
                old = fresh;
            } else {
                old = agent.handle;
                agent.handle = fresh;
                agent.current = null;
                for (Lease lease : agent.load) {
                    lease.ticket = ++tickets;
                    moved.add(new AgentCall(lease.id(), lease.ticket));
                }
            }
        } finally {
            lock.unlock();
        }
        if (old == fresh) {
            driver.retire(fresh);
        } else {
            driver.abandon(old);
            moved.forEach(fresh::submit);
        }
    }

    /** Ends every attempt with a failure that core retries elsewhere, and says goodbye. */
    public void close() {
        List<Lease> unfinished;
        lock.lock();
        try {
            if (closing) {
                return;
            }
            closing = true;
            unfinished = leases.values().stream()
                    .filter(lease -> lease.phase != Phase.FINISHED)
                    .toList();
        } finally {
            lock.unlock();
        }
        for (Lease lease : unfinished) {
            lease.cancellation.cancel("the worker stops", clock.instant());
            finish(
                    lease,
                    AgentResultType.FAILED,
                    null,
                    failure(
                            FailureClass.AGENT,
                            "WORKER_STOPPED",
                            "worker " + identity.workerId() + " was stopped while it ran this attempt",
                            ""),
                    null);
        }
        Heartbeat goodbye;
        lock.lock();
        try {
            goodbye = introduced ? heartbeat(HeartbeatType.GOODBYE) : null;
        } finally {
            lock.unlock();
        }
        if (goodbye != null) {
            outbox.heartbeat(goodbye);
        }
        driver.close();
    }

    /** What the worker holds now, for tests and diagnostics: lease ids that are not acknowledged. */
    public List<String> heldLeases() {
        lock.lock();
        try {
            return List.copyOf(leases.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** The version of a role in force, if the worker holds agents of it. */
    public Optional<Integer> roleVersion(String role) {
        lock.lock();
        try {
            return Optional.ofNullable(roles.get(role)).map(pool -> pool.definition.getVersion());
        } finally {
            lock.unlock();
        }
    }

    private static Failure failure(FailureClass failureClass, String code, String message, String remedy) {
        return Failure.newBuilder()
                .setFailureClass(failureClass)
                .setCode(code)
                .setMessage(message)
                .setRemedy(remedy)
                .build();
    }

    /** Reports for one lease. */
    private final class LeaseReporter implements AttemptReporter {

        private final Lease lease;
        private final String agentId;
        private String lastStep = "";
        private Instant lastSent = Instant.MIN;
        private @Nullable String waiting;

        LeaseReporter(Lease lease, String agentId) {
            this.lease = lease;
            this.agentId = agentId;
        }

        @Override
        public void progress(String step) {
            Instant now = clock.instant();
            synchronized (this) {
                if (step.equals(lastStep)) {
                    return;
                }
                lastStep = step;
                waiting = step;
            }
            flush(now);
        }

        /** Sends the latest step, unless one was sent only just now: then a later flush does. */
        void flush(Instant now) {
            String step;
            synchronized (this) {
                if (waiting == null || now.isBefore(lastSent.plus(timings.progressInterval()))) {
                    return;
                }
                step = waiting;
                waiting = null;
                lastSent = now;
            }
            send(lease, agentId, AgentResultType.PROGRESS, step, null, null, null);
        }

        @Override
        public void audit(AuditEvent.Builder event) {
            outbox.audit(writer(), event);
        }

        @Override
        public void fact(KnowledgeFact fact) {
            outbox.fact(fact);
        }
    }
}
