package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.expression.ExpressionFailedException;
import io.sweaifleet.schemas.expression.Json;
import io.sweaifleet.schemas.task.TaskResult;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Steps that are done for each item of a list: a task for each, so many at once as the step allows. The step ends when all that
 * were begun have ended; after the first that did not succeed no further one is begun, unless the step continues on failure.
 */
final class Items {

    /** Characters of all outputs of the items together, beyond which only their tasks' outcomes have them. */
    private static final int OUTPUTS_LIMIT = 65_536;

    private static final int MOST_ARTIFACTS = 200;

    private final Step step;
    private final Endings endings;
    private final Runs runs;

    Items(Step step, Endings endings, Runs runs) {
        this.step = step;
        this.endings = endings;
        this.runs = runs;
    }

    void begin(String taskId, TaskEntry.Live task, WorkflowStep definition, Scope scope) throws StepProblemException {
        ForEach forEach = definition.getForEach();
        List<Object> list = list(definition, scope);
        if (list.size() > forEach.getMaxItems()) {
            throw new StepProblemException(Failures.permanent(
                    "TOO_MANY_ITEMS",
                    "The list of step " + definition.getId() + " has " + list.size() + " items; it allows "
                            + forEach.getMaxItems(),
                    "Shorten the list, or raise maxItems in the next version of the definition",
                    "forEach.items",
                    forEach.getItems()));
        }
        step.journal(TaskEventType.STEP_EXPANDED, taskId, task.workflowId(), task.spec())
                .definitionStep(definition.getId())
                .message(list.size() + " items")
                .add();
        TaskEntry.Phase.Items phase = new TaskEntry.Phase.Items(list.size(), 0, 0, 0, 0, null);
        step.putTask(taskId, task.withPhase(phase));
        if (list.isEmpty()) {
            endings.end(taskId, task.withPhase(phase), TaskStatus.SUCCEEDED, null, result(taskId, 0));
        } else {
            grow(taskId, definition, list);
        }
    }

    private static List<Object> list(WorkflowStep definition, Scope scope) throws StepProblemException {
        return scope.list("forEach.items", definition.getForEach().getItems());
    }

    /** Further items are begun, which one decision had no room for. */
    void onTimer(Key.OfTimer timer) {
        TaskEntry.Live task = step.liveTask(timer.id());
        if (task != null && task.phase() instanceof TaskEntry.Phase.Items phase && phase.growAt() == timer.dueAt()) {
            step.putTask(timer.id(), task.withPhase(phase.growing(0)));
            grow(timer.id());
        }
    }

    private void grow(String taskId) {
        TaskEntry.Live task = step.liveTask(taskId);
        Position position = task == null ? null : task.position();
        if (task == null || position == null) {
            return;
        }
        step.blamed = task.workflowId();
        OpenRun run = OpenRun.of(step, task.workflowId());
        WorkflowStep definition = run.step(position.step());
        try {
            grow(taskId, definition, list(definition, run.scope(step, position)));
        } catch (StepProblemException e) {
            throw new IllegalStateException("A list that had a value has none any more: " + e.getMessage(), e);
        }
    }

    private void grow(String taskId, WorkflowStep definition, List<Object> list) {
        int parallel = Objects.requireNonNullElse(definition.getForEach().getMaxParallel(), Integer.MAX_VALUE);
        while (true) {
            // Read anew: an item that could not even begin has changed it.
            TaskEntry.Live task = step.liveTask(taskId);
            if (task == null
                    || !(task.phase() instanceof TaskEntry.Phase.Items phase)
                    || !mayBegin(definition, phase)
                    || phase.open() >= parallel
                    || phase.growAt() != 0) {
                return;
            }
            if (!step.hasRoom()) {
                step.putTask(taskId, task.withPhase(phase.growing(step.now())));
                step.setTimer(step.now(), TimerKind.ITEMS_REST, taskId);
                return;
            }
            begin(taskId, task, phase, list.get(phase.next()));
        }
    }

    private static boolean mayBegin(WorkflowStep definition, TaskEntry.Phase.Items phase) {
        return phase.halt() == null
                && phase.next() < phase.total()
                && (phase.failed() == 0 || definition.getContinueOnFailure());
    }

