package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.worker.Assignment;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.Dependency;
import io.sweaifleet.schemas.worker.WorkerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gives queued tasks to workers: the first task of the tenant whose turn it is to the least loaded worker that can take it. */
final class Dispatcher {

    /** Assignments of one step; the rest follows in further steps. */
    static final int ASSIGNMENTS_PER_STEP = 200;

    /** Time that a worker gets to report a timeout by itself, in ms. */
    static final long TIMEOUT_SLACK_MS = 2_000;

    /**
     * Largest total of what one assignment tells of its dependencies, in characters of up to three bytes. With a
     * submission of {@link io.sweaifleet.schemas.topic.FleetTopic#MAX_SUBMISSION_BYTES} and the ids of a thousand
     * dependencies that is less than 2 MiB, half of what the topic takes.
     */
    static final int DEPENDENCIES_LIMIT = 262_144;

    /** Of an artifact beside its texts: its size and the lengths of the texts. */
    private static final int ARTIFACT_OVERHEAD = 16;

    /**
     * Share of its slots by which a worker that lately worked on a task's repository may be busier than another one and still be
     * preferred. It has the repository's objects in its disk cache, and what its builds left.
     */
    static final double AFFINITY = 0.5;

    private final Step step;
    private final Turns turns;
    private final Map<String, WorkerEntry> workers = new HashMap<>();
    private final Reservations reservations;
    private boolean releasedWorker;

    Dispatcher(Step step) {
        this.step = step;
        this.turns = new Turns(step);
        this.reservations = new Reservations(step, turns, workers);
    }

    /** Assigns what can be assigned now; tells whether the limit of one step was met. */
    boolean dispatch() {
        if (step.declared == null) {
            return false;
        }
        boolean kept = false;
        Set<String> roles = new HashSet<>();
        for (WorkerEntry worker : step.state.workers(step.pool)) {
            kept |= !worker.keptFor().isEmpty();
            if (mayTakeWork(worker)) {
                workers.put(worker.workerId(), worker);
                for (String role : worker.roles().keySet()) {
                    if (worker.free(role) > 0 && !roles.contains(role) && mayStart(role)) {
                        roles.add(role);
                    }
                }
            }
        }
        if (kept) {
            reservations.review();
        }
        Map<String, List<Lane>> lanes = new HashMap<>();
        for (String role : roles) {
            List<Lane> ofRole = Lane.of(step, role);
            if (ofRole.size() > 1) {
                reservations.grant(role);
            }
            lanes.put(role, ofRole);
        }
        for (int assigned = 0; assigned < ASSIGNMENTS_PER_STEP && step.hasRoom(); assigned++) {
            Choice choice = null;
            for (List<Lane> ofRole : lanes.values()) {
                choice = better(choice, ofRole);
            }
            if (choice == null || turns.isSpent()) {
                return turns.isSpent() || releasedWorker || step.state.hasOpenedLanes();
            }
            assign(choice);
            String workerId = choice.worker().workerId();
            WorkerEntry after = step.worker(workerId);
            if (after != null) {
                workers.put(workerId, after);
            }
        }
        return true;
    }

    /** A task, and the worker that it is for. */
    private record Choice(Lane lane, Key.OfReady ready, WorkerEntry worker) {}

    /**
     * What comes first: a choice, or the next task of some lanes of one role. Across roles, the queues' order decides too: capacity
     * may be shared. A lane that no worker can serve is taken out: within one step workers only get fuller.
     */
    private @Nullable Choice better(@Nullable Choice choice, List<Lane> lanes) {
        while (!lanes.isEmpty()) {
            Turns.Next next = turns.next(lanes);
            if (next == null || (choice != null && Turns.isBefore(choice.ready(), next.task()))) {
                return choice;
            }
            WorkerEntry worker = chosenFor(next);
            if (worker != null) {
                return new Choice(next.lane(), next.task(), worker);
            }
            lanes.remove(next.lane());
        }
        return choice;
    }

    private boolean mayStart(String role) {
        return step.roleIsKnown(role) && !Gates.closes(step, role);
    }

