package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.worker.protocol.Lease.Phase;
import io.sweaifleet.agent.worker.protocol.Lease.StopCause;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker knows and decides, without doing anything: every method takes what happened, changes what is held and
 * returns what is to be done about it. Guarded by its own monitor, the worker's lock; effects are carried out without it.
 *
 * <p>What a heartbeat lists and the last command it names must fit: to core, a lease that is not listed although its
 * command was applied is lost. So both change within one call.
 */
final class Protocol {

    private static final Logger LOG = LoggerFactory.getLogger(Protocol.class);
    private static final List<Effect> NOTHING = List.of();

    private final WorkerIdentity identity;
    private final Duration stopGrace;
    private final Session session;
    private final Freeze freeze;
    private final LeaseBook leases;
    private final Crew crew = new Crew();

    /** Leases of an earlier process whose results were sent again before the hello that a welcome answers. */
    private final List<String> resentAtStart = new ArrayList<>();

    /**
     * An attempt that begins.
     *
     * @param lease lease that it runs under
     * @param agent agent that runs it
     * @param role the agent's role as it is in force now; null when it was removed
     */
    record Turn(Lease lease, Agent agent, @Nullable RoleDefinition role) {}

    /** @param freeze holds the attempts of this worker */
    Protocol(WorkerIdentity identity, WorkerTimings timings, Freeze freeze, Instant now) {
        this.identity = identity;
        this.stopGrace = timings.stopGrace();
        this.freeze = freeze;
        this.leases = new LeaseBook(freeze);
        this.session = new Session(identity, timings.helloRepeat(), now);
    }

    /** Start of the current incarnation, ms since the epoch. May be called without the lock. */
    long incarnation() {
        return session.incarnation();
    }

    // ---------------------------------------------------------------------------------------------- core

    /** The worker may speak; these results of an earlier process are sent before it does. */
    void introduce(List<AgentResult> left) {
        for (AgentResult result : left) {
            leases.remember(result);
            resentAtStart.add(result.getLeaseId());
        }
        session.introduce();
    }

    /** The heartbeat of this moment; nothing before the introduction and once the worker ends. */
    Optional<Heartbeat> heartbeat(Instant now) {
        return session.heartbeatDue(now).map(type -> heartbeat(type, now));
    }

    /** Time between two heartbeats, see {@link Session#heartbeatInterval}. */
    Duration heartbeatInterval(Duration longest) {
        return session.heartbeatInterval(longest);
    }

    /** The last heartbeat; nothing when core never heard of this worker. */
    Optional<Heartbeat> goodbye(Instant now) {
        return session.isIntroduced() ? Optional.of(heartbeat(HeartbeatType.GOODBYE, now)) : Optional.empty();
    }

    private Heartbeat heartbeat(HeartbeatType type, Instant now) {
        List<RoleCapacity> capacities = crew.capacities();
        return session.heartbeat(type, now)
                .setCapacity(
                        capacities.stream().mapToInt(RoleCapacity::getSlots).sum())
                .setRoles(capacities)
                .setLeases(leases.listed())
                // An answer also shows that core has read it.
                .setConfirm(freeze.isHeld() || session.isDraining())
                .build();
    }

    /** Applies a command, if it is this worker's next one. */
    List<Effect> command(WorkerCommand command, Instant now) {
        // Judged by what was known before this command: whatever comes first does not resume what may be others' by
        // now.
        List<Effect> effects = new ArrayList<>(freezeWhenDue(now));
        switch (session.hear(command, now)) {
            case NOT_MINE, DUPLICATE -> {}
            case REINTRODUCE ->
                effects.addAll(reintroduce(
                        "command " + command.getSequence() + " (" + command.getType() + ") " + command.getReason(),
                        now));
            case APPLY -> {
                effects.addAll(apply(command, now));
                freeze.extend(session.leasesUntil());
                effects.addAll(freezeWhenDue(now));
            }
        }
        return effects;
    }

