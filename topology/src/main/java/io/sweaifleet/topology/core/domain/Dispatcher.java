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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gives queued tasks to workers: the first task of the tenant whose turn it is to the least loaded worker that has a slot for its role. */
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

    private final Step step;
    private final Turns turns;

    Dispatcher(Step step) {
        this.step = step;
        this.turns = new Turns(step);
    }

    /** Assigns what can be assigned now; tells whether the limit of one step was met. */
    boolean dispatch() {
        if (step.declared == null) {
            return false;
        }
        Map<String, WorkerEntry> workers = new HashMap<>();
        Set<String> roles = new HashSet<>();
        for (WorkerEntry worker : step.state.workers(step.pool)) {
            if (mayTakeWork(worker)) {
                workers.put(worker.workerId(), worker);
                for (String role : worker.roles().keySet()) {
                    if (worker.free(role) > 0 && !roles.contains(role) && mayStart(role)) {
                        roles.add(role);
                    }
                }
            }
        }
        for (int assigned = 0; assigned < ASSIGNMENTS_PER_STEP && step.hasRoom(); assigned++) {
            Key.OfReady next = null;
            WorkerEntry chosen = null;
            for (String role : roles) {
                Key.OfReady head = turns.first(role);
                if (head == null || (next != null && isBefore(next, head))) {
                    continue;
                }
                WorkerEntry worker = leastLoaded(workers, role);
                if (worker != null) {
                    next = head;
                    chosen = worker;
                }
            }
            if (next == null || chosen == null || turns.isSpent()) {
                return turns.isSpent();
            }
            assign(next, chosen);
            WorkerEntry after = step.worker(chosen.workerId());
            if (after != null) {
                workers.put(after.workerId(), after);
            }
        }
        return true;
    }

    /** Across roles, the queues' order decides too: capacity may be shared. */
    private static boolean isBefore(Key.OfReady one, Key.OfReady other) {
        return one.order() != other.order() ? one.order() < other.order() : one.arrival() < other.arrival();
    }

    private boolean mayStart(String role) {
        return step.roleIsKnown(role) && !Gates.closes(step, role);
    }

    private boolean mayTakeWork(WorkerEntry worker) {
        long heard = Math.max(worker.lastHeartbeatAt(), step.moment.resumedAt());
        return worker.state() == WorkerState.ONLINE && step.now() - heard <= step.rules.leaseMs();
    }

    private static @Nullable WorkerEntry leastLoaded(Map<String, WorkerEntry> workers, String role) {
        WorkerEntry best = null;
        for (WorkerEntry worker : workers.values()) {
            if (worker.free(role) > 0 && (best == null || isLessLoaded(worker, best, role))) {
                best = worker;
            }
        }
        return best;
    }

    private static boolean isLessLoaded(WorkerEntry one, WorkerEntry other, String role) {
        int byLoad = Double.compare(one.load(role), other.load(role));
        int byAll = byLoad != 0 ? byLoad : Integer.compare(one.heldInAll(), other.heldInAll());
        return (byAll != 0 ? byAll : one.workerId().compareTo(other.workerId())) < 0;
    }

    private void assign(Key.OfReady ready, WorkerEntry worker) {
        String taskId = ready.taskId();
        step.blamed = null;
        TaskEntry.Live task = step.queuedTask(ready);
        step.state.delete(ready);
        if (task == null || !(task.phase() instanceof TaskEntry.Phase.Ready)) {
            // Left behind by a workflow that was set aside with a damaged entry.
            return;
        }
        step.blamed = task.workflowId();
        if (Gates.hold(step, taskId, task, ready.order())) {
            return;
        }
        WorkflowEntry.Live workflow = step.workflowOf(taskId, task);
        String role = task.spec().getRole();
        Turns.pay(step, role, Texts.tenant(task.spec().getTenant()));
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
                null);
        step.setTimer(timeoutAt, TimerKind.ATTEMPT_TIMEOUT, taskId);
        step.putTask(taskId, task.withPhase(new TaskEntry.Phase.Running(lease)));
        Gates.enter(step, taskId, task.spec().getConcurrencyKey());
        Rates.enter(step, task.spec().getRateKey());
        step.state.put(
                new Key.OfLease(step.pool, worker.workerId(), lease.leaseId()),
                new LeaseEntry(worker.workerId(), lease.leaseId(), taskId, role, worker.commands() + 1, step.now(), 0));
        step.command(
                worker.withHeld(role, 1),
                CommandType.ASSIGN,
                null,
                assignment(taskId, task, workflow, lease, timeoutMs),
                "",
                workflow.traceparent());
        step.journal(TaskEventType.TASK_ASSIGNED, taskId, task.workflowId(), task.spec())
                .lease(lease)
                .add();
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
                workflow.traceparent());
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
