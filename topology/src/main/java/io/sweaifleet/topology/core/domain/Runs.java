package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.task.WorkflowStatus;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs of definitions as wholes: how they begin, what is undone when they fail, and how they end.
 *
 * <p>A run is a workflow whose tasks its definition gives: one for each step, in the ledger from the beginning, and further ones
 * for items, iterations and compensations when their time has come. It stays on the version that was the latest, or was asked
 * for, when it began.
 */
final class Runs {

    /** Tasks of a run, items and iterations included. */
    static final int MOST_TASKS = 2_000;

    /** Runs above a run: a definition that runs itself comes to an end. */
    static final int MOST_DEPTH = 10;

    /** How often a definition is looked for that is not known yet, in ms. */
    private static final long LOOK_EVERY_MS = 250;

    /** Characters of all outputs of a run: what an agent's outputs may have too. */
    private static final int OUTPUTS_LIMIT = 16_384;

    private static final int NAMED = 20;

    private final Step step;
    private final Endings endings;

    Runs(Step step, Endings endings) {
        this.step = step;
        this.endings = endings;
    }

    /** A run was submitted. It begins at once when its definition is known; otherwise that is waited for a little. */
    void ask(Submission submission, String definition) {
        WorkflowEntry.Live asked = new WorkflowEntry.Live(
                submission.digest(),
                List.of(),
                false,
                submission.tenant(),
                submission.title(),
                submission.labels(),
                submission.correlationId(),
                submission.origin(),
                submission.traceparent(),
                submission.origin().getTimestamp().toEpochMilli(),
                step.now(),
                0,
                Budget.of(submission.workflow().getBudget()),
                new RunLink(definition, 0, "", ""));
        RunRequest request = RunRequest.of(definition, submission.workflow());
        begin(submission.workflowId(), asked, new RunEntry(request, 0, step.now(), 0, List.of(), null));
    }

    /** The definition of a run is looked for again. */
    void onAskedTimer(Key.OfTimer timer) {
        WorkflowEntry.Live asked = step.liveWorkflow(timer.id());
        RunEntry entry = step.state.get(new Key.OfRun(step.pool, timer.id()));
        if (asked != null && entry != null && entry.lookAt() == timer.dueAt()) {
            begin(timer.id(), asked, entry);
        }
    }

    private void begin(String workflowId, WorkflowEntry.Live asked, RunEntry entry) {
        step.blamed = workflowId;
        RunRequest request = entry.request();
        WorkflowDefinition definition = definition(request);
        long until = entry.askedAt() + step.rules.unknownRoleGraceMs();
        if (definition != null) {
            Failure refusal = accept(workflowId, asked, entry, definition);
            if (refusal != null) {
                refuse(workflowId, asked, WorkflowStatus.REJECTED, refusal);
            }
        } else if (step.now() < until) {
            long lookAt = Math.min(until, step.now() + LOOK_EVERY_MS);
            step.setTimer(lookAt, TimerKind.RUN_ASKED, workflowId);
            step.state.put(new Key.OfRun(step.pool, workflowId), entry.lookingAt(lookAt));
            step.state.put(new Key.OfWorkflow(step.pool, workflowId), asked);
            if (entry.lookAt() == 0) {
                step.journal(TaskEventType.RUN_DELAYED, workflowId, asked.tenant())
                        .dueAt(until)
                        .message("waits for " + named(request) + ", which is not known yet")
                        .add();
            }
        } else {
            refuse(workflowId, asked, WorkflowStatus.REJECTED, unknown(request));
        }
    }

    /** The version that is asked for, or the latest; null when it is not known, or was removed. */
    @Nullable
    WorkflowDefinition definition(RunRequest request) {
        DefinitionEntry known = step.state.get(new Key.OfDefinition(request.definition()));
        if (known == null || known.removed()) {
            return null;
        }
        int version = Objects.requireNonNullElse(request.version(), known.latest());
        return step.state.get(new Key.OfDefinitionVersion(request.definition(), version));
    }

    private static String named(RunRequest request) {
        return request.version() == null
                ? "definition " + request.definition()
                : "version " + request.version() + " of definition " + request.definition();
    }

    Failure unknown(RunRequest request) {
        DefinitionEntry known = step.state.get(new Key.OfDefinition(request.definition()));
        String remedy = "Define it on fleet.workflow-definitions, or correct its name or version";
        if (known == null || known.removed()) {
            return Failures.permanent(
                    "UNKNOWN_DEFINITION",
                    "There is no " + named(request) + (known == null ? "" : ": it was removed"),
                    remedy,
                    "definition",
                    request.definition());
        }
        return Failures.permanent(
                "UNKNOWN_DEFINITION",
                "There is no " + named(request) + "; the latest is " + known.latest(),
                remedy,
                "definitionVersion",
                String.valueOf(request.version()));
    }

