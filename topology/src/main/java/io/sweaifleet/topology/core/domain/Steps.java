package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.rule.Checks;
import io.sweaifleet.schemas.rule.TaskRules;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a step once the steps that it depends on have ended: its condition is looked at, its expressions are
 * evaluated, and it is given to an agent, or done by core itself.
 */
final class Steps {

    /** Characters of all that the expressions of a task make: it has to fit into a command to a worker. */
    private static final int FILLED_LIMIT = 262_144;

    private final Step step;
    private final Endings endings;
    private final Items items;
    private final Iterations iterations;
    private final Calls calls;
    private final Answers answers;

    Steps(Step step, Endings endings, Runs runs) {
        this.step = step;
        this.endings = endings;
        this.items = new Items(step, endings, runs);
        this.iterations = new Iterations(step, endings, runs);
        this.calls = new Calls(step, endings, runs);
        this.answers = new Answers(step, endings);
    }

    Answers answers() {
        return answers;
    }

    Calls calls() {
        return calls;
    }

    Items items() {
        return items;
    }

    /** A task that nothing it depends on keeps back any longer. */
    void begin(String taskId, TaskEntry.Live task) {
        Position position = task.position();
        if (position == null) {
            Queue.enqueue(step, taskId, task);
            return;
        }
        step.blamed = task.workflowId();
        OpenRun run = OpenRun.of(step, task.workflowId());
        WorkflowStep definition = run.step(position.step());
        Scope scope = run.scope(step, position);
        try {
            String when = definition.getWhen();
            if (position.isStep() && when != null && !scope.holds("when", when)) {
                endings.end(taskId, task, TaskStatus.SKIPPED, conditionFalse(position.step(), when), null);
                return;
            }
            switch (Doing.of(definition, position)) {
                case ITEMS -> items.begin(taskId, task, definition, scope);
                case ITERATIONS -> iterations.begin(taskId, task, definition);
                case APPROVAL -> answers.askApproval(taskId, task, definition, scope);
                case SIGNAL -> answers.awaitSignal(taskId, task, definition);
                case CALL -> calls.begin(taskId, task);
                case TASK -> work(taskId, task, definition.getTask(), scope, "task");
                case COMPENSATION -> work(taskId, task, definition.getCompensate(), scope, "compensate");
            }
        } catch (StepProblemException e) {
            endings.end(taskId, task, TaskStatus.FAILED, e.failure(), null);
        }
    }

    private static Failure conditionFalse(String name, String when) {
        return Failures.permanent(
                "CONDITION_FALSE",
                "Step " + name + " is left out: its condition does not hold",
                "Nothing: its dependents go on",
                "when",
                when);
    }

    /** An agent is to do it. */
    private void work(String taskId, TaskEntry.Live task, @Nullable TaskSubmitted template, Scope scope, String field)
            throws StepProblemException {
        if (template == null) {
            throw new StepProblemException(Failures.permanent(
                    "MISSING_FIELD", "The step has no " + field, "Add it in the next version of the definition"));
        }
        TaskSubmitted filled = filled(task.spec(), template, scope, field + ".");
        Checks checks = new Checks();
        TaskRules.check(checks, field + ".", filled);
        if (checks.problem() != null) {
            throw new StepProblemException(checks.problem());
        }
        Queue.enqueue(step, taskId, task.withSpec(filled));
    }

    /** The task with the values of its expressions. */
    private TaskSubmitted filled(TaskSubmitted spec, TaskSubmitted template, Scope scope, String prefix)
            throws StepProblemException {
        Map<String, String> inputs = new HashMap<>();
        int size = 0;
        // In a fixed order: of two expressions that fail, the same one is always told.
        for (Map.Entry<String, String> input : new TreeMap<>(spec.getInputs()).entrySet()) {
            String value = scope.fill(prefix + "inputs." + input.getKey(), input.getValue());
            inputs.put(input.getKey(), value);
            size += value.length();
        }
        String instructions = scope.fillMaybe(prefix + "instructions", spec.getInstructions());
        size += instructions == null ? 0 : instructions.length();
        if (size > FILLED_LIMIT) {
            throw new StepProblemException(Failures.permanent(
                    "INPUTS_TOO_LARGE",
                    "The inputs and instructions of the task have " + size + " characters; at most " + FILLED_LIMIT
                            + " are given to an agent",
                    "Hand on the address of an artifact instead of its content"));
        }
        Long delayMs = template.getDelayMs();
        return TaskSubmitted.newBuilder(spec)
                .setInputs(inputs)
                .setInstructions(instructions)
                .setTitle(scope.fill(prefix + "title", spec.getTitle()))
                .setRepository(scope.fillMaybe(prefix + "repository", spec.getRepository()))
                .setBaseRef(scope.fillMaybe(prefix + "baseRef", spec.getBaseRef()))
                .setConcurrencyKey(key(scope.fillMaybe(prefix + "concurrencyKey", spec.getConcurrencyKey())))
                .setRateKey(key(scope.fillMaybe(prefix + "rateKey", spec.getRateKey())))
                .setNotBefore(delayMs == null ? null : Instant.ofEpochMilli(step.now() + delayMs))
                .build();
    }

