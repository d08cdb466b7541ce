package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.text.Shortened;
import io.sweaifleet.schemas.workflow.Approval;
import io.sweaifleet.schemas.workflow.Verdict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be said to a run of a definition: its start, its signals, its approvals. Which inputs its definition wants, core
 * tells, who knows the definitions.
 */
public final class RunRules {

    private static final int MOST_CHARACTERS = WorkflowRules.MOST_INPUT_CHARACTERS;
    private static final int MOST_ENTRIES = 100;
    private static final int NAME_LIMIT = 100;
    private static final int MOST_GROUPS = 100;
    private static final int WHO_LIMIT = 200;
    private static final int COMMENT_LIMIT = 4_000;

    private RunRules() {}

    /** Checks what a submission says of the definition that it is a run of. */
    public static void check(Checks checks, WorkflowSubmitted workflow) {
        String definition = workflow.getDefinition();
        if (definition == null) {
            only(checks, "definitionVersion", workflow.getDefinitionVersion());
            only(checks, "inputs", workflow.getInputs().isEmpty() ? null : workflow.getInputs());
            return;
        }
        checks.id("definition", definition);
        if (workflow.getDefinitionVersion() != null) {
            checks.range("definitionVersion", workflow.getDefinitionVersion(), 1, Integer.MAX_VALUE);
        }
        if (!workflow.getTasks().isEmpty()) {
            checks.refuse(
                    "INVALID_VALUE",
                    "The workflow is a run of " + Shortened.to(NAME_LIMIT, definition) + ", but has tasks too",
                    "Leave out tasks: the definition gives them; or leave out definition",
                    "tasks",
                    workflow.getTasks().size() + " tasks");
        }
        texts(checks, "inputs", workflow.getInputs());
    }

    private static void only(Checks checks, String field, @Nullable Object value) {
        if (value != null) {
            checks.refuse(
                    "INVALID_VALUE",
                    "Field " + field + " is set, but the workflow is no run of a definition",
                    "Name the definition, or leave out " + field,
                    field,
                    value);
        }
    }

    /** Checks what a control request says of a signal. */
    public static void signal(Checks checks, TaskControl control) {
        if (control.getAction() != ControlAction.SIGNAL) {
            if (control.getSignal() != null || !control.getPayload().isEmpty()) {
                checks.refuse(
                        "INVALID_VALUE",
                        "The request names a signal, but its action is " + control.getAction(),
                        "Use action SIGNAL, or leave out signal and payload",
                        control.getSignal() != null ? "signal" : "payload",
                        control.getSignal());
            }
            return;
        }
        if (control.getSignal() == null) {
            checks.refuse("MISSING_FIELD", "SIGNAL needs the name of a signal", "Give signal a name", "signal", null);
        } else {
            checks.id("signal", control.getSignal());
        }
        texts(checks, "payload", control.getPayload());
    }

    private static void texts(Checks checks, String field, Map<String, String> texts) {
        checks.texts(field, texts, MOST_ENTRIES, NAME_LIMIT, MOST_CHARACTERS);
        int characters = texts.entrySet().stream()
                .mapToInt(text -> text.getKey().length() + text.getValue().length())
                .sum();
        if (characters > MOST_CHARACTERS) {
            checks.refuse(
                    "TOO_LONG",
                    "Field " + field + " has " + characters + " characters in all; at most " + MOST_CHARACTERS
                            + " are taken",
                    "Put large content into the repository or a file and refer to it",
                    field,
                    null);
        }
    }

    /** The first problem of an answer to an approval step, or null. */
    public static @Nullable Failure check(Approval approval) {
        Checks checks = new Checks();
        checks.optionalId("id", approval.getId());
        checks.optionalId("pool", approval.getPool());
        checks.optionalId("workflowId", approval.getWorkflowId());
        checks.id("taskId", approval.getTaskId());
        if (approval.getVerdict() == Verdict.UNKNOWN) {
            checks.refuse(
                    "MISSING_FIELD",
                    "Field verdict is not one that this version knows",
                    "Use APPROVED or REJECTED",
                    "verdict",
                    approval.getVerdict());
        }
        checks.length("by", approval.getBy(), WHO_LIMIT);
        checks.range("groups.size", approval.getGroups().size(), 0, MOST_GROUPS);
        approval.getGroups().forEach(group -> checks.argument("groups", group, WHO_LIMIT));
        checks.length("comment", approval.getComment(), COMMENT_LIMIT);
        checks.optionalId("request", approval.getRequest());
        return checks.problem();
    }
}
