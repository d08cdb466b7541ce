package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ResourceAmounts;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Workers: who is there, what they hold, and what is lost when they go. */
final class Workers {

    /** How long a worker that stayed away is remembered, in ms. */
    static final long FORGET_AFTER_MS = 24 * 3_600_000L;

    /** Capabilities of a worker that count; the heartbeat's schema says so. */
    private static final int MOST_CAPABILITIES = 256;

    private final Step step;
    private final Endings endings;

    Workers(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    /**
     * @param appendedAt when the broker took the heartbeat, ms since the epoch: it says nothing about what came later
     */
    void on(Heartbeat heartbeat, long appendedAt) {
        WorkerEntry known = step.worker(heartbeat.getWorkerId());
        if (known != null && heartbeat.getIncarnation() < known.incarnation()) {
            // Superseded. An answer would make two processes of one id supersede each other for ever.
            return;
        }
        Sweeper.begin(step);
        boolean hello = heartbeat.getType() == HeartbeatType.HELLO;
        boolean same = known != null && known.incarnation() == heartbeat.getIncarnation();
        if (!hello && !same) {
            if (heartbeat.getType() != HeartbeatType.GOODBYE) {
                reintroduce(heartbeat);
            }
            return;
        }
        if (known != null && !same && !lose(known, "worker " + known.workerId() + " was restarted", false)) {
            // The new incarnation comes once the old one has lost everything.
            step.goOn((later, ends) -> new Workers(later, ends).on(heartbeat, appendedAt));
            return;
        }
        WorkerEntry current = refreshed(heartbeat, known != null && same ? step.worker(known.workerId()) : null, known);
        announce(heartbeat, known, current);
        step.state.put(new Key.OfWorker(step.pool, current.workerId()), current);
        if (hello) {
            step.command(current, CommandType.WELCOME, null, null, "", null);
        }
        if (heartbeat.getType() == HeartbeatType.GOODBYE) {
            loseRest(current.workerId(), "worker " + current.workerId() + " said goodbye", false);
        } else {
            compareLeases(heartbeat, appendedAt);
            confirm(heartbeat);
        }
    }

    /**
     * Lets a worker know that it is heard: until it knows that of a heartbeat of the last lease's time, it freezes what it runs. Every
     * command says so, and most workers are told something anyway. What is confirmed is given to the worker at this place in
     * its commands: what was taken from it before is not among it, what is given later follows.
     *
     * <p>A worker that asks and has not read all its commands is not answered each time: the answer would wait behind them, and be
     * too old when it is read.
     */
    private void confirm(Heartbeat heartbeat) {
        WorkerEntry worker = step.worker(heartbeat.getWorkerId());
        if (worker == null || !heartbeat.getFreezes()) {
            return;
        }
        boolean due = step.now() - worker.lastCommandAt() >= Leases.confirmEveryMs(step.rules);
        if (heartbeat.getConfirm() && (due || hasAppliedAllCommands(heartbeat))) {
            List<String> given = new ArrayList<>();
            for (LeaseEntry lease : step.state.leases(step.pool, worker.workerId())) {
                given.add(lease.leaseId());
            }
            step.confirm(worker, given);
        } else if (due && worker.heldInAll() > 0 && !heartbeat.getConfirm()) {
            step.confirm(worker, null);
        }
    }

    /** Nothing is known of this incarnation: it has to say hello. */
    private void reintroduce(Heartbeat heartbeat) {
        WorkerEntry stranger = new WorkerEntry(
                heartbeat.getWorkerId(),
                heartbeat.getIncarnation(),
                heartbeat.getCommandPartition(),
                WorkerState.OFFLINE,
                0,
                Map.of(),
                Map.of(),
                "",
                heartbeat.getLastCommandSequence(),
                step.now(),
                0,
                step.now(),
                Map.of(),
                List.of(),
                Resources.NONE,
                Resources.NONE,
                "",
                heartbeat.getSequence(),
                0);
        WorkerEntry known = step.worker(heartbeat.getWorkerId());
        step.command(
                stranger,
                CommandType.REINTRODUCE,
                null,
                null,
                "Core knows no worker " + heartbeat.getWorkerId() + " of incarnation " + heartbeat.getIncarnation(),
                null);
        // The command is told, but a stranger is not remembered.
        Key.OfWorker key = new Key.OfWorker(step.pool, heartbeat.getWorkerId());
        if (known == null) {
            step.state.delete(key);
        } else {
            step.state.put(key, known);
        }
    }

    private WorkerEntry refreshed(Heartbeat heartbeat, @Nullable WorkerEntry same, @Nullable WorkerEntry before) {
        Map<String, WorkerEntry.Offer> offers = new TreeMap<>();
        for (RoleCapacity role : heartbeat.getRoles()) {
            offers.put(
                    role.getRole(),
                    new WorkerEntry.Offer(role.getRoleVersion(), role.getAgents(), Math.max(0, role.getSlots())));
        }
        WorkerState state =
                switch (heartbeat.getType()) {
                    case GOODBYE -> WorkerState.OFFLINE;
                    case DRAINING -> WorkerState.DRAINING;
                    default -> WorkerState.ONLINE;
                };
        long since = same != null && same.state() == state ? same.stateSince() : step.now();
        // A timer that is set keeps running: it looks again when it is due.
        long timerAt = before == null ? 0 : before.silentTimerAt();
        if (timerAt == 0 && state != WorkerState.OFFLINE) {
            timerAt = step.now() + step.rules.leaseMs() + step.rules.leaseGraceMs();
            step.setTimer(timerAt, TimerKind.WORKER_SILENT, heartbeat.getWorkerId());
        }
        return new WorkerEntry(
                heartbeat.getWorkerId(),
                heartbeat.getIncarnation(),
                heartbeat.getCommandPartition(),
                state,
                heartbeat.getCapacity(),
                offers,
                heartbeat.getLabels(),
                heartbeat.getHost(),
                same == null ? 0 : same.commands(),
                step.now(),
                timerAt,
                since,
                same == null ? Map.of() : same.held(),
                heartbeat.getCapabilities().stream()
                        .distinct()
                        .sorted()
                        .limit(MOST_CAPABILITIES)
                        .toList(),
                Resources.of(heartbeat.getResources()),
                same == null ? Resources.NONE : same.used(),
                same == null ? "" : same.keptFor(),
                heartbeat.getSequence(),
                same == null ? 0 : same.lastCommandAt());
    }

    private void announce(Heartbeat heartbeat, @Nullable WorkerEntry before, WorkerEntry now) {
        boolean changed = before == null
                || before.incarnation() != now.incarnation()
                || before.state() != now.state()
                || !before.roles().equals(now.roles())
                || !before.labels().equals(now.labels())
                || !before.capabilities().equals(now.capabilities())
                || !before.resources().equals(now.resources());
        if (changed) {
            step.tell(new Effect.Agent(
                    step.pool, now.workerId(), status(now, heartbeat.getType().name())));
        }
        if (now.state() == WorkerState.OFFLINE && (before == null || before.state() != WorkerState.OFFLINE)) {
            step.setTimer(step.now() + FORGET_AFTER_MS, TimerKind.FORGET_WORKER, now.workerId());
        }
    }

    private AgentStatus status(WorkerEntry worker, String reason) {
        List<RoleCapacity> roles = new ArrayList<>();
        worker.roles()
                .forEach((role, offer) -> roles.add(new RoleCapacity(
                        role, offer.roleVersion(), offer.agents(), offer.slots(), Math.max(0, worker.free(role)))));
        return new AgentStatus(
                step.pool,
                worker.workerId(),
                worker.incarnation(),
                worker.state(),
                roles,
                worker.labels(),
                worker.host(),
                Instant.ofEpochMilli(worker.stateSince()),
                reason,
                worker.capabilities(),
                new ResourceAmounts(
                        worker.resources().cpuMillis(),
                        worker.resources().memoryBytes(),
                        worker.resources().gpus()));
    }

    /** What is listed is renewed by the heartbeat itself. This finds what one side has and the other has not. */
    private void compareLeases(Heartbeat heartbeat, long appendedAt) {
        Map<String, HeldLease> listed = new HashMap<>();
        for (HeldLease held : heartbeat.getLeases()) {
            listed.put(held.getLeaseId(), held);
        }
        Set<String> given = new HashSet<>();
        for (LeaseEntry lease : step.state.leases(step.pool, heartbeat.getWorkerId())) {
            given.add(lease.leaseId());
            HeldLease held = listed.get(lease.leaseId());
            if (held != null) {
                noteFrozen(lease, held);
                continue;
            }
            if (!step.hasRoom()) {
                step.goOn((later, ends) -> new Workers(later, ends).compareLeases(heartbeat, appendedAt));
                return;
            }
            if (lease.command() <= heartbeat.getLastCommandSequence()) {
                Leases.lose(
                        step,
                        endings,
                        lease.taskId(),
                        lease.leaseId(),
                        Failures.agent(
                                "ASSIGNMENT_LOST",
                                "Worker " + lease.workerId() + " took the assignment of task " + lease.taskId()
                                        + " (lease " + lease.leaseId() + ") but holds it no longer",
                                "See the worker's log"));
            } else if (lease.assignedAt() + step.rules.leaseMs() + step.rules.leaseGraceMs() < appendedAt
                    && step.judgesFrom() <= appendedAt) {
                Leases.lose(
                        step,
                        endings,
                        lease.taskId(),
                        lease.leaseId(),
                        Failures.agent(
                                "ASSIGNMENT_NOT_TAKEN",
                                "Worker " + lease.workerId() + " is alive but did not take the assignment of task "
                                        + lease.taskId() + " (lease " + lease.leaseId() + ")",
                                "See the worker's log: it may not be reading its commands"));
                step.commandAbout(
                        heartbeat.getWorkerId(),
                        heartbeat.getIncarnation(),
                        CommandType.CANCEL,
                        lease.leaseId(),
                        "The assignment was not taken in time");
            }
        }
        if (!hasAppliedAllCommands(heartbeat)) {
            // What it lists in excess is most likely the subject of a command on its way. To tell it again would grow
            // with the very lag that caused it.
            return;
        }
        for (HeldLease held : heartbeat.getLeases()) {
            if (!given.contains(held.getLeaseId())) {
                step.commandAbout(
                        heartbeat.getWorkerId(),
                        heartbeat.getIncarnation(),
                        held.getFinished() ? CommandType.ACKNOWLEDGE : CommandType.CANCEL,
                        held.getLeaseId(),
                        "Lease " + held.getLeaseId() + " is not (or no longer) given to this worker");
            }
        }
    }

    /** An attempt gets the time in which it was frozen back, but no more than has passed. */
    private void noteFrozen(LeaseEntry lease, HeldLease held) {
        long frozenMs = Math.max(0, Math.min(held.getFrozenMs(), step.now() - lease.assignedAt()));
        if (frozenMs > lease.frozenMs()) {
            step.state.put(new Key.OfLease(step.pool, lease.workerId(), lease.leaseId()), lease.withFrozenMs(frozenMs));
        }
    }

    private boolean hasAppliedAllCommands(Heartbeat heartbeat) {
        WorkerEntry worker = step.worker(heartbeat.getWorkerId());
        return worker != null && heartbeat.getLastCommandSequence() >= worker.commands();
    }

    /** A worker that is away, or goes, loses its leases, one decision after the other. */
    private void loseRest(String workerId, String why, boolean mustStop) {
        WorkerEntry worker = step.worker(workerId);
        if (worker != null && !lose(worker, why, mustStop)) {
            step.goOn((later, ends) -> new Workers(later, ends).loseRest(workerId, why, mustStop));
        }
    }

    /**
     * Takes the leases of a worker as lost.
     *
     * @param mustStop whether it is told to stop, should it come back
     * @return whether none is left
     */
    private boolean lose(WorkerEntry worker, String why, boolean mustStop) {
        for (LeaseEntry lease : step.state.leases(step.pool, worker.workerId())) {
            if (!step.hasRoom()) {
                return false;
            }
            if (mustStop) {
                step.commandAbout(
                        worker.workerId(),
                        worker.incarnation(),
                        CommandType.CANCEL,
                        lease.leaseId(),
                        "The lease expired: " + why);
            }
            Leases.lose(
                    step,
                    endings,
                    lease.taskId(),
                    lease.leaseId(),
                    Failures.agent(
                            "WORKER_LOST",
                            "The attempt of task " + lease.taskId() + " (lease " + lease.leaseId() + ") was lost: "
                                    + why,
                            "The task is tried again if its retry policy allows; see the worker's log"));
        }
        return true;
    }

    /** The timer of a worker is due: it is away, or it is looked at again later. */
    void onSilentTimer(Key.OfTimer timer, boolean confirmed) {
        String workerId = timer.id();
        WorkerEntry worker = step.worker(workerId);
        if (worker == null) {
            return;
        }
        if (worker.state() == WorkerState.OFFLINE) {
            step.state.put(new Key.OfWorker(step.pool, workerId), worker.withSilentTimerAt(0));
            return;
        }
        long judgedAt = Math.max(
                worker.lastHeartbeatAt() + step.rules.leaseMs() + step.rules.leaseGraceMs(), step.judgesFrom());
        if (judgedAt > step.now()) {
            step.setTimer(judgedAt, TimerKind.WORKER_SILENT, workerId);
            step.state.put(new Key.OfWorker(step.pool, workerId), worker.withSilentTimerAt(judgedAt));
            return;
        }
        if (!confirmed) {
            step.state.put(new Key.OfWorker(step.pool, workerId), worker.withSilentTimerAt(Markers.ask(step, timer)));
            return;
        }
        WorkerEntry away = worker.withState(WorkerState.OFFLINE, step.now()).withSilentTimerAt(0);
        step.state.put(new Key.OfWorker(step.pool, workerId), away);
        String reason = "no heartbeat since " + Instant.ofEpochMilli(worker.lastHeartbeatAt());
        step.tell(new Effect.Agent(step.pool, workerId, status(away, reason)));
        step.setTimer(step.now() + FORGET_AFTER_MS, TimerKind.FORGET_WORKER, workerId);
        // Should it come back, it must stop what is given to others by then.
        loseRest(workerId, "worker " + workerId + " sent " + reason, true);
    }

    /** A worker that stayed away is forgotten. */
    void onForgetTimer(String workerId) {
        WorkerEntry worker = step.worker(workerId);
        if (worker != null
                && worker.state() == WorkerState.OFFLINE
                && worker.stateSince() + FORGET_AFTER_MS <= step.now()) {
            step.state.delete(new Key.OfWorker(step.pool, workerId));
            Key.OfRepositories repositories = new Key.OfRepositories(step.pool, workerId);
            if (step.state.get(repositories) != null) {
                step.state.delete(repositories);
            }
            step.tell(new Effect.Agent(step.pool, workerId, null));
        }
    }
}