    private void begin(String taskId, TaskEntry.Live task, TaskEntry.Phase.Items phase, Object item) {
        int number = phase.next();
        Position parent = Objects.requireNonNull(task.position());
        step.putTask(taskId, task.withPhase(phase.begun()));
        try {
            Position position = parent.item(taskId, number, Json.of(item));
            runs.add(
                    task.workflowId(),
                    TaskIds.ofChild(taskId, number),
                    position,
                    task.spec().getDependsOn());
        } catch (ExpressionFailedException e) {
            cannotBegin(
                    taskId,
                    task,
                    phase,
                    Failures.permanent(
                            "ITEM_TOO_LARGE",
                            "Item " + number + " of step " + parent.step() + " is too large: " + e.getMessage(),
                            "Hand on the address of an artifact instead of its content"));
        } catch (StepProblemException e) {
            cannotBegin(taskId, task, phase, e.failure());
        }
    }

    /** The step ends with the items that it has begun. */
    private void cannotBegin(String taskId, TaskEntry.Live task, TaskEntry.Phase.Items phase, Failure failure) {
        if (phase.open() == 0) {
            endings.end(taskId, task.withPhase(phase), TaskStatus.FAILED, failure, result(taskId, phase.next()));
        } else {
            step.putTask(taskId, task.withPhase(phase.halted(new TaskEntry.Halt(TaskStatus.FAILED, failure))));
        }
    }

    void onEnded(String taskId, TaskEntry.Live task, TaskEntry.Phase.Items before, boolean worked) {
        TaskEntry.Phase.Items phase = before.ended(worked);
        TaskEntry.Live now = task.withPhase(phase);
        step.putTask(taskId, now);
        TaskEntry.Halt halt = phase.halt();
        Position position = Objects.requireNonNull(task.position());
        WorkflowStep definition = OpenRun.of(step, task.workflowId()).step(position.step());
        if (phase.open() == 0 && halt != null) {
            endings.end(taskId, now, halt.status(), halt.failure(), result(taskId, phase.next()));
        } else if (phase.open() == 0 && !mayBegin(definition, phase)) {
            boolean failed = phase.failed() > 0;
            endings.end(
                    taskId,
                    now,
                    failed ? TaskStatus.FAILED : TaskStatus.SUCCEEDED,
                    failed ? failure(position.step(), phase) : null,
                    result(taskId, phase.next()));
        } else {
            grow(taskId);
        }
    }

    private static Failure failure(String name, TaskEntry.Phase.Items phase) {
        int never = phase.total() - phase.next();
        return Failures.permanent(
                "ITEMS_FAILED",
                phase.failed() + " of the " + phase.total() + " items of step " + name + " did not succeed"
                        + (never == 0 ? "" : "; " + never + " were not begun"),
                "See the outcomes of the items; set continueOnFailure to have the others done all the same");
    }

    /** Outputs by name, as lists in the order of the items, null where an item has none; artifacts with the item's number. */
    private TaskResult result(String taskId, int count) {
        Map<String, List<@Nullable String>> outputs = new TreeMap<>();
        List<ArtifactRef> artifacts = new ArrayList<>();
        int findings = 0;
        for (int number = 0; number < count; number++) {
            if (step.state.get(new Key.OfTask(step.pool, TaskIds.ofChild(taskId, number)))
                    instanceof TaskEntry.Ended item) {
                for (Map.Entry<String, String> output : item.outputs().entrySet()) {
                    List<@Nullable String> values = outputs.computeIfAbsent(output.getKey(), name -> new ArrayList<>());
                    pad(values, number);
                    values.add(output.getValue());
                }
                for (ArtifactRef artifact : item.artifacts()) {
                    artifacts.add(ArtifactRef.newBuilder(artifact)
                            .setName(number + "-" + artifact.getName())
                            .build());
                }
                findings += item.end() == null ? 0 : item.end().findings();
            }
        }
        Map<String, String> lists = lists(outputs, count);
        boolean fits = outputs.isEmpty() || !lists.isEmpty();
        return TaskResult.newBuilder()
                .setSummary(count + " items" + (fits ? "" : "; their outputs are too large together: see the items"))
                .setOutputs(lists)
                .setArtifacts(artifacts.subList(0, Math.min(MOST_ARTIFACTS, artifacts.size())))
                .setFindingsTotal(findings)
                .build();
    }

    /** Empty when they are too large. */
    private static Map<String, String> lists(Map<String, List<@Nullable String>> outputs, int count) {
        Map<String, String> lists = new TreeMap<>();
        int size = 0;
        try {
            for (Map.Entry<String, List<@Nullable String>> output : outputs.entrySet()) {
                pad(output.getValue(), count);
                String list = Json.of(output.getValue());
                size += list.length();
                lists.put(output.getKey(), list);
            }
        } catch (ExpressionFailedException tooLong) {
            return Map.of();
        }
        return size <= OUTPUTS_LIMIT ? lists : Map.of();
    }

    private static void pad(List<@Nullable String> values, int length) {
        while (values.size() < length) {
            values.add(null);
        }
    }
}
