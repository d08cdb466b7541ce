package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.expression.Expression;
import io.sweaifleet.schemas.expression.Expression.Result;
import io.sweaifleet.schemas.expression.InvalidExpressionException;
import io.sweaifleet.schemas.expression.Reference;
import io.sweaifleet.schemas.expression.Template;
import io.sweaifleet.schemas.expression.Variables;
import io.sweaifleet.schemas.text.ClosestName;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the expressions of a step may name: inputs of the definition, and steps that have ended by then.
 *
 * @param inputs names of the inputs
 * @param steps ids of all steps
 * @param ended ids of those that have ended when the expression is evaluated
 */
record Names(Set<String> inputs, Set<String> steps, Set<String> ended) {

    private static final Set<String> EVERYWHERE = Set.of(Variables.INPUTS, Variables.STEPS, Variables.WORKFLOW);

    /** Checks a condition. */
    void condition(Checks checks, String field, String text, Set<String> also) {
        expression(checks, field, text, Result.CONDITION, also);
    }

    /** Checks an expression that gives a list. */
    void list(Checks checks, String field, String text, Set<String> also) {
        expression(checks, field, text, Result.LIST, also);
    }

    /** Checks an expression that gives anything. */
    void value(Checks checks, String field, String text, Set<String> also) {
        expression(checks, field, text, Result.VALUE, also);
    }

    private void expression(Checks checks, String field, String text, Result wanted, Set<String> also) {
        try {
            references(checks, field, text, Expression.compile(text, wanted).references(), also);
        } catch (InvalidExpressionException e) {
            invalid(checks, field, text, e);
        }
    }

    /** Checks a text that may hold expressions. */
    void template(Checks checks, String field, @Nullable String text, Set<String> also) {
        if (text == null || !Template.isOne(text)) {
            return;
        }
        try {
            references(checks, field, text, Template.parse(text).references(), also);
        } catch (InvalidExpressionException e) {
            invalid(checks, field, text, e);
        }
    }

    private static void invalid(Checks checks, String field, String text, InvalidExpressionException e) {
        checks.refuse(
                "INVALID_EXPRESSION",
                "Field " + field + " is no valid expression: " + e.place() + ": " + e.getMessage(),
                e.remedy(),
                field,
                text);
    }

    private void references(Checks checks, String field, String text, List<Reference> references, Set<String> also) {
        for (Reference reference : references) {
            String variable = reference.variable();
            if (!EVERYWHERE.contains(variable) && !also.contains(variable)) {
                checks.refuse(
                        "UNKNOWN_VARIABLE",
                        "Field " + field + " names " + variable + ", which is not set there",
                        where(variable),
                        field,
                        text);
            } else if (reference.name().isPresent()) {
                named(checks, field, text, variable, reference.name().get());
            }
        }
    }

    private void named(Checks checks, String field, String text, String variable, String name) {
        if (variable.equals(Variables.INPUTS) && !inputs.contains(name)) {
            checks.refuse(
                    "UNKNOWN_INPUT",
                    "Field " + field + " names the input " + name + ", which the definition does not declare",
                    remedy(name, inputs, "Declare it under inputs, or name one that is"),
                    field,
                    text);
        } else if (variable.equals(Variables.STEPS) && !steps.contains(name)) {
            checks.refuse(
                    "UNKNOWN_STEP",
                    "Field " + field + " names the step " + name + ", which is not a step of the definition",
                    remedy(name, steps, "Name a step"),
                    field,
                    text);
        } else if (variable.equals(Variables.STEPS) && !ended.contains(name)) {
            checks.refuse(
                    "STEP_NOT_ENDED",
                    "Field " + field + " names the step " + name + ", which need not have ended by then",
                    "Add " + name + " to dependsOn",
                    field,
                    text);
        }
    }

    private static String where(String variable) {
        return switch (variable) {
            case Variables.ITEM, Variables.INDEX ->
                "It is set in a step that has forEach, but not in its when and items";
            case Variables.ITERATION -> "It is set in a step that has repeat";
            case Variables.LAST -> "It is set in repeat.until";
            case Variables.DONE -> "It is set in compensate";
            default -> "Use inputs, steps or workflow";
        };
    }

    /** What to do about a name that is not known: the closest one, or all of them. */
    static String remedy(String wanted, Collection<String> known, String otherwise) {
        return ClosestName.of(wanted, known)
                .map(name -> "Did you mean " + name + "?")
                .orElse(otherwise + (known.isEmpty() ? "" : ": " + String.join(", ", new TreeSet<>(known))));
    }
}