    /** Freezes what runs, and asks, when core has not named a heartbeat of the last lease's time. */
    private List<Effect> freezeWhenDue(Instant now) {
        if (freeze.isHeld() || now.isBefore(session.leasesUntil())) {
            return NOTHING;
        }
        List<Lease> unfinished = leases.unfinished();
        if (unfinished.isEmpty()) {
            return NOTHING;
        }
        Instant first = unfinished.stream()
                .map(lease -> lease.takenAt)
                .min(Comparator.naturalOrder())
                .orElse(now);
        freeze.hold(first.isAfter(session.leasesUntil()) ? first : session.leasesUntil());
        return List.of(
                Hands::settleFreeze,
                Hands::beatSoon,
                hands -> LOG.warn(
                        "core has acknowledged no heartbeat for {} s, so others may have been given what this worker"
                                + " does: {} attempts are frozen until core lists their leases",
                        session.leaseTime().toSeconds(),
                        unfinished.size()));
    }

    /** Goes on with what core lists, in answer to a heartbeat that asked, and with nothing else. */
    private List<Effect> confirm(WorkerCommand command, Instant now) {
        session.leaseTimeOf(command);
        List<String> confirmed = command.getConfirmed();
        if (confirmed == null) {
            return NOTHING;
        }
        List<Effect> effects = new ArrayList<>();
        Set<String> ours = Set.copyOf(confirmed);
        for (Lease lease : leases.unfinished()) {
            if (!ours.contains(lease.id())) {
                effects.addAll(stop(lease, StopCause.ABANDONED, "core does not list its lease any more", now));
            }
        }
        // An answer that lay on the way for a lease's time says nothing about now.
        if (freeze.isHeld() && now.isBefore(session.leasesUntil())) {
            effects.addAll(release());
            long frozenMs = freeze.frozen().toMillis();
            effects.add(hands -> LOG.info(
                    "core lists {} leases: their attempts go on; this worker has been frozen for {} ms so far, all in all",
                    confirmed.size(),
                    frozenMs));
        }
        return effects;
    }

    private List<Effect> release() {
        boolean held = freeze.isHeld();
        freeze.release(session.leasesUntil());
        return held ? List.of(Hands::settleFreeze) : NOTHING;
    }

    private List<Effect> apply(WorkerCommand command, Instant now) {
        String leaseId = command.getLeaseId();
        Assignment assignment = command.getAssignment();
        switch (command.getType()) {
            case WELCOME -> {
                return welcome(command);
            }
            case ASSIGN -> {
                if (assignment != null) {
                    return assign(assignment, now);
                }
            }
            case ACKNOWLEDGE -> {
                if (leaseId != null) {
                    return acknowledge(leaseId, now);
                }
            }
            case CANCEL -> {
                if (leaseId != null) {
                    return cancel(leaseId, command.getReason(), now);
                }
            }
            case CONFIRM -> {
                return confirm(command, now);
            }
            case ANSWER -> {
                ApprovalAnswer answer = command.getAnswer();
                if (leaseId != null && answer != null) {
                    return answer(leaseId, answer);
                }
            }
            // REINTRODUCE never gets here; UNKNOWN is a command of a newer core.
            case REINTRODUCE, UNKNOWN -> {}
        }
        return List.of(hands -> LOG.error(
                "command {} ({}) is ignored: it lacks what it is about, or is of a kind that this worker does not know",
                command.getSequence(),
                command.getType()));
    }

    private List<Effect> welcome(WorkerCommand command) {
        List<Effect> effects = new ArrayList<>();
        for (String leaseId : resentAtStart) {
            effects.add(hands -> hands.forget(leaseId));
        }
        resentAtStart.clear();
        // What an earlier incarnation held was told to stop.
        if (leases.unfinished().isEmpty()) {
            effects.addAll(release());
        }
        if (session.welcome(command)) {
            effects.add(hands -> {
                LOG.info(
                        "welcomed into pool {} as {}@{}",
                        identity.pool(),
                        identity.workerId(),
                        command.getIncarnation());
                hands.welcomed();
            });
        }
        return effects;
    }

    private List<Effect> assign(Assignment assignment, Instant now) {
        Lease lease = leases.take(assignment, now);
        if (lease == null) {
            return NOTHING;
        }
        AgentResult known = lease.result;
        if (known != null) {
            return List.of(hands -> {
                LOG.info("lease {} was completed before; answered with the result of then", lease.id());
                hands.reportAgain(known);
            });
        }
        Agent agent = crew.leastLoaded(assignment.getRole());
        if (agent == null) {
            return end(lease, Ending.failed(Failures.roleNotHeld(identity.workerId(), assignment.getRole())));
        }
        AgentHandle actor = agent.handle;
        AgentCall call = leases.give(lease, agent);
        return List.of(hands -> hands.submit(actor, call));
    }

