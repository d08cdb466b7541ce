package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.expression.Expression;
import io.sweaifleet.schemas.expression.ExpressionFailedException;
import io.sweaifleet.schemas.expression.InvalidExpressionException;
import io.sweaifleet.schemas.expression.Json;
import io.sweaifleet.schemas.expression.Reference;
import io.sweaifleet.schemas.expression.Template;
import io.sweaifleet.schemas.expression.Variables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the expressions of one step see, and their values. Results of steps are read when an expression names them; they do not
 * change any more, so an expression that is evaluated again has the same value.
 */
final class Scope {

    private final Step step;
    private final String workflowId;
    private final String owner;
    private final Map<String, Object> fixed = new HashMap<>();

    /**
     * @param owner whose expressions they are, for people, such as {@code "step build"}
     * @param inputs of the run
     */
    Scope(Step step, String workflowId, RunLink run, String owner, Map<String, String> inputs) {
        this.step = step;
        this.workflowId = workflowId;
        this.owner = owner;
        fixed.put(Variables.INPUTS, inputs);
        fixed.put(
                Variables.WORKFLOW,
                Map.of(
                        "id",
                        workflowId,
                        "pool",
                        step.pool,
                        "definition",
                        run.definition(),
                        "version",
                        Integer.toString(run.version())));
    }

    /** The same with what the task's position tells: its item, its iteration, the last one, what it undoes. */
    Scope at(Position position) {
        if (!position.item().isEmpty()) {
            fixed.put(Variables.ITEM, Json.value(position.item()));
            fixed.put(Variables.INDEX, (long) position.index());
        }
        if (position.iteration() > 0) {
            iteration(position.parent(), position.iteration(), position.iteration() - 1);
        }
        if (position.isCompensation()) {
            fixed.put(Variables.DONE, resultOf(position.undoes()));
        }
        return this;
    }

    /**
     * The same in an iteration.
     *
     * @param last number of the iteration whose result is the last one; 0 for none
     */
    Scope iteration(String parentId, int number, int last) {
        fixed.put(Variables.ITERATION, (long) number);
        fixed.put(Variables.LAST, last == 0 ? nothing() : resultOf(TaskIds.ofChild(parentId, last)));
        return this;
    }

    boolean holds(String field, String text) throws StepProblemException {
        try {
            Expression expression = step.compiled.expression(text);
            return expression.isTrue(values(expression.references()));
        } catch (ExpressionFailedException | InvalidExpressionException e) {
            throw problem(field, text, e);
        }
    }

    List<Object> list(String field, String text) throws StepProblemException {
        try {
            Expression expression = step.compiled.expression(text);
            return expression.list(values(expression.references()));
        } catch (ExpressionFailedException | InvalidExpressionException e) {
            throw problem(field, text, e);
        }
    }

    String value(String field, String text) throws StepProblemException {
        try {
            Expression expression = step.compiled.expression(text);
            return expression.text(values(expression.references()));
        } catch (ExpressionFailedException | InvalidExpressionException e) {
            throw problem(field, text, e);
        }
    }

    /** A text with the values of the expressions in it. */
    String fill(String field, String text) throws StepProblemException {
        if (!Template.isOne(text)) {
            return text;
        }
        try {
            Template template = step.compiled.template(text);
            return template.fill(values(template.references()));
        } catch (ExpressionFailedException | InvalidExpressionException e) {
            throw problem(field, text, e);
        }
    }

    @Nullable
    String fillMaybe(String field, @Nullable String text) throws StepProblemException {
        return text == null ? null : fill(field, text);
    }

    private StepProblemException problem(String field, String text, Exception why) {
        return new StepProblemException(Failures.permanent(
                "EXPRESSION_FAILED",
                "The expression in " + field + " of " + owner + " has no value: " + why.getMessage(),
                "Correct it in the next version of the definition; has(...) asks whether a name is there",
                field,
                text));
    }

    private Map<String, Object> values(List<Reference> references) {
        Map<String, Object> values = new HashMap<>(fixed);
        Map<String, Object> steps = new HashMap<>();
        for (Reference reference : references) {
            if (reference.variable().equals(Variables.STEPS)) {
                reference.name().ifPresent(name -> {
                    Map<String, Object> result = resultOf(TaskIds.ofStep(workflowId, name));
                    if (!result.isEmpty()) {
                        steps.put(name, result);
                    }
                });
            }
        }
        values.put(Variables.STEPS, steps);
        return values;
    }

    /** Result of a task; empty when it has not ended. */
    private Map<String, Object> resultOf(String taskId) {
        if (!(step.state.get(new Key.OfTask(step.pool, taskId)) instanceof TaskEntry.Ended ended)) {
            return Map.of();
        }
        Map<String, String> artifacts = new HashMap<>();
        for (ArtifactRef artifact : ended.artifacts()) {
            artifacts.put(artifact.getName(), artifact.getUri());
        }
        Failure failure = ended.end() == null ? null : ended.end().failure();
        return Map.of(
                Variables.STATUS,
                ended.status().name(),
                Variables.OUTPUTS,
                ended.outputs(),
                Variables.ARTIFACTS,
                artifacts,
                Variables.FAILURE,
                failure == null ? Map.of() : Map.of("code", failure.getCode(), "message", failure.getMessage()),
                Variables.FINDINGS,
                ended.end() == null ? 0L : (long) ended.end().findings());
    }

    private static Map<String, Object> nothing() {
        return Map.of(
                Variables.STATUS,
                "",
                Variables.OUTPUTS,
                Map.of(),
                Variables.ARTIFACTS,
                Map.of(),
                Variables.FAILURE,
                Map.of(),
                Variables.FINDINGS,
                0L);
    }
}
