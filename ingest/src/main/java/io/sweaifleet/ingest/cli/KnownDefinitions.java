package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.schemas.task.WorkflowSubmitted;
import io.sweaifleet.schemas.text.ClosestName;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.WorkflowInput;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The definitions that were applied, asked before something is submitted: a mistyped name is better told at once. The fleet
 * itself has the last word, and may know a version that is not the latest.
 */
final class KnownDefinitions {

    private KnownDefinitions() {}

    /**
     * The definition of a name.
     *
     * @throws CliException when there is none
     */
    static WorkflowDefinition named(Fleet fleet, String name) {
        Map<String, WorkflowDefinition> known = Definitions.workflows(fleet).all();
        WorkflowDefinition definition = known.get(name);
        if (definition == null) {
            throw CliException.failed(
                    "there is no definition " + name,
                    ClosestName.of(name, known.keySet())
                            .map(close -> "did you mean " + close + "?")
                            .orElse("`fleet definitions list` shows them; `fleet definitions apply FILE` adds one"));
        }
        return definition;
    }

    /**
     * Checks the inputs of a run against its definition.
     *
     * @throws CliException when there is no such definition, an input that it requires is missing, or it declares one not
     */
    static void check(Fleet fleet, WorkflowSubmitted run) {
        String name = Objects.requireNonNull(run.getDefinition(), "definition");
        WorkflowDefinition definition = named(fleet, name);
        Integer version = run.getDefinitionVersion();
        if (version != null && version != definition.getVersion()) {
            return;
        }
        Map<String, WorkflowInput> declared =
                definition.getInputs().stream().collect(Collectors.toMap(WorkflowInput::getName, input -> input));
        String all = declared.isEmpty()
                ? name + " has no inputs"
                : "its inputs are "
                        + definition.getInputs().stream()
                                .map(KnownDefinitions::described)
                                .collect(Collectors.joining(", "));
        for (String given : run.getInputs().keySet()) {
            if (!declared.containsKey(given)) {
                throw CliException.usage(
                        name + " has no input " + given,
                        ClosestName.of(given, declared.keySet())
                                .map(close -> "did you mean " + close + "?")
                                .orElse(all));
            }
        }
        for (WorkflowInput input : definition.getInputs()) {
            boolean missing = input.getRequired()
                    && input.getDefaultValue() == null
                    && !run.getInputs().containsKey(input.getName());
            if (missing) {
                throw CliException.usage(
                        name + " needs the input " + input.getName()
                                + (input.getDescription().isEmpty() ? "" : ": " + input.getDescription()),
                        "give it with --input " + input.getName() + "=VALUE; " + all);
            }
        }
    }

    private static String described(WorkflowInput input) {
        if (input.getDefaultValue() != null) {
            return input.getName() + " (" + input.getDefaultValue() + ")";
        }
        return input.getName() + (input.getRequired() ? " (required)" : "");
    }
}
