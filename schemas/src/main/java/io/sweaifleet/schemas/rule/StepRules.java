package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.expression.Variables;
import io.sweaifleet.schemas.task.FailurePolicy;
import io.sweaifleet.schemas.task.TaskSubmitted;
import io.sweaifleet.schemas.workflow.ApprovalStep;
import io.sweaifleet.schemas.workflow.ForEach;
import io.sweaifleet.schemas.workflow.Repeat;
import io.sweaifleet.schemas.workflow.SignalStep;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.WorkflowCall;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one step of a definition may say. */
final class StepRules {

    /** Characters of a step's id: the id of its task is the workflow's, a dash, and this. */
    static final int ID_LIMIT = 50;

    private static final int TITLE_LIMIT = 500;
    private static final int TEXT_LIMIT = 4_000;
    private static final int MOST_ITEMS = 1_000;
    private static final int MOST_TIMES = 100;
    private static final int MOST_APPROVERS = 100;
    private static final int APPROVER_LIMIT = 200;
    private static final int MOST_CALL_INPUTS = 100;
    private static final long YEAR_MS = 31_536_000_000L;

    private final Checks checks;
    private final Names names;
    private final String prefix;
    private final WorkflowStep step;

    /**
     * @param names what its expressions may name
     * @param prefix what stands before the names of its fields, such as {@code steps[2].}
     */
    StepRules(Checks checks, Names names, String prefix, WorkflowStep step) {
        this.checks = checks;
        this.names = names;
        this.prefix = prefix;
        this.step = step;
    }

    void check() {
        checks.length(prefix + "title", step.getTitle(), TITLE_LIMIT);
        type();
        if (step.getWhen() != null) {
            names.condition(checks, prefix + "when", step.getWhen(), Set.of());
        }
        forEach(step.getForEach());
        repeat(step.getRepeat());
        task(step.getTask());
        approval(step.getApproval());
        signal(step.getSignal());
        workflow(step.getWorkflow());
        compensate(step.getCompensate());
    }

    /** A step says what it does once: in the part that its type names, and in no other. */
    private void type() {
        if (step.getType() == StepType.UNKNOWN) {
            checks.refuse(
                    "MISSING_FIELD",
                    "Step " + step.getId() + " has no type that this version knows",
                    "Use TASK, APPROVAL, SIGNAL or WORKFLOW",
                    prefix + "type",
                    step.getType());
            return;
        }
        List<StepType> parts = new ArrayList<>();
        add(parts, StepType.TASK, step.getTask());
        add(parts, StepType.APPROVAL, step.getApproval());
        add(parts, StepType.SIGNAL, step.getSignal());
        add(parts, StepType.WORKFLOW, step.getWorkflow());
        String part = step.getType().name().toLowerCase(Locale.ROOT);
        if (!parts.contains(step.getType())) {
            checks.refuse(
                    "MISSING_FIELD",
                    "Step " + step.getId() + " is of type " + step.getType() + ", and its " + part + " is missing",
                    "Add " + part,
                    prefix + part,
                    null);
        }
        parts.remove(step.getType());
        for (StepType other : parts) {
            String field = other.name().toLowerCase(Locale.ROOT);
            checks.refuse(
                    "INVALID_VALUE",
                    "Step " + step.getId() + " is of type " + step.getType() + ", but has " + field + " too",
                    "Make two steps of it",
                    prefix + field,
                    null);
        }
    }

    private static void add(List<StepType> parts, StepType type, @Nullable Object part) {
        if (part != null) {
            parts.add(type);
        }
    }

    private void forEach(@Nullable ForEach forEach) {
        if (forEach == null) {
            return;
        }
        String at = prefix + "forEach.";
        names.list(checks, at + "items", forEach.getItems(), Set.of());
        checks.range(at + "maxItems", forEach.getMaxItems(), 1, MOST_ITEMS);
        if (forEach.getMaxParallel() != null) {
            checks.range(at + "maxParallel", forEach.getMaxParallel(), 1, MOST_ITEMS);
        }
    }

    private void repeat(@Nullable Repeat repeat) {
        if (repeat == null) {
            return;
        }
        String at = prefix + "repeat.";
        Set<String> also = inItems();
        also.add(Variables.LAST);
        also.add(Variables.ITERATION);
        names.condition(checks, at + "until", repeat.getUntil(), also);
        checks.range(at + "maxIterations", repeat.getMaxIterations(), 1, MOST_TIMES);
    }