    /**
     * Makes a run of what was asked for.
     *
     * @return why it cannot be, or null; nothing is changed then
     */
    @Nullable
    Failure accept(String workflowId, WorkflowEntry.Live asked, RunEntry entry, WorkflowDefinition definition) {
        RunLink link = asked.run();
        if (link == null) {
            throw new IllegalArgumentException("Workflow " + workflowId + " is no run");
        }
        RunRequest request = entry.request();
        Map<String, String> inputs = new TreeMap<>(request.inputs());
        List<String> taskIds = definition.getSteps().stream()
                .map(one -> TaskIds.ofStep(workflowId, one.getId()))
                .toList();
        Failure refusal = complete(definition, inputs);
        refusal = refusal == null ? takenIds(taskIds) : refusal;
        refusal = refusal == null ? Backlog.refusal(step, asked.tenant(), taskIds.size()) : refusal;
        if (refusal != null) {
            return refusal;
        }
        WorkflowEntry.Live workflow = new WorkflowEntry.Live(
                asked.digest(),
                taskIds,
                false,
                asked.tenant(),
                asked.title(),
                Endings.merged(definition.getLabels(), asked.labels()),
                asked.correlationId(),
                asked.origin(),
                asked.traceparent(),
                asked.submittedAt(),
                step.now(),
                taskIds.size(),
                asked.budget(),
                link.withVersion(definition.getVersion()));
        step.state.put(new Key.OfWorkflow(step.pool, workflowId), workflow);
        step.state.put(
                new Key.OfRun(step.pool, workflowId),
                new RunEntry(request.withInputs(inputs), entry.depth(), entry.askedAt(), 0, List.of(), null));
        Backlog.add(step, workflow.tenant(), taskIds.size());
        step.journal(TaskEventType.WORKFLOW_ACCEPTED, workflowId, workflow.tenant())
                .message(workflow.title())
                .definition(definition.getName(), definition.getVersion())
                .add();
        addSteps(OpenRun.of(step, workflowId));
        return null;
    }

    private void addSteps(OpenRun run) {
        Map<String, List<String>> dependents = new HashMap<>();
        for (WorkflowStep one : run.definition().getSteps()) {
            for (String needed : new HashSet<>(one.getDependsOn())) {
                dependents
                        .computeIfAbsent(needed, id -> new ArrayList<>())
                        .add(TaskIds.ofStep(run.workflowId(), one.getId()));
            }
        }
        List<String> first = new ArrayList<>();
        for (WorkflowStep one : run.definition().getSteps()) {
            String taskId = TaskIds.ofStep(run.workflowId(), one.getId());
            Position position = Position.ofStep(one.getId());
            List<String> needed = one.getDependsOn().stream()
                    .map(id -> TaskIds.ofStep(run.workflowId(), id))
                    .toList();
            put(
                    taskId,
                    run.spec(step, taskId, position, needed),
                    position,
                    dependents.getOrDefault(one.getId(), List.of()));
            if (needed.isEmpty()) {
                first.add(taskId);
            }
        }
        // Only now: the end of the one may begin the other.
        beginFirst(run.workflowId(), first, 0);
    }

    private void beginFirst(String workflowId, List<String> first, int from) {
        step.blamed = workflowId;
        for (int i = from; i < first.size(); i++) {
            if (!step.hasRoom()) {
                int next = i;
                step.goOn((later, ends) -> new Runs(later, ends).beginFirst(workflowId, first, next));
                return;
            }
            TaskEntry.Live task = step.liveTask(first.get(i));
            if (task != null && task.phase() instanceof TaskEntry.Phase.Waiting) {
                endings.steps().begin(first.get(i), task);
            }
        }
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        if (workflow != null) {
            new Controls(step, endings).applyEarly(workflowId, workflow.taskIds());
        }
    }