    private List<Effect> acknowledge(String leaseId, Instant now) {
        List<Effect> effects = new ArrayList<>(2);
        effects.add(hands -> hands.forget(leaseId));
        Lease lease = leases.release(leaseId);
        if (lease != null) {
            effects.addAll(stop(lease, StopCause.ABANDONED, "core has no use for this attempt any more", now));
        }
        return effects;
    }

    /** What is not held any more, or does not wait, has no use for it. */
    private List<Effect> answer(String leaseId, ApprovalAnswer answer) {
        Lease lease = leases.find(leaseId);
        LeaseReporter reporter = lease == null ? null : lease.reporter;
        return reporter == null ? NOTHING : List.of(hands -> reporter.answered(answer));
    }

    private List<Effect> cancel(String leaseId, String reason, Instant now) {
        Lease lease = leases.find(leaseId);
        return lease == null ? NOTHING : stop(lease, StopCause.CANCEL, reason.isEmpty() ? "cancelled" : reason, now);
    }

    /** Begins again as a new incarnation. Core gives the tasks to new attempts, perhaps here: two must not run at once. */
    List<Effect> reintroduce(String why, Instant now) {
        long lastApplied = session.lastApplied();
        session.reintroduce(now);
        long incarnation = session.incarnation();
        List<Lease> dropped = leases.releaseAll();
        List<Effect> effects = new ArrayList<>();
        effects.add(hands -> LOG.warn(
                "{} does not follow on command {}: beginning again as incarnation {}; {} attempts are stopped",
                why,
                lastApplied,
                incarnation,
                dropped.size()));
        for (Lease lease : dropped) {
            effects.addAll(stop(lease, StopCause.ABANDONED, "the worker was introduced again: " + why, now));
        }
        effects.add(Hands::beatSoon);
        return effects;
    }

    // ---------------------------------------------------------------------------------------------- roles

    /** Puts a role's definition in force; null removes the role. Attempts under way end with the one they began with. */
    Crew.Change role(String role, @Nullable RoleDefinition definition) {
        return crew.change(role, definition);
    }

    /** The version of a role in force. */
    Optional<Integer> roleVersion(String role) {
        return crew.definition(role).map(RoleDefinition::getVersion);
    }

    /** What an actor of a role needs. */
    Resources resources(String role) {
        return crew.resources(role);
    }

    /** Takes an agent into service. */
    void hire(Agent agent) {
        crew.add(agent);
    }

    // ---------------------------------------------------------------------------------------------- attempts

    /** The attempt that an actor is to run for a call; nothing for an outdated call. */
    Optional<Turn> begin(AgentCall call, Instant now) {
        Lease lease = leases.waitingFor(call);
        if (lease == null || lease.agent == null) {
            return Optional.empty();
        }
        Agent agent = lease.agent;
        lease.phase = Phase.RUNNING;
        lease.startedAt = now;
        agent.current = lease;
        return Optional.of(new Turn(lease, agent, crew.definition(agent.role).orElse(null)));
    }

    /** Ends a lease, once: whoever comes second, an agent that was given up on or a cancel that was too late, changes nothing. */
    List<Effect> end(Lease lease, Ending ending) {
        if (lease.phase == Phase.FINISHED) {
            return NOTHING;
        }
        lease.phase = Phase.FINISHED;
        if (lease.agent != null) {
            lease.agent.load.remove(lease);
        }
        return leases.holds(lease) ? List.of(hands -> hands.reportEnd(lease, ending)) : NOTHING;
    }

    /** An actor has come back from a lease. */
    List<Effect> rest(Agent agent, Lease lease) {
        if (agent.current == lease) {
            agent.current = null;
        }
        AgentHandle actor = agent.handle;
        return crew.leaves(agent) ? List.of(hands -> hands.takeBack(actor)) : NOTHING;
    }

    /** A call was lost on its way to the actor. */
    List<Effect> lost(AgentCall call) {
        Lease lease = leases.waitingFor(call);
        if (lease == null || lease.agent == null) {
            return NOTHING;
        }
        AgentHandle actor = lease.agent.handle;
        return List.of(hands -> hands.submit(actor, call));
    }

