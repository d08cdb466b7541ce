package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a worker stands with core: as which incarnation, whether it was welcomed, when it heard last. Guarded by the worker's lock, but for {@link #incarnation}. */
final class Session {

    /** Until core says how long leases last. */
    private static final Duration LEASE_TIME = Duration.ofSeconds(30);

    private final WorkerIdentity identity;
    private final Duration helloRepeat;
    private final CommandGate gate;
    private final Heard heard = new Heard();

    private boolean introduced;
    private boolean welcomed;
    private boolean closing;
    private boolean draining;
    /** Sequence of the first heartbeat that said so; 0 before. */
    private long drainsFrom;

    private boolean drainHeard;
    private Duration leaseTime = LEASE_TIME;
    private @Nullable Duration heartbeatInterval;
    private long heartbeats;
    private @Nullable Instant lastHello;
    private Instant lastHeard;
    private boolean silenceNoted;

    Session(WorkerIdentity identity, Duration helloRepeat, Instant now) {
        this.identity = identity;
        this.helloRepeat = helloRepeat;
        this.gate = new CommandGate(identity.pool(), identity.workerId(), now.toEpochMilli());
        this.lastHeard = now;
    }

    /** Start of the current incarnation, ms since the epoch. May be called without the lock. */
    long incarnation() {
        return gate.incarnation();
    }

    /** Sequence of the last command applied. */
    long lastApplied() {
        return gate.lastApplied();
    }

    /** Judges a command; whatever core says to this worker is a sign that it is there. */
    CommandGate.Verdict hear(WorkerCommand command, Instant now) {
        CommandGate.Verdict verdict = gate.judge(command);
        if (verdict != CommandGate.Verdict.NOT_MINE) {
            lastHeard = now;
            silenceNoted = false;
        }
        if (verdict == CommandGate.Verdict.APPLY) {
            heard.named(command.getHeartbeat());
            drainHeard |= drainsFrom > 0 && command.getHeartbeat() >= drainsFrom;
        }
        return verdict;
    }

    /** The worker may speak from now on. */
    void introduce() {
        introduced = true;
    }

    /** Core has accepted this incarnation; false when it said so before. */
    boolean welcome(WorkerCommand command) {
        boolean first = !welcomed;
        welcomed = true;
        leaseTimeOf(command);
        heartbeatInterval = command.getHeartbeatMs() > 0 ? Duration.ofMillis(command.getHeartbeatMs()) : null;
        return first;
    }

    /** Takes over how long leases last. */
    void leaseTimeOf(WorkerCommand command) {
        if (command.getLeaseMs() > 0) {
            leaseTime = Duration.ofMillis(command.getLeaseMs());
        }
    }

    /** Until when leases last that core has not taken away; for ever with a core that does not acknowledge heartbeats. */
    Instant leasesUntil() {
        return heard.until(leaseTime);
    }

    /** Begins again as a new incarnation, which has to be welcomed. */
    void reintroduce(Instant now) {
        gate.reintroduce(now.toEpochMilli());
        welcomed = false;
        heartbeats = 0;
        drainsFrom = 0;
        drainHeard = false;
        heard.reset();
    }

    /** The worker ends; false when it was told before. */
    boolean close() {
        boolean first = !closing;
        closing = true;
        return first;
    }

    /** The worker is to be given nothing any more. */
    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** True when core gives this worker nothing any more. */
    boolean isLeftAlone() {
        return drainHeard || closing || !welcomed;
    }

    /** How long a lease lasts without renewal, which is also how long an acknowledgement is waited for. */
    Duration leaseTime() {
        return leaseTime;
    }

    /** Time between two heartbeats: what core asked for last, but never more than the longest. */
    Duration heartbeatInterval(Duration longest) {
        return heartbeatInterval == null || heartbeatInterval.compareTo(longest) > 0 ? longest : heartbeatInterval;
    }

    /** What the heartbeat of this moment says; nothing while the worker may not speak. */
    Optional<HeartbeatType> heartbeatDue(Instant now) {
        if (!introduced || closing) {
            return Optional.empty();
        }
        if (welcomed) {
            return Optional.of(draining ? HeartbeatType.DRAINING : HeartbeatType.ALIVE);
        }
        lastHello = now;
        return Optional.of(HeartbeatType.HELLO);
    }

    /** True when there is someone to say goodbye to. */
    boolean isIntroduced() {
        return introduced;
    }

    /** True when HELLO was not answered in time. */
    boolean helloDue(Instant now) {
        return introduced && !welcomed && (lastHello == null || !now.isBefore(lastHello.plus(helloRepeat)));
    }

    /** True once in each silence that has lasted for a lease, of a core that does not acknowledge heartbeats. */
    boolean noticesSilence(Instant now) {
        if (!welcomed
                || silenceNoted
                || !leasesUntil().equals(Instant.MAX)
                || now.isBefore(lastHeard.plus(leaseTime))) {
            return false;
        }
        silenceNoted = true;
        return true;
    }

    /** The next heartbeat, without what the worker has and holds. */
    Heartbeat.Builder heartbeat(HeartbeatType type, Instant now) {
        heard.made(++heartbeats, now, leaseTime);
        if (type == HeartbeatType.DRAINING && drainsFrom == 0) {
            drainsFrom = heartbeats;
        }
        return Heartbeat.newBuilder()
                .setPool(identity.pool())
                .setWorkerId(identity.workerId())
                .setIncarnation(gate.incarnation())
                .setSequence(heartbeats)
                .setType(type)
                .setCommandPartition(identity.commandPartition())
                .setLastCommandSequence(gate.lastApplied())
                .setLabels(identity.labels())
                .setCapabilities(identity.capabilities())
                .setResources(identity.resources())
                .setHost(identity.host())
                .setSentAt(now)
                .setFreezes(true);
    }
}
