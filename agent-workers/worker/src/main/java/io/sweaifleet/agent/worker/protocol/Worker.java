package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker without its transport: applies core's commands, gives attempts to agents, and says what became of them. Every
 * method may be called from any thread. What is to be done is decided by {@link Protocol} under its monitor; nothing is
 * sent, and no actor is called, while that is held.
 */
public final class Worker implements AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerIdentity identity;
    private final WorkerTimings timings;
    private final Predicate<String> servesRole;
    private final AttemptRunner runner;
    private final Outbox outbox;
    private final CompletedAttempts completedAttempts;
    private final Executor killers;
    private final Runnable beatSoon;
    private final Runnable onWelcome;
    private final InstantSource clock;

    private final Freeze freeze;
    private final Protocol protocol;
    private final Reports reports;
    private final Hands hands = new WorkerHands();
    private final AgentDriver driver;

    /** Held while actors are made and roles change, so that two changes do not mix. Taken before the protocol's monitor. */
    private final Object roleChanges = new Object();

    /**
     * What a worker is made of.
     *
     * @param runner runs the attempts
     * @param outbox takes the records
     * @param completedAttempts remembers results until core has taken them
     * @param killers where attempts that were told to stop have their children killed
     * @param beatSoon has {@link #beat} called soon
     * @param onWelcome told when core has accepted an incarnation
     */
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
        this.runner = parts.runner();
        this.outbox = parts.outbox();
        this.completedAttempts = parts.completedAttempts();
        this.killers = parts.killers();
        this.beatSoon = parts.beatSoon();
        this.onWelcome = parts.onWelcome();
        this.clock = parts.clock();
        this.freeze = new Freeze(clock);
        this.protocol = new Protocol(identity, timings, freeze, clock.instant());
        this.reports = new Reports(identity, protocol::incarnation, timings, parts.clock(), outbox, completedAttempts);
        this.driver = drivers.apply(this);
    }

    /** Start of the current incarnation, ms since the epoch. */
    public long incarnation() {
        return protocol.incarnation();
    }

    /** Decides under the lock, then does what was decided without it. */
    private void decide(Supplier<List<Effect>> decision) {
        List<Effect> effects;
        synchronized (protocol) {
            effects = decision.get();
        }
        for (Effect effect : effects) {
            effect.by(hands);
        }
    }

    // ---------------------------------------------------------------------------------------------- core

    /** Begins to speak: sends again what an earlier process left unacknowledged, then says hello. The caller has read its place in the command partition before. */
    public void introduce() {
        List<AgentResult> left = completedAttempts.unacknowledged();
        synchronized (protocol) {
            protocol.introduce(left);
        }
        left.forEach(outbox::report);
        if (!left.isEmpty()) {
            LOG.info("sent {} results again that an earlier process of this worker left unacknowledged", left.size());
        }
        beatSoon.run();
    }

    /** Sends the heartbeat that is due; called by one thread at a time. */
    public void beat() {
        Optional<Heartbeat> heartbeat;
        synchronized (protocol) {
            heartbeat = protocol.heartbeat(clock.instant());
        }
        heartbeat.ifPresent(outbox::heartbeat);
    }

    /** Time until the next heartbeat is due: what core asked for in its last WELCOME, but never more than the longest. */
    public Duration heartbeatInterval(Duration longest) {
        synchronized (protocol) {
            return protocol.heartbeatInterval(longest);
        }
    }

    /** Applies a command, if it is this worker's next one. */
    public void onCommand(WorkerCommand command) {
        decide(() -> protocol.command(command, clock.instant()));
        synchronized (protocol) {
            protocol.notifyAll();
        }
    }

    /** Begins again because commands may have been lost on the way. */
    public void commandsLost(String why) {
        decide(() -> protocol.reintroduce(why, clock.instant()));
    }

    /** Does what is due: timeouts, agents that do not stop, results not acknowledged, unanswered hellos. Called often. */
    public void tick() {
        decide(() -> protocol.due(clock.instant()));
    }

    /**
     * Takes nothing new from now on. Returns when what it was given has ended and core has taken the results, when core is not heard
     * any more, or after a time.
     */
    public void drain(Duration atMost) throws InterruptedException {
        if (atMost.isZero()) {
            return;
        }
        long until = System.nanoTime() + atMost.toNanos();
        int held;
        synchronized (protocol) {
            protocol.drain();
            held = protocol.heldLeases().size();
        }
        if (held > 0) {
            LOG.info("told to end: {} attempts go on for up to {} s, none begins", held, atMost.toSeconds());
        }
        beatSoon.run();
        synchronized (protocol) {
            for (long left = atMost.toNanos(); left > 0 && !protocol.isDrained(); left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(protocol, left);
            }
        }
    }

    /** Ends every attempt with a failure that core retries elsewhere, and says goodbye. */
    public void close() {
        List<Effect> effects;
        synchronized (protocol) {
            if (!protocol.close()) {
                return;
            }
            effects = protocol.endAll(clock.instant());
        }
        effects.forEach(effect -> effect.by(hands));
        Optional<Heartbeat> goodbye;
        synchronized (protocol) {
            goodbye = protocol.goodbye(clock.instant());
        }
        goodbye.ifPresent(outbox::heartbeat);
        driver.close();
    }

    // ---------------------------------------------------------------------------------------------- roles

    /** Applies a role's definition; null removes the role. Attempts under way end with the one they began with. */
    public void onRole(String role, @Nullable RoleDefinition definition) {
        if (!servesRole.test(role)) {
            return;
        }
        synchronized (roleChanges) {
            Crew.Change change;
            Resources resources;
            synchronized (protocol) {
                change = protocol.role(role, definition);
                resources = protocol.resources(role);
            }
            change.idle().forEach(agent -> hands.takeBack(agent.handle));
            for (int i = 0; i < change.missing(); i++) {
                String id = role + "-" + (change.firstNumber() + i) + "@" + identity.workerId();
                AgentHandle handle;
                try {
                    handle = driver.create(id, resources, change.missing() - 1 - i);
                } catch (RuntimeException e) {
                    LOG.error("role {} gets fewer agents than it asks for: {}", role, e.getMessage());
                    break;
                }
                Agent agent = new Agent(id, role, handle);
                synchronized (protocol) {
                    protocol.hire(agent);
                }
                beatSoon.run();
            }
        }
        beatSoon.run();
    }

    // ---------------------------------------------------------------------------------------------- attempts

    @Override
    public void run(AgentCall call) {
        Optional<Protocol.Turn> begun;
        synchronized (protocol) {
            begun = protocol.begin(call, clock.instant());
        }
        if (begun.isEmpty()) {
            return;
        }
        Protocol.Turn turn = begun.get();
        Ending ending = ending(turn);
        decide(() -> protocol.end(turn.lease(), ending));
        turn.lease().reporter = null;
        decide(() -> protocol.rest(turn.agent(), turn.lease()));
        // The thread is the actor's: an interrupt meant for this attempt must not reach the next one.
        Thread.interrupted();
    }

    private Ending ending(Protocol.Turn turn) {
        Lease lease = turn.lease();
        Agent agent = turn.agent();
        RoleDefinition role = turn.role();
        if (role == null) {
            return Ending.failed(Failures.roleRemoved(agent.role));
        }
        try {
            // A lease that was given while core did not hear the worker may be another's by now.
            lease.cancellation.check();
            reports.started(lease, agent);
            LeaseReporter reporter = reports.reporter(lease, agent);
            lease.reporter = reporter;
            return Ending.of(
                    runner.run(new Attempt(
                            identity.pool(),
                            identity.workerId(),
                            incarnation(),
                            agent.id,
                            lease.assignment,
                            role,
                            lease.cancellation,
                            reporter)),
                    lease);
        } catch (Cancellation.CancelledException e) {
            Lease.Stop stop = lease.stop;
            return stop == null ? Ending.cancelled(String.valueOf(e.getMessage())) : Ending.stopped(lease, stop, "");
        } catch (Throwable e) {
            // Also errors: an agent that runs out of memory or stack fails its attempt, not the worker.
            LOG.error("agent {} crashed on lease {}", agent.id, lease.id(), e);
            return Ending.failed(Failures.crashed(agent.id, e));
        }
    }

    @Override
    public void lost(AgentCall call, Throwable cause) {
        LOG.warn("Ray lost the call of lease {}; it is submitted again unless it began", call.leaseId(), cause);
        decide(() -> protocol.lost(call));
    }

    /** What the worker holds now, for tests and diagnostics: lease ids that are not acknowledged. */
    public List<String> heldLeases() {
        synchronized (protocol) {
            return protocol.heldLeases();
        }
    }

    /** The version of a role in force, if the worker holds agents of it. */
    public Optional<Integer> roleVersion(String role) {
        synchronized (protocol) {
            return protocol.roleVersion(role);
        }
    }

    /** Does what the protocol decided. */
    private final class WorkerHands implements Hands {

        @Override
        public void submit(AgentHandle actor, AgentCall call) {
            actor.submit(call);
        }

        @Override
        public void reportEnd(Lease lease, Ending ending) {
            reports.ended(lease, ending);
        }

        @Override
        public void reportAgain(AgentResult result) {
            outbox.report(result);
        }

        @Override
        public void kill(Lease lease, String reason, Instant now) {
            killers.execute(() -> lease.cancellation.cancel(reason, now));
        }

        @Override
        public void settleFreeze() {
            killers.execute(freeze::settle);
        }

        @Override
        public void flush(LeaseReporter reporter, Instant now) {
            reporter.flush(now);
        }

        @Override
        public void forget(String leaseId) {
            completedAttempts.remove(leaseId);
        }

        @Override
        public void replace(Agent agent, Lease stuck) {
            Resources resources;
            synchronized (protocol) {
                if (agent.current != stuck) {
                    return;
                }
                resources = protocol.resources(agent.role);
            }
            LOG.warn(
                    "agent {} did not stop lease {} within {} ms: giving it a fresh actor; the old one is left to"
                            + " itself",
                    agent.id,
                    stuck.id(),
                    timings.stopGrace().toMillis());
            decide(() -> protocol.giveUpOn(stuck));
            AgentHandle fresh = driver.create(agent.id, resources);
            decide(() -> protocol.move(agent, stuck, fresh));
        }

        @Override
        public void takeBack(AgentHandle actor) {
            driver.retire(actor);
        }

        @Override
        public void abandon(AgentHandle actor) {
            driver.abandon(actor);
        }

        @Override
        public void beatSoon() {
            beatSoon.run();
        }

        @Override
        public void welcomed() {
            onWelcome.run();
        }
    }
}