    /** An expression that gives an empty key says that there is none. */
    private static @Nullable String key(@Nullable String filled) {
        return filled == null || filled.isEmpty() ? null : filled;
    }

    /** A task of a run ended: what it is an item or iteration of goes on. */
    void onEnded(String parentId, String childId) {
        TaskEntry.Live parent = step.liveTask(parentId);
        if (parent == null || !(step.state.get(new Key.OfTask(step.pool, childId)) instanceof TaskEntry.Ended child)) {
            return;
        }
        step.blamed = parent.workflowId();
        boolean worked = worked(child);
        if (parent.phase() instanceof TaskEntry.Phase.Items phase) {
            items.onEnded(parentId, parent, phase, worked);
        } else if (parent.phase() instanceof TaskEntry.Phase.Iterations phase) {
            iterations.onEnded(parentId, parent, phase, child, worked);
        }
    }

    /** Whether dependents take an end for a success. */
    static boolean worked(TaskEntry.Ended ended) {
        boolean blocked = ended.end() != null && ended.end().blocked();
        return ended.status() == TaskStatus.SUCCEEDED || (ended.status() == TaskStatus.SKIPPED && !blocked);
    }

    /** Ends a task before its time: at once, or when what it began has been stopped. The first reason stays. */
    void stop(String taskId, TaskEntry.Live task, TaskStatus status, Failure failure) {
        if (task.phase() instanceof TaskEntry.Phase.Running running) {
            TaskEntry.StopReason reason =
                    status == TaskStatus.EXPIRED ? TaskEntry.StopReason.DEADLINE : TaskEntry.StopReason.CANCELLED;
            Leases.stop(step, taskId, task, running.lease(), reason, failure);
        } else if (task.phase() instanceof TaskEntry.Phase.Parent parent) {
            halt(taskId, task, parent, new TaskEntry.Halt(status, failure));
        } else {
            endings.end(taskId, task, status, failure, null);
        }
    }

    private void halt(String taskId, TaskEntry.Live task, TaskEntry.Phase.Parent phase, TaskEntry.Halt halt) {
        if (phase.halt() != null) {
            return;
        }
        TaskEntry.Live halted = task.withPhase(phase.halted(halt));
        boolean idle = phase instanceof TaskEntry.Phase.Items list && list.open() == 0
                || phase instanceof TaskEntry.Phase.Calling call && !call.hasBegun();
        if (idle) {
            endings.end(taskId, halted, halt.status(), halt.failure(), null);
            return;
        }
        step.putTask(taskId, halted);
        if (phase instanceof TaskEntry.Phase.Calling) {
            calls.cancel(taskId, task.workflowId());
        } else {
            haltRest(taskId);
        }
    }

    /** Stops what a task began that is to end; sets a timer for the rest when there is much. */
    void haltRest(String taskId) {
        TaskEntry.Live task = step.liveTask(taskId);
        TaskEntry.Phase.Parent phase =
                task != null && task.phase() instanceof TaskEntry.Phase.Parent parent ? parent : null;
        TaskEntry.Halt halt = phase == null ? null : phase.halt();
        if (task == null || phase == null || halt == null) {
            return;
        }
        step.blamed = task.workflowId();
        int last = phase instanceof TaskEntry.Phase.Items list
                ? list.next() - 1
                : phase instanceof TaskEntry.Phase.Iterations one ? one.number() : -1;
        int first = phase instanceof TaskEntry.Phase.Iterations ? last : 0;
        for (int number = first; number <= last; number++) {
            String childId = TaskIds.ofChild(taskId, number);
            TaskEntry.Live child = step.liveTask(childId);
            if (child == null || isStopping(child)) {
                continue;
            }
            if (!step.hasRoom()) {
                step.setTimer(step.now(), TimerKind.HALT_REST, taskId);
                return;
            }
            stop(childId, child, halt.status(), halt.failure());
        }
    }

    /** Whether a task was told to end and has not yet. */
    static boolean isStopping(TaskEntry.Live task) {
        if (task.phase() instanceof TaskEntry.Phase.Running running) {
            TaskEntry.Stop stop = running.lease().stop();
            return stop != null && stop.reason() != TaskEntry.StopReason.ATTEMPT_TIMEOUT;
        }
        return task.phase() instanceof TaskEntry.Phase.Parent parent && parent.halt() != null;
    }
}