    /** Puts a task into the ledger; it waits for the steps it depends on, if any. */
    private void put(String taskId, TaskSubmitted spec, Position position, List<String> dependents) {
        step.journal(TaskEventType.TASK_ACCEPTED, taskId, spec.getWorkflowId(), spec)
                .definitionStep(position.step())
                .message(spec.getTitle())
                .add();
        int open = position.isStep() ? new HashSet<>(spec.getDependsOn()).size() : 0;
        TaskEntry.Live task = new TaskEntry.Live(
                spec.getWorkflowId(),
                spec,
                dependents,
                step.lastEvent(),
                step.now(),
                0,
                0,
                List.of(),
                new TaskEntry.Phase.Waiting(open),
                position);
        Instant deadline = spec.getDeadline();
        if (deadline != null) {
            step.setTimer(deadline.toEpochMilli(), TimerKind.DEADLINE, taskId);
        }
        step.putTask(taskId, task);
        if (open > 0) {
            Queue.awaitDefinitions(step, taskId, task);
        }
    }

    /**
     * Adds a task to a run and begins it.
     *
     * @param dependsOn tasks whose results it is given; they have ended
     * @throws StepProblemException when it cannot be; nothing is changed then
     */
    void add(String workflowId, String taskId, Position position, List<String> dependsOn) throws StepProblemException {
        OpenRun run = OpenRun.of(step, workflowId);
        if (step.state.get(new Key.OfTask(step.pool, taskId)) != null) {
            throw new StepProblemException(taken(taskId));
        }
        if (run.workflow().taskIds().size() >= MOST_TASKS && !position.isCompensation()) {
            throw new StepProblemException(Failures.permanent(
                    "RUN_TOO_LARGE",
                    "The run has " + MOST_TASKS + " tasks, items and iterations included; step " + position.step()
                            + " needs more",
                    "Make a definition of its own of a part, and run it in a step of type WORKFLOW"));
        }
        step.state.put(new Key.OfWorkflow(step.pool, workflowId), run.workflow().withTask(taskId));
        Backlog.add(step, run.workflow().tenant(), 1);
        put(taskId, run.spec(step, taskId, position, dependsOn), position, List.of());
        TaskEntry.Live task = step.liveTask(taskId);
        if (task != null) {
            endings.steps().begin(taskId, task);
        }
    }

    /** Adds the inputs that have defaults; tells what is missing, or is none. */
    private static @Nullable Failure complete(WorkflowDefinition definition, Map<String, String> inputs) {
        Set<String> known = new TreeSet<>();
        for (WorkflowInput input : definition.getInputs()) {
            known.add(input.getName());
            String byDefault = input.getDefaultValue();
            if (!inputs.containsKey(input.getName()) && byDefault != null) {
                inputs.put(input.getName(), byDefault);
            }
            if (!inputs.containsKey(input.getName()) && input.getRequired()) {
                return Failures.permanent(
                        "MISSING_INPUT",
                        "Definition " + definition.getName() + " needs input " + input.getName()
                                + (input.getDescription().isEmpty() ? "" : " (" + input.getDescription() + ")"),
                        "Give the run this input",
                        "inputs." + input.getName(),
                        "");
            }
        }
        for (Map.Entry<String, String> given : inputs.entrySet()) {
            if (!known.contains(given.getKey())) {
                return Failures.permanent(
                        "UNKNOWN_INPUT",
                        "Definition " + definition.getName() + " has no input " + given.getKey() + "; it has "
                                + (known.isEmpty()
                                        ? "none"
                                        : String.join(
                                                ", ",
                                                known.stream().limit(NAMED).toList())),
                        "Correct its name, or leave it out",
                        "inputs." + given.getKey(),
                        given.getValue());
            }
        }
        return null;
    }

    private @Nullable Failure takenIds(List<String> taskIds) {
        for (String taskId : taskIds) {
            if (step.state.get(new Key.OfTask(step.pool, taskId)) != null) {
                return taken(taskId);
            }
        }
        return null;
    }

    private Failure taken(String taskId) {
        return Failures.permanent(
                "TASK_ID_TAKEN",
                "The run needs task id " + taskId + ", which another workflow of pool " + step.pool + " holds",
                "Give the run another id",
                "id",
                taskId);
    }

    /** Ends a run of which no task is there. */
    void refuse(String workflowId, WorkflowEntry.Live asked, WorkflowStatus status, Failure failure) {
        endings.endRun(workflowId, asked, new RunEntry.Closing(status, failure, Map.of()));
    }