    /** Variables that are set where the step's work is described. */
    private Set<String> inWork() {
        Set<String> also = inItems();
        if (step.getRepeat() != null) {
            also.add(Variables.ITERATION);
            also.add(Variables.LAST);
        }
        return also;
    }

    private Set<String> inItems() {
        Set<String> also = new HashSet<>();
        if (step.getForEach() != null) {
            also.add(Variables.ITEM);
            also.add(Variables.INDEX);
        }
        return also;
    }

    private void task(@Nullable TaskSubmitted task) {
        if (task != null) {
            template(prefix + "task.", task, inWork());
        }
    }

    private void compensate(@Nullable TaskSubmitted task) {
        if (task == null) {
            return;
        }
        Set<String> also = inItems();
        also.add(Variables.DONE);
        template(prefix + "compensate.", task, also);
    }

    private void template(String at, TaskSubmitted task, Set<String> also) {
        TaskRules.check(checks, at, task);
        left(at, "id", task.getId());
        left(at, "pool", task.getPool());
        left(at, "tenant", task.getTenant());
        left(at, "workflowId", task.getWorkflowId());
        left(at, "dependsOn", task.getDependsOn().isEmpty() ? null : task.getDependsOn());
        left(at, "deadline", task.getDeadline());
        left(at, "notBefore", task.getNotBefore());
        left(at, "onFailure", task.getOnFailure() == FailurePolicy.UNKNOWN ? null : task.getOnFailure());
        if (task.getPriority() != null) {
            checks.range(at + "priority", task.getPriority(), 0, 9);
        }
        names.template(checks, at + "title", task.getTitle(), also);
        names.template(checks, at + "instructions", task.getInstructions(), also);
        names.template(checks, at + "repository", task.getRepository(), also);
        names.template(checks, at + "baseRef", task.getBaseRef(), also);
        names.template(checks, at + "concurrencyKey", task.getConcurrencyKey(), also);
        names.template(checks, at + "rateKey", task.getRateKey(), also);
        task.getInputs().forEach((name, value) -> names.template(checks, at + "inputs." + name, value, also));
    }

    /** A field of a task that the run fills in. */
    private void left(String at, String field, @Nullable Object value) {
        if (value != null) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field " + at + field + " is set, which is the run's to do",
                    field.equals("dependsOn") || field.equals("onFailure")
                            ? "Say it of the step"
                            : "Leave it out of the template",
                    at + field,
                    value);
        }
    }

    private void approval(@Nullable ApprovalStep approval) {
        if (approval == null) {
            return;
        }
        String at = prefix + "approval.";
        checks.range(at + "approvers.size", approval.getApprovers().size(), 0, MOST_APPROVERS);
        for (int i = 0; i < approval.getApprovers().size(); i++) {
            checks.argument(at + "approvers[" + i + "]", approval.getApprovers().get(i), APPROVER_LIMIT);
        }
        checks.length(at + "prompt", approval.getPrompt(), TEXT_LIMIT);
        names.template(checks, at + "prompt", approval.getPrompt(), inWork());
        timeout(at, approval.getTimeoutMs());
    }

    private void signal(@Nullable SignalStep signal) {
        if (signal != null) {
            checks.id(prefix + "signal.name", signal.getName());
            timeout(prefix + "signal.", signal.getTimeoutMs());
        }
    }

    private void timeout(String at, @Nullable Long timeoutMs) {
        if (timeoutMs != null) {
            checks.range(at + "timeoutMs", timeoutMs, 1, YEAR_MS);
        }
    }

    private void workflow(@Nullable WorkflowCall call) {
        if (call == null) {
            return;
        }
        String at = prefix + "workflow.";
        checks.id(at + "definition", call.getDefinition());
        if (call.getVersion() != null) {
            checks.range(at + "version", call.getVersion(), 1, Integer.MAX_VALUE);
        }
        checks.range(at + "inputs.size", call.getInputs().size(), 0, MOST_CALL_INPUTS);
        call.getInputs().forEach((name, value) -> names.template(checks, at + "inputs." + name, value, inWork()));
    }
}