    private boolean mayTakeWork(WorkerEntry worker) {
        long heard = Math.max(worker.lastHeartbeatAt(), step.moment.resumedAt());
        return worker.state() == WorkerState.ONLINE && step.now() - heard <= step.rules.leaseMs();
    }

    /** The worker for a task: of those that can take it the least loaded one, or one that knows its repository; null when none can. */
    private @Nullable WorkerEntry chosenFor(Turns.Next next) {
        TaskEntry.Live task = step.queuedTask(next.task());
        String repository = task == null ? null : task.spec().getRepository();
        Requirements required = next.lane().isPlain()
                ? Requirements.NONE
                : step.state.get(new Key.OfLane(
                        step.pool, next.lane().role(), next.lane().digest()));
        WorkerEntry best = null;
        double bestLoad = 0;
        for (WorkerEntry worker : workers.values()) {
            if (canTake(worker, next.lane(), required)) {
                double load = worker.load(next.lane().role()) - (knows(worker, repository) ? AFFINITY : 0);
                if (best == null || isLessLoaded(worker, load, best, bestLoad)) {
                    best = worker;
                    bestLoad = load;
                }
            }
        }
        return best;
    }

    private static boolean canTake(WorkerEntry worker, Lane lane, @Nullable Requirements required) {
        return required != null
                && (worker.keptFor().isEmpty() || worker.keptFor().equals(lane.name()))
                && (lane.isPlain() ? worker.free(lane.role()) > 0 : worker.takes(lane.role(), required));
    }

    private boolean knows(WorkerEntry worker, @Nullable String repository) {
        if (repository == null) {
            return false;
        }
        RepositoriesEntry known = step.state.get(new Key.OfRepositories(step.pool, worker.workerId()));
        return known != null && known.names().contains(repository);
    }

    private static boolean isLessLoaded(WorkerEntry one, double load, WorkerEntry other, double otherLoad) {
        int byLoad = Double.compare(load, otherLoad);
        int byAll = byLoad != 0 ? byLoad : Integer.compare(one.heldInAll(), other.heldInAll());
        return (byAll != 0 ? byAll : one.workerId().compareTo(other.workerId())) < 0;
    }

    private void remember(WorkerEntry worker, @Nullable String repository) {
        if (repository == null) {
            return;
        }
        Key.OfRepositories key = new Key.OfRepositories(step.pool, worker.workerId());
        RepositoriesEntry before = Objects.requireNonNullElse(step.state.get(key), RepositoriesEntry.NONE);
        RepositoriesEntry after = before.with(repository);
        if (after != before) {
            step.state.put(key, after);
        }
    }