    /** Tells an attempt to stop: one that waits ends at once, one that runs has its children killed. */
    private List<Effect> stop(Lease lease, StopCause cause, String reason, Instant now) {
        if (lease.phase == Phase.FINISHED || lease.stop != null) {
            return NOTHING;
        }
        Lease.Stop stop = new Lease.Stop(cause, reason, now);
        lease.stop = stop;
        return lease.phase == Phase.QUEUED
                ? end(lease, Ending.stopped(lease, stop, ""))
                : List.of(hands -> hands.kill(lease, reason, now));
    }

    /** Ends the attempt of an agent that did not stop. */
    List<Effect> giveUpOn(Lease stuck) {
        Lease.Stop stop = stuck.stop;
        return stop == null
                ? NOTHING
                : end(stuck, Ending.stopped(stuck, stop, "; the agent did not stop and was replaced"));
    }

    /** Moves an agent, and what waits for it, from an actor that does not come back to a fresh one. */
    List<Effect> move(Agent agent, Lease stuck, AgentHandle fresh) {
        if (agent.current != stuck) {
            // It came back while the fresh actor was made.
            return List.of(hands -> hands.takeBack(fresh));
        }
        AgentHandle old = agent.handle;
        agent.handle = fresh;
        agent.current = null;
        List<Effect> effects = new ArrayList<>();
        effects.add(hands -> hands.abandon(old));
        for (Lease lease : List.copyOf(agent.load)) {
            AgentCall call = leases.give(lease, agent);
            effects.add(hands -> hands.submit(fresh, call));
        }
        if (crew.leaves(agent)) {
            effects.add(hands -> hands.takeBack(fresh));
        }
        return effects;
    }

    // ---------------------------------------------------------------------------------------------- time

    /** What is due: timeouts, agents that do not stop, steps that wait, results not acknowledged, unanswered hellos. */
    List<Effect> due(Instant now) {
        List<Effect> effects = new ArrayList<>(freezeWhenDue(now));
        for (Agent agent : crew.working()) {
            if (agent.current != null) {
                dueOf(agent, agent.current, now, effects);
            }
        }
        Instant unanswered = now.minus(session.leaseTime());
        for (Lease lease : leases.all()) {
            AgentResult result = lease.result;
            if (result != null && lease.isUnacknowledgedSince(unanswered)) {
                lease.sentAt = now;
                effects.add(hands -> hands.reportAgain(result));
            }
        }
        if (session.helloDue(now)) {
            effects.add(Hands::beatSoon);
        }
        int held = leases.size();
        if (held > 0 && session.noticesSilence(now)) {
            effects.add(hands -> LOG.warn(
                    "nothing heard from core for {} s while {} leases are held; agents go on, results are sent again"
                            + " until they are acknowledged",
                    session.leaseTime().toSeconds(),
                    held));
        }
        return effects;
    }

    private void dueOf(Agent agent, Lease lease, Instant now, List<Effect> effects) {
        LeaseReporter reporter = lease.reporter;
        if (reporter != null) {
            effects.add(hands -> hands.flush(reporter, now));
        }
        if (lease.stop != null) {
            if (!now.isBefore(lease.stop.askedAt().plus(stopGrace))) {
                effects.add(hands -> hands.replace(agent, lease));
            }
        } else if (lease.startedAt != null && !freeze.isHeld() && !now.isBefore(lease.timeoutAt(lease.startedAt))) {
            effects.addAll(stop(lease, StopCause.TIMEOUT, "attempt timeout", now));
        }
    }

    /** The worker is to be given nothing any more, and ends what it has. */
    void drain() {
        session.drain();
    }

    /** True when a worker that drains has nothing any more, or cannot go on with it. */
    boolean isDrained() {
        return freeze.isHeld() || leases.size() == 0 && session.isLeftAlone();
    }

    /** The worker ends; false when it was told before. */
    boolean close() {
        return session.close();
    }

    /** Ends every attempt with a failure that core retries elsewhere. */
    List<Effect> endAll(Instant now) {
        List<Effect> effects = new ArrayList<>();
        for (Lease lease : leases.all()) {
            if (lease.phase != Phase.FINISHED) {
                effects.add(hands -> lease.cancellation.cancel("the worker stops", now));
                effects.addAll(end(lease, Ending.failed(Failures.workerStopped(identity.workerId()))));
            }
        }
        return effects;
    }

    /** Lease ids that are not acknowledged. */
    List<String> heldLeases() {
        return leases.all().stream().map(Lease::id).toList();
    }
}