    /** Every task of a run has ended: what succeeded is undone when the run did not; then it ends. */
    void onAllEnded(String workflowId) {
        WorkflowEntry.Live workflow = step.liveWorkflow(workflowId);
        RunEntry entry = step.state.get(new Key.OfRun(step.pool, workflowId));
        if (workflow == null || entry == null || workflow.open() > 0) {
            return;
        }
        step.blamed = workflowId;
        RunEntry.Closing closing = entry.closing();
        if (closing == null) {
            closing = close(OpenRun.of(step, workflowId));
            if (closing.status() != WorkflowStatus.SUCCEEDED
                    && !entry.undoable().isEmpty()) {
                step.journal(TaskEventType.COMPENSATION_STARTED, workflowId, workflow.tenant())
                        .failure(closing.failure())
                        .message("undoes " + entry.undoable().size() + " that succeeded, the last one first")
                        .add();
            }
        }
        if (closing.status() == WorkflowStatus.SUCCEEDED || entry.undoable().isEmpty()) {
            endings.endRun(workflowId, workflow, closing);
            return;
        }
        step.state.put(new Key.OfRun(step.pool, workflowId), entry.undoing(closing));
        undo(workflowId, entry.undoable().get(entry.undoable().size() - 1));
    }

    private void undo(String workflowId, String taskId) {
        if (!(step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended)
                || ended.end() == null) {
            throw new IllegalStateException("Task " + taskId + " is to be undone, but its end is not known");
        }
        // An id that a stranger holds must not leave anything done.
        String id = TaskIds.ofCompensation(taskId);
        while (step.state.get(new Key.OfTask(step.pool, id)) != null) {
            id = TaskIds.ofCompensation(id);
        }
        try {
            add(workflowId, id, ended.end().position().undoing(taskId), List.of(taskId));
        } catch (StepProblemException e) {
            throw new IllegalStateException("A compensation is always added", e);
        }
    }

    /** How a run ends, by its steps: their items, iterations and compensations do not count. */
    private RunEntry.Closing close(OpenRun run) {
        Set<String> tolerated = new HashSet<>();
        for (WorkflowStep one : run.definition().getSteps()) {
            if (one.getContinueOnFailure()) {
                tolerated.add(one.getId());
            }
        }
        Failure failed = null;
        Failure cancelled = null;
        for (String taskId : run.workflow().taskIds()) {
            if (!(step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended)
                    || ended.end() == null
                    || !ended.end().position().isStep()) {
                continue;
            }
            String name = ended.end().position().step();
            if (isFailure(ended.status()) && !tolerated.contains(name)) {
                failed = failed == null ? ofStep(name, ended.end().failure()) : failed;
            } else if (ended.status() == TaskStatus.CANCELLED) {
                cancelled = cancelled == null ? ofStep(name, ended.end().failure()) : cancelled;
            }
        }
        if (failed != null) {
            return new RunEntry.Closing(WorkflowStatus.FAILED, failed, Map.of());
        }
        return cancelled == null ? succeeded(run) : new RunEntry.Closing(WorkflowStatus.CANCELLED, cancelled, Map.of());
    }

    static boolean isFailure(TaskStatus status) {
        return switch (status) {
            case FAILED, EXPIRED, REJECTED -> true;
            default -> false;
        };
    }

    private static Failure ofStep(String name, @Nullable Failure failure) {
        return failure == null
                ? Failures.permanent("STEP_FAILED", "Step " + name + " failed", "See the outcome of its task")
                : new Failure(
                        failure.getFailureClass(),
                        failure.getCode(),
                        "Step " + name + ": " + failure.getMessage(),
                        failure.getRemedy(),
                        failure.getField(),
                        failure.getValue());
    }

    private RunEntry.Closing succeeded(OpenRun run) {
        Scope scope = new Scope(
                step,
                run.workflowId(),
                run.link(),
                "definition " + run.link().definition(),
                run.entry().request().inputs());
        Map<String, String> outputs = new TreeMap<>();
        int size = 0;
        try {
            for (Map.Entry<String, String> output :
                    new TreeMap<>(run.definition().getOutputs()).entrySet()) {
                String value = scope.value("outputs." + output.getKey(), output.getValue());
                size += output.getKey().length() + value.length();
                outputs.put(output.getKey(), value);
            }
        } catch (StepProblemException e) {
            return new RunEntry.Closing(WorkflowStatus.FAILED, e.failure(), Map.of());
        }
        if (size > OUTPUTS_LIMIT) {
            Failure failure = Failures.permanent(
                    "OUTPUTS_TOO_LARGE",
                    "The outputs of definition " + run.link().definition() + " have " + size + " characters; at most "
                            + OUTPUTS_LIMIT + " are kept",
                    "Put large output into artifacts, and their addresses into outputs");
            return new RunEntry.Closing(WorkflowStatus.FAILED, failure, Map.of());
        }
        return new RunEntry.Closing(WorkflowStatus.SUCCEEDED, null, outputs);
    }
}
