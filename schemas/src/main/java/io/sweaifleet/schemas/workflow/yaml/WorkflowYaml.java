package io.sweaifleet.schemas.workflow.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.rule.WorkflowRules;
import io.sweaifleet.schemas.workflow.StepType;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import io.sweaifleet.schemas.yaml.YamlDocument;
import io.sweaifleet.schemas.yaml.YamlProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads definitions of workflows from YAML. A file holds one, or several separated by {@code ---}. Fields are those of
 * {@code WorkflowDefinition}, under the same names; times such as {@code timeoutMs} may be written as {@code 15m};
 * {@code version} is 1 when it is left out, and the {@code type} of a step follows from what it has: a task, an approval, a
 * signal or a workflow. Strict: an unknown key, a wrong type, a missing field and whatever {@link WorkflowRules} refuses is a
 * problem with its file, line and remedy, and nothing is applied.
 */
public final class WorkflowYaml {

    private WorkflowYaml() {}

    /**
     * The definitions of a file, in its order.
     *
     * @param source name of the file, for messages
     * @param text content of the file
     * @throws InvalidYamlException listing every problem
     */
    public static List<WorkflowDefinition> parse(String source, String text) throws InvalidYamlException {
        List<YamlProblem> problems = new ArrayList<>();
        List<WorkflowDefinition> definitions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlDocument document : YamlDocument.all(source, text, "name and steps")) {
            WorkflowDefinition definition = read(document, problems);
            if (definition == null) {
                continue;
            }
            WorkflowRules.problems(definition).forEach(found -> problems.add(document.problem(found)));
            if (!names.add(definition.getName())) {
                problems.add(document.problem(
                        "name", definition.getName(), "the file defines it twice", "keep one of them"));
            }
            definitions.add(definition);
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(YamlProblem::line));
            throw new InvalidYamlException(problems);
        }
        return List.copyOf(definitions);
    }

    private static @Nullable WorkflowDefinition read(YamlDocument document, List<YamlProblem> problems) {
        JsonNode node = document.node();
        if (node instanceof ObjectNode object) {
            if (!object.has("version")) {
                object.put("version", 1);
            }
            object.path("steps").forEach(WorkflowYaml::fillInType);
        }
        try {
            return RecordJsonReader.read(node, WorkflowDefinition.class);
        } catch (InvalidDocumentException e) {
            e.problems().forEach(found -> problems.add(document.problem(found)));
            return null;
        }
    }

    private static void fillInType(JsonNode node) {
        if (node instanceof ObjectNode step && !step.has("type")) {
            List<String> parts = Stream.of(StepType.TASK, StepType.APPROVAL, StepType.SIGNAL, StepType.WORKFLOW)
                    .map(type -> type.name().toLowerCase(Locale.ROOT))
                    .filter(step::has)
                    .toList();
            // Several, or none, are a problem that the rules name.
            step.put("type", parts.isEmpty() ? StepType.TASK.name() : parts.get(0));
        }
    }
}
