package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.text.Shortened;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import io.sweaifleet.schemas.workflow.WorkflowStep;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the definition of a workflow may say. What only a run can tell (a role, another definition) is left to core. */
public final class WorkflowRules {

    /** Steps of a definition. */
    public static final int MOST_STEPS = 200;

    /** Characters of the inputs of a run, names and values together. */
    public static final int MOST_INPUT_CHARACTERS = 16_384;

    /** Names of inputs and outputs: those that an expression can name without quotes. */
    public static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,99}");

    private static final int MOST_INPUTS = 100;
    private static final int MOST_OUTPUTS = 100;
    private static final int MOST_LABELS = 64;
    private static final int NAME_LIMIT = 100;
    private static final int LABEL_LIMIT = 500;
    private static final int DESCRIPTION_LIMIT = 4_000;

    private WorkflowRules() {}

    /** The first problem of a definition, or null. */
    public static @Nullable Failure check(WorkflowDefinition definition) {
        List<Failure> problems = problems(definition);
        return problems.isEmpty() ? null : problems.get(0);
    }

    /** Every problem of a definition, the first 100; fields are named by their paths, such as {@code steps[2].when}. */
    public static List<Failure> problems(WorkflowDefinition definition) {
        Checks checks = new Checks();
        checks.id("name", definition.getName());
        checks.range("version", definition.getVersion(), 1, Integer.MAX_VALUE);
        checks.length("description", definition.getDescription(), DESCRIPTION_LIMIT);
        checks.texts("labels", definition.getLabels(), MOST_LABELS, NAME_LIMIT, LABEL_LIMIT);
        Set<String> inputs = inputs(checks, definition.getInputs());
        checks.range("steps.size", definition.getSteps().size(), 1, MOST_STEPS);
        if (definition.getSteps().size() > MOST_STEPS) {
            return checks.problems();
        }
        Map<String, WorkflowStep> steps = steps(checks, definition.getSteps());
        graph(checks, definition.getSteps(), steps);
        Map<String, Set<String>> before = before(steps);
        for (int i = 0; i < definition.getSteps().size(); i++) {
            WorkflowStep step = definition.getSteps().get(i);
            Names names = new Names(inputs, steps.keySet(), before.getOrDefault(step.getId(), Set.of()));
            new StepRules(checks, names, "steps[" + i + "].", step).check();
        }
        outputs(checks, definition.getOutputs(), new Names(inputs, steps.keySet(), steps.keySet()));
        return checks.problems();
    }

    private static Set<String> inputs(Checks checks, List<WorkflowInput> inputs) {
        checks.range("inputs.size", inputs.size(), 0, MOST_INPUTS);
        Set<String> names = new HashSet<>();
        int characters = 0;
        for (int i = 0; i < inputs.size(); i++) {
            WorkflowInput input = inputs.get(i);
            String at = "inputs[" + i + "].";
            name(checks, at + "name", input.getName());
            checks.length(at + "description", input.getDescription(), DESCRIPTION_LIMIT);
            if (!names.add(input.getName())) {
                checks.refuse(
                        "DUPLICATE_ID",
                        "Two inputs have the name " + input.getName(),
                        "Give every input a name of its own",
                        at + "name",
                        input.getName());
            }
            String value = input.getDefaultValue();
            characters += input.getName().length() + (value == null ? 0 : value.length());
        }
        if (characters > MOST_INPUT_CHARACTERS) {
            checks.refuse(
                    "TOO_LONG",
                    "The inputs' names and defaults have " + characters + " characters in all; at most "
                            + MOST_INPUT_CHARACTERS + " are taken",
                    "Put large content into the repository or a file and refer to it",
                    "inputs",
                    null);
        }
        return names;
    }

    private static void name(Checks checks, String field, String name) {
        if (!NAME.matcher(name).matches()) {
            checks.refuse(
                    name.isEmpty() ? "MISSING_FIELD" : "INVALID_NAME",
                    name.isEmpty()
                            ? "Field " + field + " is empty"
                            : "Field " + field + " is '" + Shortened.to(120, name)
                                    + "', which is not a name that an expression can use",
                    "Use letters, digits and underscores, not beginning with a digit, at most 100",
                    field,
                    name);
        }
    }

    private static Map<String, WorkflowStep> steps(Checks checks, List<WorkflowStep> steps) {
        Map<String, WorkflowStep> byId = new LinkedHashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            String id = steps.get(i).getId();
            String field = "steps[" + i + "].id";
            checks.id(field, id);
            if (Keys.isId(id) && id.length() > StepRules.ID_LIMIT) {
                checks.length(field, id, StepRules.ID_LIMIT);
            }
            if (byId.putIfAbsent(id, steps.get(i)) != null) {
                checks.refuse(
                        "DUPLICATE_ID",
                        "Two steps of the definition have the id " + id,
                        "Give every step an id of its own",
                        field,
                        id);
            }
        }
        return byId;
    }

    private static void graph(Checks checks, List<WorkflowStep> list, Map<String, WorkflowStep> steps) {
        boolean whole = true;
        for (int i = 0; i < list.size(); i++) {
            WorkflowStep step = list.get(i);
            for (int j = 0; j < step.getDependsOn().size(); j++) {
                String needed = step.getDependsOn().get(j);
                String field = "steps[" + i + "].dependsOn[" + j + "]";
                if (needed.equals(step.getId())) {
                    whole = false;
                    checks.refuse(
                            "CYCLE", "Step " + needed + " depends on itself", "Remove the dependency", field, needed);
                } else if (!steps.containsKey(needed)) {
                    whole = false;
                    checks.refuse(
                            "UNKNOWN_STEP",
                            "Step " + step.getId() + " depends on " + needed
                                    + ", which is not a step of the definition",
                            Names.remedy(needed, steps.keySet(), "Name a step"),
                            field,
                            needed);
                }
            }
        }
        List<String> cycle = whole ? Graphs.cycle(needs(steps)) : List.of();
        if (!cycle.isEmpty()) {
            String path = String.join(" -> ", cycle);
            int at = list.indexOf(steps.get(cycle.get(0)));
            checks.refuse(
                    "CYCLE",
                    "The dependencies have a cycle: " + path,
                    "Remove one of these dependencies",
                    "steps[" + at + "].dependsOn",
                    path);
        }
    }

    private static Map<String, List<String>> needs(Map<String, WorkflowStep> steps) {
        Map<String, List<String>> needs = new LinkedHashMap<>();
        steps.forEach((id, step) -> needs.put(id, step.getDependsOn()));
        return needs;
    }

    /** For each step those that have ended when it begins: what it depends on, directly or not. */
    private static Map<String, Set<String>> before(Map<String, WorkflowStep> steps) {
        Map<String, Set<String>> before = new LinkedHashMap<>();
        for (String id : steps.keySet()) {
            Set<String> ended = new HashSet<>();
            collect(id, steps, ended);
            before.put(id, ended);
        }
        return before;
    }

    private static void collect(String id, Map<String, WorkflowStep> steps, Set<String> into) {
        WorkflowStep step = steps.get(id);
        if (step == null) {
            return;
        }
        for (String needed : step.getDependsOn()) {
            if (into.add(needed)) {
                collect(needed, steps, into);
            }
        }
    }

    private static void outputs(Checks checks, Map<String, String> outputs, Names names) {
        checks.range("outputs.size", outputs.size(), 0, MOST_OUTPUTS);
        outputs.forEach((name, expression) -> {
            name(checks, "outputs (a name)", name);
            names.value(checks, "outputs." + Shortened.to(NAME_LIMIT, name), expression, Set.of());
        });
    }
}