    private void assign(Choice choice) {
        Key.OfReady ready = choice.ready();
        Lane lane = choice.lane();
        WorkerEntry worker = choice.worker();
        String taskId = ready.taskId();
        step.blamed = null;
        TaskEntry.Live task = step.queuedTask(ready);
        step.state.delete(ready);
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Ready)) {
            // Left behind by a workflow that was set aside with a damaged entry.
            Turns.leave(step, lane, tenantOf(ready));
            return;
        }
        step.blamed = task.workflowId();
        String tenant = Texts.tenant(task.spec().getTenant());
        if (Gates.hold(step, taskId, task, ready.order())) {
            Turns.leave(step, lane, tenant);
            return;
        }
        WorkflowEntry.Live workflow = step.workflowOf(taskId, task);
        String role = task.spec().getRole();
        Turns.pay(step, role, tenant);
        Turns.leave(step, lane, tenant);
        Resources taken = Requirements.of(task.spec()).resources();
        WorkerEntry.Offer offer = worker.roles().get(role);
        long timeoutMs = timeoutMs(step, task);
        long timeoutAt = step.now() + timeoutMs + TIMEOUT_SLACK_MS;
        TaskEntry.Lease lease = new TaskEntry.Lease(
                step.pool + "-" + Long.toString(step.nextLease(), 36),
                task.attempts().size() + 1,
                worker.workerId(),
                worker.incarnation(),
                "",
                offer == null ? 0 : offer.roleVersion(),
                step.now(),
                0,
                timeoutAt,
                null,
                Budgets.metersOf(step, task),
                0,
                0,
                List.of());
        step.setTimer(timeoutAt, TimerKind.ATTEMPT_TIMEOUT, taskId);
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(lease)));
        Gates.enter(step, taskId, task.spec().getConcurrencyKey());
        Rates.enter(step, task.spec().getRateKey());
        step.state.put(
                new Key.OfLease(step.pool, worker.workerId(), lease.leaseId()),
                new LeaseEntry(
                        worker.workerId(), lease.leaseId(), taskId, role, worker.commands() + 1, step.now(), taken, 0));
        step.command(
                worker.withLease(role, taken),
                CommandType.ASSIGN,
                null,
                assignment(taskId, task, workflow, lease, timeoutMs),
                "",
                workflow.traceparent());
        step.journal(TaskEventType.TASK_ASSIGNED, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .add();
        remember(worker, task.spec().getRepository());
        if (!lane.isPlain()) {
            WorkerEntry after = step.worker(worker.workerId());
            if (after != null) {
                workers.put(after.workerId(), after);
            }
            releasedWorker |= reservations.release(lane);
        }
    }

    /** The tenant in whose queue a task stands. */
    private static String tenantOf(Key.OfReady ready) {
        return ready.queue().substring(ready.queue().indexOf('/') + 1);
    }

    private Assignment assignment(
            String taskId, TaskEntry.Live task, WorkflowEntry.Live workflow, TaskEntry.Lease lease, long timeoutMs) {
        TaskSubmitted spec = task.spec();
        Integer priority = spec.getPriority();
        return new Assignment(
                lease.leaseId(),
                Texts.tenant(spec.getTenant()),
                task.workflowId(),
                taskId,
                lease.number(),
                spec.getKind(),
                spec.getRole(),
                spec.getTitle(),
                spec.getInstructions(),
                spec.getRepository(),
                spec.getBaseRef(),
                spec.getInputs(),
                dependencies(spec),
                priority == null ? 5 : priority,
                timeoutMs,
                step.rules.leaseMs(),
                spec.getDeadline(),
                Endings.merged(workflow.labels(), spec.getLabels()),
                workflow.traceparent(),
                Budgets.left(step, taskId, task, lease.metered()));
    }

    private List<Dependency> dependencies(TaskSubmitted spec) {
        List<Dependency> dependencies = new ArrayList<>(spec.getDependsOn().size());
        int size = 0;
        for (String needed : new java.util.LinkedHashSet<>(spec.getDependsOn())) {
            if (step.state.get(new Key.OfTask(step.pool, needed)) instanceof TaskEntry.Ended ended) {
                size += sizeOf(ended);
                // A command must stay within what a broker takes; the outcome of the dependency has everything.
                boolean fits = size <= DEPENDENCIES_LIMIT;
                dependencies.add(new Dependency(
                        needed,
                        ended.status(),
                        fits ? ended.outputs() : Map.of(),
                        fits ? ended.artifacts() : List.of()));
            }
        }
        return dependencies;
    }

    private static int sizeOf(TaskEntry.Ended ended) {
        int size = 0;
        for (Map.Entry<String, String> output : ended.outputs().entrySet()) {
            size += output.getKey().length() + output.getValue().length();
        }
        for (ArtifactRef artifact : ended.artifacts()) {
            size += artifact.getName().length()
                    + artifact.getKind().length()
                    + artifact.getSha256().length()
                    + artifact.getMediaType().length()
                    + artifact.getUri().length()
                    + ARTIFACT_OVERHEAD;
        }
        return size;
    }

    /** Longest time of an attempt: the task's own, or the role's. */
    static long timeoutMs(Step step, TaskEntry.Live task) {
        Long own = task.spec().getAttemptTimeoutMs();
        if (own != null) {
            return own;
        }
        RoleEntry role = step.state.get(new Key.OfRole(task.spec().getRole()));
        return role == null ? 900_000 : role.attemptTimeoutMs();
    }
}
